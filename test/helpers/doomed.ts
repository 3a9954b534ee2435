import { appendFileSync } from "node:fs";
import { readConfig } from "user-activity/dist/base/config";
import { UserActivityError } from "user-activity/dist/base/errors";
import { openLake } from "user-activity/dist/lake/lake";
import { compact } from "user-activity/dist/landing/compact";
import { land } from "user-activity/dist/landing/land";
import { wrapLake } from "./faulty-lake";
import type { Doom } from "./kills";

/**
 * A program of the tests: lands or compacts what the environment names, and ends or stops itself where its argument
 * says, as kill -9 and kill -STOP do. Exit codes as those of the command line.
 */
async function main({ work, at, tell, threads }: Doom): Promise<void> {
  let matching = 0;
  const strike = () => process.kill(process.pid, at?.signal ?? "SIGKILL");
  const lake = wrapLake(openLake(readConfig().hdfs), async (_, call, what) => {
    if (tell) appendFileSync(tell, `${what}\n`);
    if (!at?.call || (at.what && !new RegExp(at.what).test(what)) || ++matching !== at.call) return call();
    if (at.when === "before") strike();
    if (at.when === "amid") setTimeout(strike, at.ms ?? 3);
    const answer = await call();
    if (at.when === "after" && at.ms) setTimeout(strike, at.ms);
    else if (at.when === "after") strike();
    return answer;
  });
  let told = 0;
  const onProgress = () => {
    if (++told === at?.progress) strike();
  };
  if (work === "compact") await compact({ lake, onProgress });
  else await land({ lake, batchMessages: 1, threads, onProgress, skipGaps: work === "skip" });
  if (at?.when === "end") strike();
}

main(JSON.parse(process.argv[2] ?? "{}") as Doom).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(error instanceof UserActivityError ? error.exitCode : 70);
});
