import type { DoctorReport, Finding } from "user-activity/dist/doctor/checks";
import { type CliOptions, runCli } from "./cli-process";

/** What `user-activity doctor --json` came to, with its findings by subject. */
export interface Answer {
  readonly code: number | null;
  readonly stderr: string;
  readonly ok: boolean;
  readonly get: (subject: string) => Finding | undefined;
}

/** Runs `user-activity doctor --json`. */
export async function askDoctor(env: NonNullable<CliOptions["env"]>): Promise<Answer> {
  const { code, stdout, stderr } = await runCli(["doctor", "--json"], { env });
  const { ok, findings } = JSON.parse(stdout) as DoctorReport;
  return { code, stderr, ok, get: (subject) => findings.find((one) => one.subject === subject) };
}
