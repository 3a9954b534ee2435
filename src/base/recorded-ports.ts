import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { servicesDir } from "./paths";

/** The port that a service started here was given, which differs from the default where that was taken. */
export function recordedPort(service: string, process: string, port: string): number | undefined {
  const path = join(servicesDir, service, `${process}.json`);
  if (!existsSync(path)) return undefined;
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { ports: Record<string, number> }).ports[port];
  } catch {
    return undefined;
  }
}
