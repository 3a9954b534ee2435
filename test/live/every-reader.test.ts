import { testReaders } from "../helpers/all-readers";
import { makeEdgesLake, makeEmptyLake } from "../helpers/tables-as-seen";

testReaders([makeEdgesLake(), makeEmptyLake()], ["rows at the edges", "tables without a row"]);
