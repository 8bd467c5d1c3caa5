// One build at a time in a cache folder. The holder touches the lock file while it
// lives, so the lock of a killed process is taken over after a while; programs are
// renamed into place whole, so even two holders could not damage each other's work.
import { randomUUID } from "node:crypto";
import { readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const beatMs = 2_000;
const staleMs = 20_000;

async function isStale(file) {
  try {
    return Date.now() - (await stat(file)).mtimeMs > staleMs;
  } catch {
    return false;
  }
}

async function tryToTake(file, token) {
  try {
    await writeFile(file, token, { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  }
}

/** Waits for the lock; `onWait` is called once if another process holds it. */
export async function takeLock(cache, { onWait, signal }) {
  const file = join(cache, ".lock");
  const token = randomUUID();
  let hasWaited = false;
  while (!(await tryToTake(file, token))) {
    if (await isStale(file)) {
      await rm(file, { force: true });
      continue;
    }
    if (!hasWaited) onWait();
    hasWaited = true;
    await sleep(500, undefined, { signal });
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, beatMs);
  const isOurs = async () => (await readFile(file, "utf8").catch(() => "")) === token;
  const release = async () => {
    clearInterval(beat);
    if (await isOurs()) await rm(file, { force: true });
  };
  return { isOurs, release };
}
