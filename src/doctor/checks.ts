import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "../base/errors";

/**
 * ok: as it must be; note: worth knowing; warning: something works less well than it could; missing: what is needed is
 * not there.
 */
export type FindingState = "ok" | "note" | "warning" | "missing";

/** What was found of one subject, and what to do about it. */
export interface Finding {
  /** What was looked at, such as "Python". */
  readonly subject: string;
  readonly state: FindingState;
  readonly found: string;
  /** null where nothing need be done. */
  readonly advice: string | null;
}

/** Looks at something; changes nothing. */
export interface Check {
  /** The subject where the check itself fails. */
  readonly subject: string;
  readonly examine: () => Promise<Finding | readonly Finding[]>;
  /** ms after which it is given up; default 8,000. */
  readonly limitMs?: number;
}

export interface DoctorReport {
  /** True where nothing that is needed is missing; warnings do not count. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
}

/** Makes a finding; nothing need be done about it unless there is advice. */
export function toFinding(
  subject: string,
  state: FindingState,
  found: string,
  advice: string | null = null,
): Finding {
  return { subject, state, found, advice };
}

/**
 * Does all checks at once, each within its time, and returns their findings in the order of the checks. A check that
 * fails or takes too long is a warning: nothing is known of what it was to look at.
 */
export async function runChecks(checks: readonly Check[]): Promise<DoctorReport> {
  const findings = (await Promise.all(checks.map(runCheck))).flat();
  return { ok: findings.every(({ state }) => state !== "missing"), findings };
}

const defaultLimitMs = 8000;

async function runCheck({ subject, examine, limitMs = defaultLimitMs }: Check): Promise<readonly Finding[]> {
  const over = new AbortController();
  const late = sleep(limitMs, [tooLate(subject, limitMs)], { signal: over.signal }).catch(() => []);
  try {
    return [await Promise.race([examine(), late])].flat();
  } catch (error) {
    if (error instanceof UsageError) return [toFinding(subject, "warning", "not looked at: see environment")];
    return [toFinding(subject, "warning", `could not be looked at: ${(error as Error).message}`)];
  } finally {
    over.abort();
  }
}

function tooLate(subject: string, limitMs: number): Finding {
  return toFinding(
    subject,
    "warning",
    `no answer within ${limitMs / 1000} s`,
    "is the machine busy? Ask again",
  );
}
