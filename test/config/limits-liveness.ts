/** What a look at one image sees of `limits` and `caches`: three signatures, of which the oldest is the good one. */
import { deadlineIn } from "../../src/app/deadline.ts";
import { ObjectCache } from "../../src/app/object-cache.ts";
import { ImageVerifier } from "../../src/app/verify-image.ts";
import { buildVerifier } from "../../src/compose/open-registries.ts";
import type { Config } from "../../src/config/load.ts";
import { parseImageReference } from "../../src/oci/reference.ts";
import { KEY, makePolicy, OTHER_KEY, PATH, withApplication } from "../app/fixtures.ts";
import { startRegistry, type EmbeddedRegistry } from "../support/registry/registry.ts";
import { signLegacy } from "../support/signer.ts";

export const LIVE_LIMITS: Readonly<Record<string, { readonly before: string; readonly after: string }>> = {
  "limits.listed": { before: "{}", after: "limits: {listed: 1}" },
  "limits.fetched": { before: "{}", after: "limits: {fetched: 1}" },
  "limits.verified": { before: "{}", after: "limits: {verified: 1}" },
  "limits.blobBytes": { before: "{}", after: "limits: {blobBytes: 10}" },
  "limits.imageBytes": { before: "{}", after: "limits: {imageBytes: 10}" },
  "limits.cpuMs": { before: "{}", after: "limits: {cpuMs: 1}" },
  "limits.perHost": { before: "{}", after: "limits: {perHost: 1}" },
  "limits.perNamespace": { before: "{}", after: "limits: {perNamespace: 1}" },
  "caches.blobBytes": { before: "{}", after: "caches: {blobBytes: 0}" },
  "caches.tag": { before: "{}", after: "caches: {tag: 0s}" },
};

export async function lookUnder(config: Config): Promise<unknown> {
  return [await lookWithin(config), await lookThrough(config)];
}

/** By the program's own way from the configuration to a registry: what the registry sees of it. */
async function lookThrough(config: Config): Promise<unknown> {
  const server = await startRegistry();
  const sockets = new Set<number | undefined>();
  server.misbehave(({ socket }) => {
    sockets.add(socket.remotePort);
    return false;
  });
  const digest = await server.putImage(PATH, "1", "a");
  const hosts = [server.host];
  const { verifier, close } = buildVerifier({ plainHttp: hosts, allowPrivate: hosts }, () => config);
  try {
    const reference = parseImageReference(`${server.host}/${PATH}@${digest}`);
    await verifier.verify(reference, makePolicy().rules, deadlineIn(60_000));
    const tagged = parseImageReference(`${server.host}/${PATH}:1`);
    const before = server.requests.length;
    for (let i = 0; i < 2; i++) await verifier.resolve(tagged, deadlineIn(60_000), { isTagRemembered: true });
    const tagRequests = server.requests.length - before;
    return { isAskedAtOnce: sockets.size > 1, tagRequests, imagesAtOnce: await lookTwice(server, verifier) };
  } finally {
    await close();
    await server.stop();
  }
}

/** How many images are begun before one of them is done: the registry holds its answers until no more are asked for. */
async function lookTwice(server: EmbeddedRegistry, verifier: ImageVerifier): Promise<number> {
  const seen = new Set<string | undefined>();
  const held: (() => void)[] = [];
  server.misbehave(({ url = "" }, response) => {
    seen.add(/\/acme\/(one|two)\//.exec(url)?.[1]);
    held.push(() => response.writeHead(404).end());
    return true;
  });
  const look = (name: string): Promise<unknown> => {
    const reference = parseImageReference(`${server.host}/acme/${name}@sha256:${"1".repeat(64)}`);
    return verifier.verify(reference, makePolicy().rules, deadlineIn(60_000));
  };
  const both = Promise.all([look("one"), look("two")]);
  while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
  for (let quiet = 0; quiet < 20; quiet++) await new Promise((resolve) => setTimeout(resolve, 5));
  const begun = seen.size;
  const timer = setInterval(() => held.splice(0).forEach((answer) => answer()), 1);
  await both;
  clearInterval(timer);
  return begun;
}

async function lookWithin({ limits, caches }: Config): Promise<unknown> {
  let seen: unknown;
  await withApplication({}, async ({ server, registry, signal }) => {
    const digest = await server.putImage(PATH, "1", "a");
    await signLegacy(server, PATH, digest, KEY);
    for (const i of ["1", "2"]) {
      await signLegacy(server, PATH, digest, { ...OTHER_KEY, payload: (own) => ({ ...own, optional: { i } }) });
    }
    let cpu = 0;
    const verifier = new ImageVerifier({
      registry: new ObjectCache(() => caches.blobBytes).before(registry, ""),
      monotonicNow: () => 1,
      now: () => 0,
      cpuNow: () => (cpu += 1),
      limits: () => limits,
    });
    const reference = parseImageReference(`${server.host}/${PATH}@${digest}`);
    const codes: string[] = [];
    // Rules of two names share no verdict, but what was read for it.
    for (const name of ["one", "two"]) {
      const rules = makePolicy().rules.map((rule) => ({ ...rule, name }));
      const { verdicts } = await verifier.verify(reference, rules, signal);
      codes.push(...verdicts.flatMap(({ outcome, findings }) => [outcome, ...findings.map(({ code }) => code)]));
    }
    seen = [codes, server.requests.length];
  });
  return seen;
}
