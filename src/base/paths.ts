import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** The project's folder: the one that holds src, notebooks and data. */
export const projectDir: string = resolve(__dirname, "..", "..", "..");

/** Where state, caches and downloads live; USER_ACTIVITY_LOCAL_DIR moves it (the tests do). */
export const localDir: string = resolve(process.env.USER_ACTIVITY_LOCAL_DIR || join(projectDir, ".local"));

/** Where the embedded services keep what is theirs; USER_ACTIVITY_SERVICES_DIR moves it (the walkthrough does). */
export const servicesDir: string = resolve(
  process.env.USER_ACTIVITY_SERVICES_DIR || join(localDir, "services"),
);

/** A path inside the project, whichever folder a notebook's kernel was started in. */
export function projectPath(...parts: string[]): string {
  return join(projectDir, ...parts);
}

/** The path as a person would type it: from the working folder if it exists there, else from the project's folder. */
export function findFile(path: string): string {
  const here = resolve(path);
  const inProject = join(projectDir, path);
  return !existsSync(here) && existsSync(inProject) ? inProject : here;
}
