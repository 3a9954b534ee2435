// @ts-check
// npm run clean: stops the embedded services and removes .local/, downloads and data included.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { localDir, projectDir } from "./setup/setup.mjs";

if (existsSync(join(projectDir, "src", "dist", "services", "services.js"))) {
  const { stopServices } = await import("user-activity/dist/services/services.js");
  await stopServices();
}
rmSync(localDir, { recursive: true, force: true });
process.stdout.write(`removed ${localDir}\n`);
