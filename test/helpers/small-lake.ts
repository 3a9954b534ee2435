import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "user-activity/dist/base/config";
import { land } from "user-activity/dist/landing/land";
import { publishFile } from "user-activity/dist/publish/publish";
import { anEvent } from "./an-event";
import { ownFolder } from "./live-lake";

/** Publishes so many attempts; of every five, one is delivered twice and one is refused; some have no certification. */
export async function publishEvents(config: Config, count: number, name = "a"): Promise<void> {
  const records = Array.from({ length: count }, (_, index) => {
    const number = index % 5 === 3 ? index - 1 : index;
    const event: Record<string, unknown> = {
      ...anEvent(),
      user_exam_id: `${name}-${number}`,
      exam_name: `Course ${number % 3}`,
    };
    if (number % 4 === 1) event.certification = null;
    return index % 5 === 4 ? { ...event, exam_name: "" } : event;
  });
  const file = join(ownFolder(), "records.json");
  writeFileSync(file, JSON.stringify(records));
  await publishFile(file, { config: config.kafka });
}

/** Lands what is in the topic, a commit for each message batch that comes. */
export async function landInSmallCommits(config: Config, keepVersions?: number): Promise<void> {
  await land({ config, batchMessages: 1, ...(keepVersions === undefined ? {} : { keepVersions }) });
}
