/** The gate of all end-to-end files: started by the first that asks, stopped after the last test. */
import { startGate, type Gate } from "../support/testbed/gate.ts";
import { filteredLabel } from "../support/testbed/objects.ts";
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

async function start({ programs, registries, keys }: Testbed): Promise<Gate> {
  const hosts = Object.values(registries).map(({ host }) => host);
  const gate = await startGate(programs, hosts, keys.acme.publicPem);
  await gate.covers("probe");
  await gate.covers("probe-filtered", { [filteredLabel]: "" });
  return gate;
}
