#!/usr/bin/env node
// Builds the real programs that the end-to-end tests start: `npm run testbed`.
// Needs Node and the Go toolchain, installs nothing, writes only below its cache.
import { mkdir, mkdtemp, readdir, rename, rm, statfs } from "node:fs/promises";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { MachineError, buildProgram, goEnvironment, requireGo } from "./go.mjs";
import { unpackProgram } from "./debian.mjs";
import { takeLock } from "./lock.mjs";
import { cacheDir, isBuilt, listTools } from "./tools.mjs";

const neededBytes = 15e9;
const exits = { ok: 0, failed: 1, usage: 2, machine: 3, interrupted: 130 };

const help = `Usage: npm run testbed -- [--only TOOL[,TOOL]] [--list [--json]] [--help]

Builds the programs of the end-to-end tests that are not there yet, with the Go
toolchain (1.26 or later; nginx is Debian's package, unpacked), into
  \${SEALGATE_TESTBED:-\${XDG_CACHE_HOME:-~/.cache}/sealgate-testbed}

  --only TOOL[,TOOL]  build (or list) these tools alone
  --list              print what is present and what is missing; build nothing
  --json              with --list: for programs

Exit status: 0 everything asked for is present, 1 a build failed (--list: something
is missing), 2 usage, 3 this machine cannot build it.`;

class UsageError extends Error {}

const isTerminal = process.stdout.isTTY === true && !process.env.NO_COLOR;
const paint = (code, text) => (isTerminal ? `\u001b[${code}m${text}\u001b[0m` : text);
const label = (tool) => `${tool.name} ${tool.version}`.padEnd(30);
const say = (text) => process.stdout.write(`${text}\n`);

function parseOptions() {
  const options = {
    only: { type: "string", multiple: true },
    list: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  };
  try {
    return parseArgs({ options, strict: true }).values;
  } catch (error) {
    throw new UsageError(error.message);
  }
}

/** One that is built without being named. */
function isUsual(tool) {
  return !tool.isOnDemand;
}

function chooseTools(all, only) {
  if (only === undefined) return all.filter(isUsual);
  const names = only.flatMap((text) => text.split(",")).filter((name) => name !== "");
  const unknown = names.find((name) => !all.some((tool) => tool.name === name));
  if (unknown !== undefined || names.length === 0) {
    const known = all.map((tool) => tool.name).join(", ");
    throw new UsageError(`Cannot build "${unknown ?? ""}", want one of ${known}`);
  }
  return all.filter((tool) => names.includes(tool.name));
}

function list(tools, asJson) {
  if (asJson) {
    const programs = tools.flatMap((tool) =>
      tool.programs.map(({ name, path }) => ({
        tool: tool.name,
        version: tool.version,
        program: name,
        path,
        isPresent: existsSync(path),
        isOnDemand: tool.isOnDemand,
      })),
    );
    say(JSON.stringify({ cache: cacheDir(), programs }, undefined, 2));
  } else {
    for (const tool of tools) {
      const state = isBuilt(tool) ? paint(32, "present") : paint(31, "missing");
      for (const program of tool.programs) say(`${label(tool)} ${state}  ${program.path}`);
    }
  }
  return tools.every(isBuilt) ? exits.ok : exits.failed;
}

async function requireDisk(cache) {
  const { bavail, bsize } = await statfs(cache);
  const free = bavail * bsize;
  if (free >= neededBytes) return;
  const have = (free / 1e9).toFixed(1);
  throw new MachineError(`Cannot build in ${cache}: ${have} GB are free, want ${neededBytes / 1e9} GB`);
}

/** Shows a running count of seconds on a terminal; elsewhere the line at the end is all. */
function startClock(tool) {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  const draw = () => process.stdout.write(`\r${label(tool)} building, ${seconds()} s`);
  const timer = isTerminal ? setInterval(draw, 1000) : undefined;
  return (state) => {
    clearInterval(timer);
    say(`${isTerminal ? "\r\u001b[K" : ""}${label(tool)} ${state}  ${seconds()} s`);
  };
}

/** Builds under a temporary name; the real name appears when every program is there. */
async function buildTool(tool, { cache, env, signal }) {
  const finish = startClock(tool);
  const temporary = await mkdtemp(join(cache, `.building-${tool.name}-`));
  try {
    for (const program of tool.programs) {
      const output = join(temporary, program.name);
      if (tool.debian === undefined) await buildProgram({ tool, program, output, env, signal });
      else await unpackProgram({ tool, program, output, signal });
    }
    await putInPlace(temporary, tool);
    finish(paint(32, "built"));
    return true;
  } catch (error) {
    finish(paint(31, signal.aborted ? "stopped" : "failed"));
    if (signal.aborted) throw error;
    process.stderr.write(`${error.message}\n`);
    return false;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function putInPlace(temporary, tool) {
  try {
    await rename(temporary, tool.folder);
  } catch (error) {
    if (isBuilt(tool)) return;
    // A folder of that name without all of its programs is nobody's work.
    await rm(tool.folder, { recursive: true, force: true });
    await rename(temporary, tool.folder).catch(() => {
      throw error;
    });
  }
}

async function removeLeftovers(cache) {
  for (const name of await readdir(cache)) {
    if (name.startsWith(".building-")) await rm(join(cache, name), { recursive: true, force: true });
  }
}

async function buildAll(missing, { cache, goDir, signal }) {
  const isCompiled = missing.some((tool) => tool.debian === undefined);
  const go = isCompiled ? requireGo() : "nothing but packages";
  if (isCompiled) await requireDisk(cache);
  await removeLeftovers(cache);
  say(`Building ${missing.map((tool) => tool.name).join(", ")} with ${go} into ${cache}`);
  const env = goEnvironment(goDir);
  let failed = 0;
  for (const tool of missing) {
    if (!(await buildTool(tool, { cache, env, signal }))) failed += 1;
  }
  return failed;
}

async function buildMissing(tools, signal) {
  const cache = cacheDir();
  await mkdir(cache, { recursive: true });
  const onWait = () => say("Another build is running in this cache: waiting for it");
  const lock = await takeLock(cache, { onWait, signal });
  const goDir = join(cache, ".go-build");
  try {
    const missing = tools.filter((tool) => !isBuilt(tool));
    const failed = missing.length > 0 ? await buildAll(missing, { cache, goDir, signal }) : 0;
    if (listTools().filter(isUsual).every(isBuilt) && (await lock.isOurs())) {
      await rm(goDir, { recursive: true, force: true });
    }
    return failed;
  } finally {
    await lock.release();
  }
}

async function main() {
  const options = parseOptions();
  if (options.help) {
    say(help);
    return exits.ok;
  }
  if (options.json && !options.list) throw new UsageError("--json goes with --list");
  const tools = options.json && options.only === undefined ? listTools() : chooseTools(listTools(), options.only);
  if (options.list) return list(tools, options.json);
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(name, () => stop.abort());
  try {
    const failed = await buildMissing(tools, stop.signal);
    if (failed === 0) say(`${tools.length} of ${tools.length} tools present in ${cacheDir()}`);
    return failed === 0 ? exits.ok : exits.failed;
  } catch (error) {
    if (stop.signal.aborted) return exits.interrupted;
    throw error;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${basename(import.meta.url)}: ${error.message}\n`);
  if (error instanceof UsageError) process.exitCode = exits.usage;
  else if (error instanceof MachineError) process.exitCode = exits.machine;
  else process.exitCode = exits.failed;
}
