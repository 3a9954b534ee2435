import type { Command } from "commander";
import { formatTable } from "../base/terminal";
import { type Check, type DoctorReport, type FindingState, runChecks } from "../doctor/checks";

/** Adds `doctor` to the command line. */
export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("looks at machine, set-up, services and environment and says what to do; changes nothing")
    .option("--json", "print JSON: ok, findings (subject, state: ok, note, warning, missing; found, advice)")
    .action(runDoctor);
}

async function runDoctor(options: { readonly json?: true }): Promise<void> {
  const report = await runChecks(await listChecks());
  const text = options.json ? JSON.stringify(report, null, 2) : formatReport(report, process.stdout.columns);
  process.exitCode ||= report.ok ? 0 : 1;
  // what a check has given up may still wait for its answer
  process.stdout.write(`${text}\n`, () => process.exit());
}

async function listChecks(): Promise<Check[]> {
  const [machine, environment, ports, services] = await Promise.all([
    import("../doctor/machine.js"),
    import("../doctor/environment.js"),
    import("../doctor/ports.js"),
    import("../doctor/services.js"),
  ]);
  return [
    ...machine.machineChecks(),
    ...environment.environmentChecks(),
    ...ports.portChecks(),
    ...services.serviceChecks(),
  ];
}

const marks: Readonly<Record<FindingState, string>> = { ok: "✓", note: "·", warning: "!", missing: "✗" };

/** A table of what was found, below it what to do, and a line that sums it up. Cells are broken at `width` characters. */
export function formatReport({ ok, findings }: DoctorReport, width = 110): string {
  const rows = findings.map(({ state, subject, found }) => [marks[state], subject, wrap(found, width - 30)]);
  const advices = findings.flatMap(({ state, subject, advice }) =>
    advice === null
      ? []
      : [`${marks[state]} ${advice.startsWith(`${subject}: `) ? "" : `${subject}: `}${advice}`],
  );
  const sum = ok
    ? "All that is needed is there."
    : `Missing: ${findings.flatMap(({ state, subject }) => (state === "missing" ? [subject] : [])).join(", ")}.`;
  return [formatTable(["", "subject", "found"], rows, []), ...advices, sum].join("\n");
}

/** Breaks a text at blanks; a word that is longer than a line stays whole. */
function wrap(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join("\n");
}
