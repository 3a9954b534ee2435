import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { projectPath } from "user-activity/dist/base/paths";

/** What a command came to. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Beside the variables of the tests; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Sees the process once it is started. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** The command line's script. */
export const cliPath = projectPath("src", "bin", "user-activity.js");

/** Runs the command line as its users do; one that takes longer than two minutes is ended. */
export function runCli(args: readonly string[], { env = {}, onStart }: CliOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [cliPath, ...args], {
    env: { ...process.env, USER_ACTIVITY_DEBUG: undefined, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 120_000,
    killSignal: "SIGKILL",
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Holds a failure to its form: this exit code, nothing on stdout, beside progress one line on stderr, which it returns. */
export function assertFailure(ended: Ended, code: number): string {
  assert.deepEqual({ code: ended.code, stdout: ended.stdout }, { code, stdout: "" }, ended.stderr);
  const lines = ended.stderr.split("\n").filter((line) => line !== "" && !/^(… |✓ |starting )/.test(line));
  assert.equal(lines.length, 1, ended.stderr);
  assert.match(lines[0] ?? "", /^user-activity: /);
  assert.doesNotMatch(ended.stderr, /^\s+at /m);
  return lines[0] ?? "";
}

/** Holds a result to its form: exit code 0 and one JSON value on stdout, which it returns. */
export function parseResult(ended: Ended): Record<string, unknown> {
  assert.equal(ended.code, 0, ended.stderr);
  return JSON.parse(ended.stdout) as Record<string, unknown>;
}
