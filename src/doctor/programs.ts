import { spawn } from "node:child_process";
import { withoutSecrets } from "../base/config";
import { projectDir, projectPath } from "../base/paths";

/**
 * Runs a program to its end and resolves to what it printed on stdout. It is given no secret; where the time (ms) is over,
 * it and what it started are ended. Rejects where it can't be run, fails or is ended.
 */
export function askProgram(command: string, args: readonly string[], limitMs = 7000): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: projectDir,
      detached: true, // a group of its own, so that all of it can be ended
      stdio: ["ignore", "pipe", "ignore"],
      env: withoutSecrets(process.env),
    });
    const name = [command, ...args].join(" ").slice(0, 80);
    const timer = setTimeout(() => {
      if (child.pid) process.kill(-child.pid, "SIGKILL");
      reject(new Error(`${name}: no answer within ${limitMs / 1000} s`));
    }, limitMs);
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      text = (text + part).slice(0, 100_000);
    });
    child.on("error", reject).on("close", (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(text.trim());
      else reject(new Error(`${name}: expected exit code 0, received ${code}`));
    });
  });
}

/** What set-up says of a part of the machine: either this or what stands in the way and what to do. */
export type SetupAnswer<T> = T | { readonly problem: string };

/** A Java and its major version. */
export interface JavaFound {
  readonly path: string;
  readonly version: number;
}

export interface SetupStep {
  readonly name: string;
  readonly isDone: boolean;
  /** Whether it asks for the machine's Python. */
  readonly needsPython: boolean;
}

/** The parts of the machine that set-up knows about, and how it tells of them. */
export interface SetupAnswers {
  readonly node: SetupAnswer<{ readonly version: string; readonly path: string }>;
  readonly python: SetupAnswer<{ readonly version: string; readonly path: string }>;
  readonly java: { readonly used: JavaFound | null; readonly found: JavaFound | null };
  readonly steps: SetupAnswer<{ readonly steps: readonly SetupStep[] }>;
}

/** Asks set-up's own modules, in a process of its own, what they think of a part of the machine. */
export async function askSetup<P extends keyof SetupAnswers>(part: P): Promise<SetupAnswers[P]> {
  const text = await askProgram(process.execPath, [projectPath("local", "setup", "examine.mjs"), part]);
  return JSON.parse(text) as SetupAnswers[P];
}
