// Starts, watches and ends the programs of a test, on loopback. Nothing outlives the
// test process: an exit handler kills what still runs, and a watchdog does when the
// process itself was killed.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { followLog, search } from "../secrets/planted.ts";
import { request } from "./http.ts";

export interface Probe {
  readonly url: string;
  readonly ca?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: any status below 500. */
  readonly isReady?: (status: number) => boolean;
}

export interface ProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Where `<name>.log` is written. */
  readonly dir: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly ready: Probe;
  readonly ceilingMs?: number;
}

export interface RunningProcess {
  readonly pid: number;
  /** Milliseconds from its start until its probe answered, which is asked each 50 ms. */
  readonly readyMs: () => number;
  readonly log: () => string;
  readonly isRunning: () => boolean;
  /** SIGTERM, then SIGKILL after `graceMs`. Resolves when the process is gone. */
  readonly stop: (graceMs?: number) => Promise<void>;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

const children = new Set<ChildProcess>();
const folders = new Set<string>();
let watchdog: ChildProcess | undefined;

/** What every program gets: no outward network even if it tries, no proxy for loopback and the Services of a cluster. */
export const isolatedEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env["PATH"] ?? "",
  HTTP_PROXY: "http://127.0.0.1:9",
  HTTPS_PROXY: "http://127.0.0.1:9",
  NO_PROXY: "127.0.0.1,localhost,::1,10.0.0.0/8,.svc",
  OTEL_TRACES_EXPORTER: "none",
};

/** A fresh folder, removed when the test process ends. */
export function makeTemporaryDir(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `sealgate-${purpose}-`));
  folders.add(folder);
  watch(`dir ${folder}`);
  return folder;
}

const PORTS_OF_A_LANE = 4_000;
const LANES = ["gate", "chart", "sigstore"];
const FIRST_PORT = 20_000 + PORTS_OF_A_LANE * Math.max(0, LANES.indexOf(process.env["SEALGATE_E2E_LANE"] ?? ""));

let lastPort = FIRST_PORT + Math.floor(Math.random() * PORTS_OF_A_LANE);

/**
 * Ports of 127.0.0.1 that nothing listens on, below the range that the kernel gives to
 * outgoing connections, so that only another such call could take one meanwhile. The lanes of a run have their own, and
 * none is given twice until all were: a program may listen on what it was given much later.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    lastPort = FIRST_PORT + ((lastPort + 1 - FIRST_PORT) % PORTS_OF_A_LANE);
    const port = lastPort;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

/** Starts a program and waits until its probe answers; its log is in the error if it never does. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const logFile = join(options.dir, `${options.name}.log`);
  const output = openSync(logFile, "a");
  const started = performance.now();
  let readyMs = Number.NaN;
  const child = spawn(options.command, options.args, {
    cwd: options.dir,
    env: { ...isolatedEnvironment, HOME: options.dir, ...options.env },
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  track(child);
  if (isSealgate(options.args)) {
    const { close } = followLog(`log of ${logFile}`, () => readFileSync(logFile, "utf8"));
    void ended.then(close);
  }
  const running: RunningProcess = {
    pid: child.pid ?? -1,
    readyMs: () => readyMs,
    log: () => readFileSync(logFile, "utf8"),
    isRunning: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
    stop: (graceMs = 10_000) => stopChild(child, ended, graceMs),
  };
  try {
    await untilReady(running, options);
    readyMs = performance.now() - started;
    return running;
  } catch (error) {
    await running.stop(0);
    throw error;
  }
}

/** Runs a program to its end. Rejects only if it cannot be started or takes too long. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = spawn(command, args, {
    env: { ...isolatedEnvironment, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    timeout: options.timeoutMs ?? 60_000,
    killSignal: "SIGKILL",
  });
  track(child);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  // A program may end without having read its input.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const result = { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
      if (isSealgate(args)) search("output of sealgate", `${result.stdout}\n${result.stderr}`);
      // Its output is what was asked for, Secrets for example; what it tells its user is ours.
      if (command.endsWith("/kubectl")) search("what kubectl tells", result.stderr);
      if (code !== null) resolve({ code, ...result });
      else reject(new Error(`${command} ${args.join(" ")} ended by ${signal}\n${result.stderr}`));
    });
  });
}

function isSealgate(args: readonly string[]): boolean {
  return args.some((each) => each.endsWith("/dist/bin/sealgate.mjs"));
}

/** The result if its code is 0; otherwise throws with everything that the program said. */
export function mustSucceed(what: string, result: RunResult): RunResult {
  if (result.code === 0) return result;
  throw new Error(`${what} ended with ${result.code}\n${result.stdout}\n${result.stderr}`);
}

/** Polls until `check` is true; a check that throws counts as not yet. */
export async function eventually(what: string, check: () => Promise<boolean>, ceilingMs = 60_000): Promise<void> {
  const deadline = Date.now() + ceilingMs;
  let lastError: unknown;
  do {
    try {
      if (await check()) return;
    } catch (error) {
      lastError = error;
    }
    await sleep(100);
  } while (Date.now() < deadline);
  throw new Error(`${what}: not so after ${ceilingMs} ms`, { cause: lastError });
}

async function untilReady(running: RunningProcess, options: ProcessOptions): Promise<void> {
  const { url, ca, headers, isReady = (status) => status < 500 } = options.ready;
  const deadline = Date.now() + (options.ceilingMs ?? 90_000);
  while (Date.now() < deadline) {
    if (!running.isRunning()) throw new Error(`${options.name} ended before it was ready\n${tail(running.log())}`);
    const status = await request(url, { ...(ca === undefined ? {} : { ca }), ...(headers ? { headers } : {}) }).then(
      (answer) => answer.status,
      () => undefined,
    );
    if (status !== undefined && isReady(status)) return;
    await sleep(50);
  }
  throw new Error(`${options.name} was not ready in time\n${tail(running.log())}`);
}

async function stopChild(child: ChildProcess, ended: Promise<void>, graceMs: number): Promise<void> {
  if (child.pid === undefined) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await ended;
  clearTimeout(timer);
}

function tail(text: string): string {
  return text.split("\n").slice(-40).join("\n");
}

/** Nobody listens on it, on loopback or on every address. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function track(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  children.add(child);
  watch(`run ${pid}`);
  child.once("exit", () => {
    children.delete(child);
    watch(`end ${pid}`);
  });
}

// Reads lines `run PID`, `end PID`, `dir PATH`. Its input ends when the test process is
// gone, however that came about; then it kills and removes what is left.
const watchdogProgram = `
const pids = new Set(), dirs = new Set();
require("node:readline").createInterface({ input: process.stdin })
  .on("line", (line) => {
    const value = line.slice(4);
    if (line.startsWith("run ")) pids.add(value);
    else if (line.startsWith("end ")) pids.delete(value);
    else dirs.add(value);
  })
  .on("close", () => {
    for (const pid of pids) try { process.kill(Number(pid), "SIGKILL"); } catch {}
    for (const dir of dirs) require("node:fs").rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
`;

function watch(line: string): void {
  watchdog ??= startWatchdog();
  watchdog.stdin?.write(`${line}\n`);
}

function startWatchdog(): ChildProcess {
  const child = spawn(process.execPath, ["-e", watchdogProgram], {
    detached: true,
    env: { PATH: process.env["PATH"] ?? "" },
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.unref();
  child.stdin.on("error", () => undefined);
  if ("unref" in child.stdin && typeof child.stdin.unref === "function") child.stdin.unref();
  process.once("exit", cleanUp);
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
  return child;
}

function cleanUp(): void {
  for (const child of children) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
