// What `caches.pass`, `fail` and `undetermined` are seen by: whether a registry is asked again four seconds after a verdict.
import { ImageVerifier } from "../../src/app/verify-image.ts";
import { lifetimesOf, type Caches } from "../../src/config/limits.ts";
import type { Config } from "../../src/config/load.ts";
import { parseImageReference } from "../../src/oci/reference.ts";
import type { Registry } from "../../src/ports/registry.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { countCalls, KEY, makePolicy, OTHER_KEY, PATH, withApplication } from "../app/fixtures.ts";
import { signLegacy } from "../support/signer.ts";

type Lifetime = Exclude<keyof Caches, "blobBytes" | "tag">;

export const LIVE_LIFETIMES: Readonly<Record<`caches.${Lifetime}`, { before: string; after: string; of: Lifetime }>> = {
  "caches.pass": { before: "{}", after: "caches: {pass: 3s}", of: "pass" },
  "caches.fail": { before: "{}", after: "caches: {fail: 3s}", of: "fail" },
  "caches.undetermined": { before: "{}", after: "caches: {undetermined: 3s}", of: "undetermined" },
};

const AWAY = new UnavailableError("RegistryUnreachable", "the list of referrers cannot be read");

function withReferrers(registry: Registry, referrers: Registry["referrers"]): Registry {
  return {
    manifest: (...call) => registry.manifest(...call),
    blob: (...call) => registry.blob(...call),
    referrers,
  };
}

/** Outcome and calls of two looks. */
export async function lookAgainUnder({ caches }: Config, of: Lifetime): Promise<readonly unknown[]> {
  let seen: readonly unknown[] = [];
  await withApplication({}, async ({ server, registry, signal }) => {
    const digest = await server.putImage(PATH, "1", "a");
    const referrers: Registry["referrers"] = () => Promise.reject(AWAY);
    if (of !== "undetermined") await signLegacy(server, PATH, digest, of === "fail" ? OTHER_KEY : KEY);
    const counted = countCalls(of === "undetermined" ? withReferrers(registry, referrers) : registry);
    let now = 1;
    const clocks = { monotonicNow: () => now, now: () => now, cpuNow: () => 0 };
    const verifier = new ImageVerifier({ registry: counted, ...clocks, lifetimes: () => lifetimesOf(caches) });
    const reference = parseImageReference(`${server.host}/${PATH}@${digest}`);
    const look = async (): Promise<unknown> => {
      const { verdicts } = await verifier.verify(reference, makePolicy().rules, signal);
      return [verdicts.map(({ outcome }) => outcome), { ...counted.calls }];
    };
    const first = await look();
    now += 4_000;
    seen = [first, await look()];
  });
  return seen;
}
