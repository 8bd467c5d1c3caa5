/** A worker of bench/cache.ts: runs its share of the seeds in a world of its own, and hands back what came of them. */
import crypto, { type KeyObject, type VerifyKeyObjectInput } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { buildRegistry } from "../src/registry/client.ts";
import { runSeed, type Run } from "../test/app/cache/campaign.ts";
import { makeWorld } from "../test/app/cache/world.ts";
import { loopbackEndpoint, startRegistry } from "../test/support/registry/registry.ts";

/** The seeds from `first` to before `end`, `step` by `step`. */
export interface Share {
  readonly first: number;
  readonly end: number;
  readonly step: number;
}

// An error here is a value that somebody catches: its stack is half of its cost, and nobody reads it.
Error.stackTraceLimit = 0;

/**
 * The same signatures are verified again and again, with the same keys: OpenSSL is asked once for each, since what it says of
 * the same bytes is the same. All else is done anew each time, as it is by a program that has just started.
 */
function askOpenSslOnce(): void {
  const { createPublicKey, verify, hash } = crypto;
  const keys = new Map<unknown, KeyObject>();
  const answers = new WeakMap<object, Map<string, boolean>>();
  crypto.createPublicKey = (source) => {
    const known = keys.get(source);
    if (known !== undefined) return known;
    const key = createPublicKey(source);
    if (typeof source === "string") keys.set(source, key);
    return key;
  };
  const verifyOnce = (
    algorithm: string | null,
    message: Uint8Array,
    key: KeyObject | VerifyKeyObjectInput,
    signature: Uint8Array,
  ): boolean => {
    const ofKey = answers.get(key) ?? new Map<string, boolean>();
    answers.set(key, ofKey);
    const name = `${algorithm} ${hash("sha256", message)} ${Buffer.from(signature).toString("base64")}`;
    const answer = ofKey.get(name) ?? verify(algorithm, message, key, signature);
    ofKey.set(name, answer);
    return answer;
  };
  crypto.verify = verifyOnce as typeof verify;
  syncBuiltinESMExports();
}

askOpenSslOnce();
const { first, end, step } = workerData as Share;
const server = await startRegistry();
const client = buildRegistry({ rules: { endpoints: [loopbackEndpoint(server.host)] }, now: () => 0 });
try {
  const world = await makeWorld(server, client);
  const runs: Run[] = [];
  for (let seed = first; seed < end; seed += step) runs.push(await runSeed(world, seed));
  parentPort?.postMessage(runs);
} finally {
  await client.close();
  await server.stop();
}
