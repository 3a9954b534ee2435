import { testReaders } from "./all-readers";
import { makeShippedLake } from "./readings";

testReaders([makeShippedLake()], ["the shipped events"]);
