/** The gate of all end-to-end files: started by the first that asks, stopped after the last test. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LEADER_ELECTION, startGate, type Gate } from "../support/testbed/gate.ts";
import { filteredLabel } from "../support/testbed/objects.ts";
import { makeTemporaryDir } from "../support/testbed/process.ts";
import type { Testbed } from "./testbed.ts";

export type { Gate } from "../support/testbed/gate.ts";

let shared: Promise<Gate> | undefined;

export async function useGate(testbed: Testbed): Promise<Gate> {
  shared ??= start(testbed);
  return shared;
}

after("stop the gate", async () => {
  // One that did not start has said so where it was asked for.
  const gate = await shared?.catch(() => undefined);
  await gate?.stop();
});

/** Nobody listens there. */
export const NOBODY = "127.0.0.1:9";

/** The name that policies call the private Sigstore by. */
export const TRUST_ROOT = "testbed";

async function start(testbed: Testbed): Promise<Gate> {
  const { programs, registries, keys } = testbed;
  const plainHttp = [...Object.values(registries).map(({ host }) => host), NOBODY];
  const config = join(makeTemporaryDir("gate"), "sealgate.json");
  const trustRoots = testbed.hasSigstore ? { [TRUST_ROOT]: { file: testbed.sigstore.trustedRoot } } : {};
  writeFileSync(config, JSON.stringify({ trustRoots, leaderElection: LEADER_ELECTION }));
  const gate = await startGate(programs, { plainHttp, publicKey: keys.acme.publicPem, config });
  await gate.covers("probe");
  await gate.covers("probe-filtered", { [filteredLabel]: "" });
  return gate;
}
