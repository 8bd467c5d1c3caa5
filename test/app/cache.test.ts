// Caches are never seen in an answer: whatever changed before, the next admission equals one that remembers nothing. The
// long form is "npm run test:long -- cache".
import assert from "node:assert/strict";
import type { PolicySnapshot } from "../../src/ports/policies.ts";
import type { Registry } from "../../src/ports/registry.ts";
import { buildRegistry } from "../../src/registry/client.ts";
import { loopbackEndpoint, startRegistry, type EmbeddedRegistry } from "../support/registry/registry.ts";
import { runSeed, type Mistake } from "./cache/campaign.ts";
import { makeWorld, type World } from "./cache/world.ts";

const SEEDS = Array.from({ length: 4 }, (_, i) => i + 1);
/** Seeds within which a mistake must be found; the first three find every one. */
const FROM = 9;
const ENOUGH = 200;

const MISTAKES: Readonly<Record<string, () => Mistake>> = {
  "a rule is known by its name alone": () => ({ rule: (rule) => ({ ...rule, hash: "the same" }) }),
  "times and names are not asked anew": () => ({ rule: (rule) => ({ ...rule, readsRequest: false }) }),
  "the current time is remembered": () => ({ rule: (rule) => ({ ...rule, dependsOnNow: false }) }),
  "an exception stays": () => {
    const seen = new Set<PolicySnapshot["exceptions"][number]>();
    const snapshot = ({ exceptions, ...rest }: PolicySnapshot): PolicySnapshot => {
      for (const exception of exceptions) seen.add(exception);
      return { ...rest, exceptions: [...seen] };
    };
    return { snapshot };
  },
  "a tag is remembered": () => ({ registry: (registry) => rememberedBy(registry, (path, name) => `${path}:${name}`) }),
  "a digest is the same in every repository": () => ({
    registry: (registry) => rememberedBy(registry, (_, name) => (name.startsWith("sha256") ? name : undefined)),
  }),
};

/** Manifests and listings are remembered by what `keyOf` says, those without a key not at all. */
function rememberedBy(registry: Registry, keyOf: (path: string, name: string) => string | undefined): Registry {
  const known = new Map<string, Promise<unknown>>();
  async function once<T>(key: string | undefined, ask: () => Promise<T>): Promise<T> {
    if (key === undefined) return await ask();
    const found = (known.get(key) as Promise<T> | undefined) ?? ask();
    known.set(key, found);
    return await found;
  }
  return {
    ...registry,
    manifest: async (place, name, waiting) =>
      await once(keyOf(place.path, name), () => registry.manifest(place, name, waiting)),
    referrers: async (place, digest, waiting) =>
      await once(`referrers ${keyOf(place.path, digest)}`, () => registry.referrers(place, digest, waiting)),
  };
}

describe("what is remembered", function () {
  // Hundreds of signatures to verify, on a machine that may do other work
  this.timeout(240_000);
  let server: EmbeddedRegistry;
  let client: ReturnType<typeof buildRegistry>;
  let world: World;

  before(async () => {
    server = await startRegistry();
    client = buildRegistry({ rules: { endpoints: [loopbackEndpoint(server.host)] }, now: () => 0 });
    world = await makeWorld(server, client);
  });

  after(async () => {
    await client.close();
    await server.stop();
  });

  for (const seed of SEEDS) {
    it(`is never seen in an answer: seed ${seed}`, async () => {
      const { difference, admissions } = await runSeed(world, seed);
      assert.equal(difference, undefined);
      assert.ok(admissions > 0);
    });
  }

  // Whoever would make one of these mistakes is found out
  for (const [title, makeMistake] of Object.entries(MISTAKES)) {
    it(`is seen when ${title}`, async () => {
      for (let seed = FROM; seed <= ENOUGH; seed += 1) {
        if ((await runSeed(world, seed, makeMistake())).difference !== undefined) return;
      }
      assert.fail(`nothing differed in ${ENOUGH} seeds`);
    });
  }
});
