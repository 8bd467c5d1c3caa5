/**
 * The first look at an image, in sequential round trips (architecture.md §3): a registry and its token service over TLS,
 * each 50 ms away. What is counted is the time from the question to the verdict, by the length of a round trip.
 */
import { ImageVerifier } from "../src/app/verify-image.ts";
import { parseImageReference } from "../src/oci/reference.ts";
import { compilePolicy, type CompiledRule } from "../src/policy/compile.ts";
import type { PolicyResource } from "../src/policy/types.ts";
import { buildRegistry } from "../src/registry/client.ts";
import { startRegistry, type EmbeddedRegistry } from "../test/support/registry/registry.ts";
import { makeKeyPair, signBundle, signLegacy, type KeyPair } from "../test/support/signer.ts";
import { makeAuthority, makeServingCertificate } from "../test/support/testbed/certificates.ts";
import { clusterPolicy } from "../test/support/testbed/objects.ts";
import { startDelayedHost, type DelayedHost } from "./delayed.ts";
import { formatRatio, median, type Benchmark, type Goal, type Table } from "./table.ts";

const ROUND_TRIP_MS = 50;
const ROUNDS = 5;
const MAX_RATIO = 1.15;

/** Round trips before the first look: connection, challenge, and the same at the token service. */
const CONTACTS = {
  "first contact": 2 + 1 + 2 + 1,
  "known host, new repository": 1,
  "token at hand": 0,
} as const;
type Contact = keyof typeof CONTACTS;
const LAYOUTS = { "legacy signature": 1, bundle: 2 } as const;
type Layout = keyof typeof LAYOUTS;

export const cold: Benchmark = {
  name: "cold",
  describes: `the first look at an image, in round trips of ${ROUND_TRIP_MS} ms`,
  run: async () => {
    const world = await openWorld();
    try {
      return [await measureAll(world)];
    } finally {
      world.close();
    }
  },
};

interface World {
  readonly server: EmbeddedRegistry;
  readonly host: string;
  readonly tokenHost: string;
  readonly key: KeyPair;
  readonly rule: CompiledRule;
  close(): void;
}

async function openWorld(): Promise<World> {
  const authority = await makeAuthority("CN=registry-ca");
  const names = ["registry.localhost", "tokens.localhost"];
  const serving = await makeServingCertificate(authority, { dns: names, ip: [] });
  const lines: DelayedHost[] = [];
  // Where its token service will be is known once there is a way to it.
  const auth = { scheme: "bearer" as const, users: {}, anonymous: true, realm: "" };
  const server = await startRegistry({ auth });
  const plainPort = Number(server.host.split(":")[1]);
  for (let i = 0; i < 2; i++) lines.push(await startDelayedHost(plainPort, serving, ROUND_TRIP_MS));
  const [host = "", tokenHost = ""] = lines.map(({ port }, i) => `${names[i]}:${port}`);
  auth.realm = `https://${tokenHost}/token`;
  const key = makeKeyPair();
  const object = clusterPolicy({ name: "signed", imageReferences: ["*"], publicKey: key.publicKeyPem }, {});
  const [rule] = compilePolicy(object as PolicyResource, () => undefined).rules;
  if (rule === undefined) throw new Error("the policy has a rule");
  const close = (): void => {
    for (const line of lines) line.close();
    void server.stop();
  };
  return { server, host, tokenHost, key, rule: { ...rule, verifyDigest: false }, close };
}

interface Measured {
  readonly trips: number;
  /** Of the registry and of its token service. */
  readonly requests: readonly [number, number];
}

const CASES = (Object.keys(CONTACTS) as Contact[]).flatMap((contact) =>
  (["tag", "digest"] as const).flatMap((by) =>
    (Object.keys(LAYOUTS) as Layout[]).map((layout) => ({ contact, by, layout })),
  ),
);
type Case = (typeof CASES)[number];

async function measureAll(world: World): Promise<Table> {
  const rows: string[][] = [];
  const goals: Goal[] = [];
  for (const each of CASES) {
    const measured: Measured[] = [];
    for (let round = 0; round < ROUNDS; round++) measured.push(await look(world, each));
    const trips = median(measured.map((one) => one.trips));
    const least = CONTACTS[each.contact] + (each.by === "tag" ? 1 : 0) + 1 + LAYOUTS[each.layout];
    const [registry, tokens] = measured[0]?.requests ?? [0, 0];
    const what = `${each.contact}, by ${each.by}, ${each.layout}`;
    const actual = formatRatio(trips / least);
    rows.push([what, trips.toFixed(2), `${least}`, actual, `${registry}`, `${tokens}`]);
    const want = `at most ${MAX_RATIO} times the least`;
    goals.push({ what, want, actual, met: trips / least <= MAX_RATIO });
  }
  return {
    title: `Cold look-ups (round trips of ${ROUND_TRIP_MS} ms on the critical path, medians of ${ROUNDS})`,
    columns: ["look-up", "round trips", "least", "ratio", "requests, registry", "token service"],
    rows,
    goals,
  };
}

let images = 0;

async function look(world: World, { contact, by, layout }: Case): Promise<Measured> {
  const { server, host, tokenHost, key, rule } = world;
  // A private authority is read once for a host; what is measured is the network.
  const endpoints = [host, tokenHost].map((each) => ({ host: each, skipVerify: true, allowPrivate: true }));
  const registry = buildRegistry({
    rules: { endpoints },
    now: () => performance.timeOrigin + performance.now(),
    resolve: () => Promise.resolve(["127.0.0.1"]),
  });
  const clock = (): number => performance.now();
  const verifier = new ImageVerifier({ registry, monotonicNow: clock, now: () => Date.now(), cpuNow: () => 0 });
  const push = async (repository: string): Promise<string> => {
    const digest = await server.putImage(repository, "1.0", `image ${(images += 1)}`);
    const sign = layout === "bundle" ? signBundle : signLegacy;
    await sign(server, repository, digest, key);
    return `${host}/${repository}${by === "tag" ? ":1.0" : `@${digest}`}`;
  };
  const verify = async (image: string): Promise<void> => {
    const { verdicts } = await verifier.verify(parseImageReference(image), [rule], AbortSignal.timeout(20_000));
    if (verdicts[0]?.outcome !== "Pass") throw new Error(`the image must pass: ${JSON.stringify(verdicts)}`);
  };
  const repository = `acme/r${(images += 1)}`;
  if (contact === "known host, new repository") await verify(await push(`acme/r${(images += 1)}`));
  if (contact === "token at hand") await verify(await push(repository));
  const image = await push(repository);
  const before = server.requests.length;
  const started = performance.now();
  await verify(image);
  const trips = (performance.now() - started) / ROUND_TRIP_MS;
  const asked = server.requests.slice(before);
  const tokens = asked.filter(({ path }) => path.startsWith("/token")).length;
  await registry.close();
  return { trips, requests: [asked.length - tokens, tokens] };
}
