import { readdirSync, readFileSync } from "node:fs";

/**
 * Looks every few milliseconds at a process and all that descends from it; the function it returns ends that and tells
 * the command lines that were seen, each once.
 */
export function watchCommandLines(pid: number): () => readonly string[] {
  const seen = new Set<string>();
  const look = () => {
    for (const one of listFamily(pid)) seen.add(readProcess(one, "cmdline").replaceAll("\0", " "));
    seen.delete("");
  };
  const timer = setInterval(look, 50);
  return () => {
    clearInterval(timer);
    return [...seen];
  };
}

/** The process and all that descends from it, of those that run now. */
export function listFamily(pid: number): number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const family = new Set([pid]);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const [one, parent] of parents) if (family.has(parent)) family.add(one);
  }
  return [...family];
}

function parentOf(pid: string): number {
  const stat = readProcess(pid, "stat");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

/** A file of /proc about a process; empty where that has ended. */
export function readProcess(pid: number | string, name: "cmdline" | "environ" | "stat"): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}
