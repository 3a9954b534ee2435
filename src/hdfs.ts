// stand-in until the real module comes
import { readFileSync } from "node:fs";
import { request } from "node:http";
import type { HdfsConfig } from "./config";

export interface HdfsEntry { readonly name: string; readonly path: string; readonly type: "file" | "directory"; readonly bytes: number; readonly modifiedMs: number; readonly owner: string }
export interface Hdfs {
  list(directory: string): Promise<HdfsEntry[]>;
  stat(path: string): Promise<HdfsEntry | undefined>;
  read(path: string): Promise<Buffer>;
  write(path: string, source: Uint8Array | { file: string }): Promise<number>;
  rename(from: string, to: string): Promise<boolean>;
  replace(from: string, to: string): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  remove(path: string, options?: { recursive?: boolean }): Promise<boolean>;
}
export function connectHdfs(config: HdfsConfig): Hdfs {
  const send = (method: string, url: string, body?: Uint8Array) => new Promise<{ status: number; body: Buffer }>((resolve, reject) => {
    const call = request(url, { method }, (reply) => { const parts: Buffer[] = []; reply.on("data", (p: Buffer) => parts.push(p)).on("end", () => resolve({ status: reply.statusCode ?? 0, body: Buffer.concat(parts) })); });
    call.on("error", reject); call.end(body);
  });
  const url = (path: string, op: string, more = "") => `${config.url}/webhdfs/v1${path.split("/").map(encodeURIComponent).join("/")}?op=${op}&user.name=${config.user}${more}`;
  const ask = async (method: string, path: string, op: string, more = "") => { const r = await send(method, url(path, op, more)); return { status: r.status, json: r.body.length ? JSON.parse(r.body.toString()) : {} }; };
  const entry = (dir: string, s: any): HdfsEntry => ({ name: s.pathSuffix || dir.split("/").pop(), path: s.pathSuffix ? `${dir}/${s.pathSuffix}` : dir, type: s.type === "FILE" ? "file" : "directory", bytes: s.length, modifiedMs: s.modificationTime, owner: s.owner });
  const hdfs: Hdfs = {
    list: async (d) => { const r = await ask("GET", d, "LISTSTATUS"); return r.status === 404 ? [] : r.json.FileStatuses.FileStatus.map((s: any) => entry(d, s)); },
    stat: async (p) => { const r = await ask("GET", p, "GETFILESTATUS"); return r.status === 404 ? undefined : entry(p, r.json.FileStatus); },
    read: async (p) => { const r = await ask("GET", p, "OPEN", "&noredirect=true"); return (await send("GET", r.json.Location)).body; },
    write: async (p, s) => { const bytes = s instanceof Uint8Array ? s : readFileSync(s.file); const r = await ask("PUT", p, "CREATE", "&noredirect=true&overwrite=true"); const w = await send("PUT", r.json.Location, bytes); if (w.status !== 201) throw new Error(`write ${p} ${w.status}`); return bytes.length; },
    rename: async (f, t) => (await ask("PUT", f, "RENAME", `&destination=${encodeURIComponent(t)}`)).json.boolean,
    replace: async (f, t) => { await ask("PUT", f, "RENAME", `&renameoptions=OVERWRITE&destination=${encodeURIComponent(t)}`); },
    makeDirectory: async (p) => { await ask("PUT", p, "MKDIRS"); },
    remove: async (p, o) => (await ask("DELETE", p, "DELETE", `&recursive=${o?.recursive ?? false}`)).json.boolean,
  };
  return hdfs;
}
