import { testReaders } from "../helpers/all-readers";
import { makeShippedLake } from "../helpers/tables-as-seen";

testReaders([makeShippedLake()], ["the shipped events"]);
