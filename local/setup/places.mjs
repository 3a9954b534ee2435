// @ts-check
// Where things are.
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const projectDir = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Where state, caches and downloads live; USER_ACTIVITY_LOCAL_DIR moves it (the tests do). */
export const localDir = resolve(process.env.USER_ACTIVITY_LOCAL_DIR || join(projectDir, ".local"));

/** The Python of JupyterLab and of the tests' readers. */
export const venvPython = join(localDir, "venv", "bin", "python");

/** The Python that resolves the jars and, on a machine without one, carries a Java. */
export const toolsPython = join(localDir, "tools", "bin", "python");

/** The Python that builds the site. */
export const sphinxPython = join(localDir, "sphinx", "bin", "python");

/** TypeDoc's command, run with Node. */
export const typedocPath = join(localDir, "typedoc", "node_modules", "typedoc", "bin", "typedoc");
