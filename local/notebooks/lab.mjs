// @ts-check
// JupyterLab on 127.0.0.1, with the project's kernel and the services that the notebooks need.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { localDir, projectDir, setupOrExit, venvPython } from "../setup/setup.mjs";

/**
 * Starts JupyterLab and waits until it answers.
 * @param {{root?: string, notebook?: string, openBrowser?: boolean, env?: Record<string, string>}} [options]
 *   root: the folder that it shows, the project by default; notebook: the one to open first, as seen from there;
 *   env: added to the environment of server and kernels
 * @returns {Promise<{url: string, ended: Promise<number>, stop: () => void}>}
 */
export async function startLab({
  root = projectDir,
  notebook = "notebooks/01-publish-and-consume.ipynb",
  openBrowser = false,
  env = {},
} = {}) {
  const token = randomBytes(24).toString("hex");
  const script = join(projectDir, "local", "notebooks", "run_lab.py");
  const args = [script, ...labOptions(root, notebook), ...(openBrowser ? [] : ["--no-browser"])];
  const child = spawn(venvPython, args, {
    cwd: projectDir,
    // a group of its own: Ctrl-C reaches us, and we end it without its question "shut down?"
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...prepareLabEnvironment(), ...env, JUPYTER_TOKEN: token },
  });
  let log = "";
  child.stderr.on("data", (part) => {
    log = (log + part).slice(-4000);
  });
  const ended = new Promise((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  const stop = () => child.kill("SIGTERM");
  let base;
  while (!(base && (await isAnswering(`${base}/api/status?token=${token}`)))) {
    if (child.exitCode !== null) throw new Error(`JupyterLab ended while starting:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    base ??= addressIn(log);
  }
  return { url: `${base}/lab/tree/${notebook}?token=${token}`, ended, stop };
}

/** @param {string} root @param {string} notebook */
function labOptions(root, notebook) {
  return [
    "--ServerApp.ip=127.0.0.1",
    // where it is taken, the next one that is free: a port chosen here could be taken until the server is up
    "--ServerApp.port=8888",
    "--ServerApp.port_retries=50",
    "--log-level=INFO", // among what it then tells is that port
    `--ServerApp.root_dir=${root}`,
    `--LabApp.default_url=/lab/tree/${notebook}`,
    "--LabApp.extension_manager=readonly",
    // as root JupyterLab refuses to start without it
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
  ];
}

/**
 * Where JupyterLab says that it serves, once it says so.
 * @param {string} log
 */
function addressIn(log) {
  return log.match(/ is running at:\s.*?(http:\/\/127\.0\.0\.1:\d+)\//)?.[1];
}

/** Settings of this project only: no news from elsewhere, open tabs remembered under .local. */
function prepareLabEnvironment() {
  const settings = join(localDir, "venv", "share", "jupyter", "lab", "settings");
  mkdirSync(settings, { recursive: true });
  const quiet = { fetchNews: "false", checkForUpdates: false };
  writeFileSync(
    join(settings, "overrides.json"),
    JSON.stringify({ "@jupyterlab/apputils-extension:notification": quiet }),
  );
  return { JUPYTERLAB_WORKSPACES_DIR: join(localDir, "workspaces") };
}

/** @param {string} url */
async function isAnswering(url) {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1000) })).ok;
  } catch {
    return false;
  }
}

/**
 * Serves JupyterLab until Ctrl-C or SIGTERM.
 * @param {AbortSignal} signal
 */
export async function serveLab(signal) {
  const lab = await startLab({ openBrowser: hasDisplay() });
  process.stdout.write(`\nJupyterLab: ${lab.url}\nCtrl-C stops it and what was started with it.\n`);
  signal.addEventListener("abort", lab.stop);
  if (signal.aborted) lab.stop();
  const code = await lab.ended;
  return signal.aborted ? 0 : code;
}

function hasDisplay() {
  return process.platform !== "linux" || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** @returns {AbortController} aborted by the first Ctrl-C, SIGTERM or closed terminal; the second one ends at once */
export function abortOnSignals() {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Error("interrupted"));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal).on("SIGHUP", onSignal);
  return controller;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
  if (values.help)
    process.stdout.write(
      "npm run lab: set-up if needed, the services if they don't run, then JupyterLab until Ctrl-C\n",
    );
  else {
    await setupOrExit();
    const { signal } = abortOnSignals();
    const { startServices, stopOnExit, stopServices } = await import(
      "user-activity/dist/services/services.js"
    );
    const started = await startServices(["kafka", "hdfs"], signal);
    stopOnExit(started);
    try {
      process.exitCode = await serveLab(signal);
    } finally {
      await stopServices(started);
    }
  }
}
