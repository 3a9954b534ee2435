import { existsSync, readFileSync } from "node:fs";
import { projectPath } from "user-activity/dist/base/paths";

const file = projectPath("..", "shared", "data", "real-records.json");

/** A few records of the real events file, where they lie beside the project; else undefined. They are not the project's. */
export const realRecords: readonly Readonly<Record<string, unknown>>[] | undefined = existsSync(file)
  ? JSON.parse(readFileSync(file, "utf8"))
  : undefined;
