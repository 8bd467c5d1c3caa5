// Caches are never seen in an answer: whatever changed before, the next admission equals one that remembers nothing. The
// long form is "npm run test:long -- cache".
import assert from "node:assert/strict";
import type { PolicySnapshot } from "../../src/ports/policies.ts";
import { buildRegistry } from "../../src/registry/client.ts";
import { loopbackEndpoint, startRegistry, type EmbeddedRegistry } from "../support/registry/registry.ts";
import { runSeed, type Mistake } from "./cache/campaign.ts";
import { makeWorld, type World } from "./cache/world.ts";

const SEEDS = Array.from({ length: 4 }, (_, i) => i + 1);
/** Seeds within which a mistake must be found. */
const ENOUGH = 200;

/** Each with the first seed that is tried, which finds it: another would do, later. */
const MISTAKES: Readonly<Record<string, readonly [number, () => Mistake]>> = {
  "a rule is known by its name alone": [6, () => ({ rule: (rule) => ({ ...rule, hash: "the same" }) })],
  "times and names are not asked anew": [6, () => ({ rule: (rule) => ({ ...rule, readsRequest: false }) })],
  "the current time is remembered": [1, () => ({ rule: (rule) => ({ ...rule, dependsOnNow: false }) })],
  "an exception stays": [
    8,
    () => {
      const seen = new Set<PolicySnapshot["exceptions"][number]>();
      const snapshot = ({ exceptions, ...rest }: PolicySnapshot): PolicySnapshot => {
        for (const exception of exceptions) seen.add(exception);
        return { ...rest, exceptions: [...seen] };
      };
      return { snapshot };
    },
  ],
  "a tag is remembered": [3, () => ({ registry: rememberedBy((path, name) => `${path}:${name}`) })],
  "what was verified is rested on for ever": [
    53,
    () => ({
      snapshot: ({ policies, ...rest }) => ({
        ...rest,
        policies: policies.map((policy) =>
          policy.verifiedWithin === undefined ? policy : { ...policy, verifiedWithin: Infinity },
        ),
      }),
    }),
  ],
  "the credentials of one serve another": [4, () => ({ keychain: (keychain) => ({ ...keychain, id: "" }) })],
  "a digest is the same in every repository": [
    3,
    () => ({
      registry: rememberedBy((_, name) => (name.startsWith("sha256") ? name : undefined)),
    }),
  ],
};

/** Manifests and listings are remembered by what `keyOf` says, those without a key not at all. */
function rememberedBy(keyOf: (path: string, name: string) => string | undefined): NonNullable<Mistake["registry"]> {
  const known = new Map<string, Promise<unknown>>();
  async function once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const found = (known.get(key) as Promise<T> | undefined) ?? ask();
    known.set(key, found);
    return await found;
  }
  return (registry, credentials) => ({
    ...registry,
    manifest: async (place, name, waiting) => {
      const [key, ask] = [keyOf(place.path, name), () => registry.manifest(place, name, waiting)];
      return await (key === undefined ? ask() : once(`${credentials} ${key}`, ask));
    },
    referrers: async (place, digest, waiting) => {
      const [key, ask] = [keyOf(place.path, digest), () => registry.referrers(place, digest, waiting)];
      return await (key === undefined ? ask() : once(`${credentials} referrers ${key}`, ask));
    },
  });
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
  for (const [title, [first, makeMistake]] of Object.entries(MISTAKES)) {
    it(`is seen when ${title}`, async () => {
      for (let seed = first; seed <= first + ENOUGH; seed += 1) {
        if ((await runSeed(world, seed, makeMistake())).difference !== undefined) return;
      }
      assert.fail(`nothing differed in ${ENOUGH} seeds`);
    });
  }
});
