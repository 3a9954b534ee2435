import { testReaders } from "./all-readers";
import { makeEdgesLake, makeEmptyLake } from "./readings";

testReaders([makeEdgesLake(), makeEmptyLake()], ["rows at the edges", "tables without a row"]);
