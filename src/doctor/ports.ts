import { readdir, readFile, readlink } from "node:fs/promises";
import { readConfig } from "../base/config";
import { hdfsPorts, nameNodePlace } from "../services/hdfs";
import { kafkaPlace, kafkaPorts } from "../services/kafka";
import { findProcess, isPortFree, type ProcessRecord } from "../services/processes";
import { type Check, type Finding, toFinding } from "./checks";

/** Whether a port can be had: free, taken by a service started here, or by something else, named where it can be. */
export interface PortUse {
  readonly port: number;
  readonly use: "free" | "ours" | "taken";
  /** Such as "java (process 4242)"; null where it can't be told. */
  readonly by: string | null;
}

/** Where each embedded service listens by default, and whether it can. Of external services no port is needed. */
export function portChecks(): Check[] {
  return [
    { subject: "ports of Kafka", examine: () => examinePorts("Kafka", kafkaPorts, findProcess(kafkaPlace)) },
    { subject: "ports of HDFS", examine: () => examinePorts("HDFS", hdfsPorts, findProcess(nameNodePlace)) },
    { subject: "port of JupyterLab", examine: examineLabPort },
  ];
}

async function examinePorts(
  service: "Kafka" | "HDFS",
  defaults: Readonly<Record<string, number>>,
  record: ProcessRecord | undefined,
): Promise<Finding> {
  const subject = `ports of ${service}`;
  const { kafka, hdfs } = readConfig();
  if ((service === "Kafka" ? kafka : hdfs).external)
    return toFinding(
      subject,
      "ok",
      `none needed: ${service === "Kafka" ? "KAFKA_BROKERS" : "WEBHDFS_URL"} is set`,
    );
  const ours = Object.keys(defaults).flatMap((name) => record?.ports[name] ?? []);
  const others = record ? [] : Object.values(defaults);
  const uses = [
    ...ours.map((port) => ({ port, use: "ours", by: null }) as const),
    ...(await lookAtPorts(others)),
  ];
  return describePorts(subject, uses);
}

/** The port that local/notebooks/lab.mjs asks for. */
const labPort = 8888;

/** A JupyterLab of ours leaves no record, so that a taken port may well be its. */
async function examineLabPort(): Promise<Finding> {
  return describePorts("port of JupyterLab", await lookAtPorts([labPort]));
}

/** What each port of 127.0.0.1 is used for by others than the services started here. */
export function lookAtPorts(ports: readonly number[]): Promise<PortUse[]> {
  return Promise.all(
    ports.map(async (port) => {
      if (await isPortFree(port)) return { port, use: "free", by: null } as const;
      return { port, use: "taken", by: await findListener(port).catch(() => null) } as const;
    }),
  );
}

/** Says which ports are free, ours or taken, and what comes of that. */
export function describePorts(subject: string, uses: readonly PortUse[]): Finding {
  const texts = uses.map(({ port, use, by }) => `${port} ${use}${by === null ? "" : ` by ${by}`}`);
  const isTaken = uses.some(({ use }) => use === "taken");
  const where = subject.endsWith("JupyterLab")
    ? "the address it prints"
    : '"npx user-activity services status"';
  const advice = `a free port is chosen at the start; ${where} shows it`;
  return toFinding(subject, isTaken ? "warning" : "ok", texts.join(", "), isTaken ? advice : null);
}

/** The program that listens on the port, by Linux's /proc; null where it is another user's, or the system another. */
async function findListener(port: number): Promise<string | null> {
  const tables = await Promise.all(["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8")));
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const rows = tables.flatMap((table) => table.split("\n").map((line) => line.trim().split(/\s+/)));
  const inodes = rows.flatMap(([, local, , state, , , , , , inode]) =>
    local?.endsWith(`:${hex}`) && state === "0A" ? [`socket:[${inode}]`] : [],
  );
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const holding = await Promise.all(pids.map((pid) => holdsOne(pid, inodes)));
  const pid = pids[holding.indexOf(true)];
  if (pid === undefined) return null;
  return `${(await readFile(`/proc/${pid}/comm`, "utf8")).trim()} (process ${pid})`;
}

async function holdsOne(pid: string, sockets: readonly string[]): Promise<boolean> {
  try {
    const names = await readdir(`/proc/${pid}/fd`);
    const links = await Promise.all(names.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
    return links.some((link) => sockets.includes(link));
  } catch {
    return false; // another user's, or it has ended
  }
}
