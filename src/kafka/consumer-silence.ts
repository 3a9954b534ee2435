import type { KafkaConfig } from "../base/config";
import { ServiceError } from "../base/errors";
import { crash, type Progress, type Run } from "./consumer-run";

/** Ends the run where nothing comes while the handler is idle. It counts looks: a process that slept made none. */
export function watchForSilence(run: Run): () => void {
  const { config, patienceMs } = run;
  const everyMs = Math.min(patienceMs / 4, 1000);
  const look = () => {
    if (run.handling) return;
    run.quiet.answers += 1;
    run.quiet.offsets += 1;
    const late = run.progress.find(({ end, seen }) => end !== undefined && seen < end);
    if (run.quiet.answers * everyMs >= patienceMs) crash(run, toSilence(run));
    else if (late && run.quiet.offsets * everyMs >= patienceMs) {
      run.end({ kind: "failed", error: toStall(config, late, patienceMs) });
    }
  };
  const timer = setInterval(look, everyMs);
  return () => clearInterval(timer);
}

function toSilence({ config, patienceMs }: Run): ServiceError {
  const where = `kafka ${config.brokers.join(",")}: consuming topic "${config.topic}"`;
  const text = `${where}: expected answers, received none for ${patienceMs / 1000} s; is the broker up and reachable from here?`;
  return new ServiceError(text, { isPassing: true });
}

function toStall({ topic }: KafkaConfig, late: Progress, patienceMs: number): ServiceError {
  const where = `kafka topic "${topic}", partition ${late.partition}`;
  const received = `received none from ${late.seen} on for ${patienceMs / 1000} s`;
  const advice = "is a transaction still open, or the broker out of reach?";
  return new ServiceError(`${where}: expected offsets up to ${late.end} (exclusive), ${received}; ${advice}`);
}
