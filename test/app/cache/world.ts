/**
 * What stands still while caches are tried: two Sigstore instances, three keys, and repositories that hold the same two
 * images, and the index of both, with different evidence. What the real client once read of a digest is replayed; what a tag
 * names is the test's.
 */
import type { KeyObject } from "node:crypto";
import type { Digest } from "../../../src/crypto/digest.ts";
import { deadlineIn } from "../../../src/app/deadline.ts";
import type { Registry } from "../../../src/ports/registry.ts";
import { attachBundle, attachLayer, type Image } from "../../support/registry/attach.ts";
import type { EmbeddedRegistry } from "../../support/registry/registry.ts";
import { makeKeyPair, signBundle, signLegacy } from "../../support/signer.ts";
import { email } from "../../support/virtual-sigstore/identity.ts";
import { certificateSigner, signerOf, type Signer } from "../../support/virtual-sigstore/signer.ts";
import type { Predicate } from "../../support/virtual-sigstore/statement.ts";
import { VirtualSigstore } from "../../support/virtual-sigstore/virtual-sigstore.ts";
import { makeLeaf, makeRoot } from "../../support/x509/certificate.ts";
import { testKey } from "../../support/x509/key.ts";
import { Random } from "../../support/x509/seeded.ts";
import { KEY, OTHER_KEY } from "../fixtures.ts";

/** The instant at which every run begins. */
export const START = Date.UTC(2026, 5, 1);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** With keys that verify fast: the number of runs matters here, not the curve. */
function instance(name: string): VirtualSigstore {
  const key = (purpose: string): { readonly key: KeyObject } => ({ key: testKey("P-256", `${name} ${purpose}`) });
  return new VirtualSigstore({ name, root: key("root"), intermediate: key("intermediate") });
}

export const SIGSTORES = { one: instance("one"), two: instance("two") } as const;

/** A certificate authority of the operator's own, and a leaf that it issued for two hours. */
const OWN_ROOT = makeRoot();
export const OWN_ROOT_PEM = OWN_ROOT.pem;
const ownLeaf = makeLeaf(OWN_ROOT, { notBefore: START - HOUR, notAfter: START + HOUR });

/** From here on nothing is signed ahead of the clock. */
export const SETTLED = START + 20 * MINUTE;

/** What a key is rotated to. */
export const NEW_KEY = makeKeyPair();

export const DEV = "dev@acme.io";
export const SCANNER = "scanner@acme.io";
const VULN = "https://cosign.sigstore.dev/attestation/vuln/v1";
const SBOM = "https://spdx.dev/Document";

export interface World {
  readonly host: string;
  /** Paths of repositories; each holds all images. */
  readonly repositories: readonly string[];
  readonly images: readonly Digest[];
  /** Answers as the real client answered once. */
  readonly registry: Registry;
}

/** `acme/r0` and so on. */
export const REPOSITORIES = 16;

/** Fills `server`, which `client` reads. */
export async function makeWorld(server: EmbeddedRegistry, client: Registry): Promise<World> {
  const random = new Random(1);
  const repositories = Array.from({ length: REPOSITORIES }, (_, i) => `acme/r${i}`);
  const images = new Set<Digest>();
  for (const repository of repositories) {
    const manifests = [
      await server.putImage(repository, undefined, "a"),
      await server.putImage(repository, undefined, "b"),
    ];
    for (const digest of [...manifests, await server.putIndex(repository, undefined, manifests)]) {
      images.add(digest);
      const chosen = EVIDENCE.filter((attach) => attach === byOwnLeaf || random.below(2) === 0);
      for (const attach of chosen) await attach({ registry: server, repository, digest });
    }
  }
  return { host: server.host, repositories, images: [...images], registry: replayed(client) };
}

type Attach = (image: Image) => Promise<unknown>;

const EVIDENCE: readonly Attach[] = [
  async ({ registry, repository, digest }) => await signLegacy(registry, repository, digest, KEY),
  async ({ registry, repository, digest }) => await signLegacy(registry, repository, digest, OTHER_KEY),
  async ({ registry, repository, digest }) => await signBundle(registry, repository, digest, OTHER_KEY),
  async ({ registry, repository, digest }) => await signLegacy(registry, repository, digest, NEW_KEY),
  async ({ registry, repository, digest }) =>
    await signBundle(registry, repository, digest, { ...KEY, bundle: () => ({ not: "a bundle" }) }),
  signed("one", -HOUR, DEV),
  signed("two", -HOUR, DEV),
  // Good in ten minutes, without anybody's doing
  signed("one", 10 * MINUTE, DEV),
  byOwnLeaf,
  scanned("one", -HOUR, { severity: "LOW", expires: at(HOUR) }),
  scanned("one", -2 * DAY, { severity: "CRITICAL", expires: at(DAY) }),
  scanned("two", -3 * DAY, { severity: "LOW", expires: at(-HOUR) }),
  scanned("one", 20 * MINUTE, { severity: "LOW", expires: at(2 * DAY) }),
  async (image) => await attest(image, "one", signerOf(KEY.privateKey), { type: SBOM, predicate: { name: "web" } }),
];

/** Everywhere: it is what goes bad by time alone. */
async function byOwnLeaf(image: Image): Promise<void> {
  const signer = certificateSigner(ownLeaf, [OWN_ROOT], {});
  const how = { log: "none", timestamp: false } as const;
  await attachLayer(image, SIGSTORES.one.signLayer(image.digest, signer, how));
}

function at(offset: number): string {
  return new Date(START + offset).toISOString();
}

function signed(instance: keyof typeof SIGSTORES, offset: number, subject: string): Attach {
  return async (image) => {
    const sigstore = SIGSTORES[instance];
    sigstore.now = START + offset;
    await attachLayer(image, sigstore.signLayer(image.digest, sigstore.certify(email(subject))));
  };
}

function scanned(instance: keyof typeof SIGSTORES, offset: number, predicate: unknown): Attach {
  return async (image) => {
    const sigstore = SIGSTORES[instance];
    sigstore.now = START + offset;
    await attest(image, instance, sigstore.certify(email(SCANNER)), { type: VULN, predicate });
  };
}

async function attest(
  image: Image,
  instance: keyof typeof SIGSTORES,
  signer: Signer,
  predicate: Predicate,
): Promise<void> {
  const bundle = SIGSTORES[instance].signBundle(image.digest, signer, { predicate });
  await attachBundle(image, bundle, { predicateType: predicate.type });
}

/** What is asked for by digest, or beside a digest, never changes here: each question goes to `client` once. */
function replayed(client: Registry): Registry {
  const answers = new Map<string, Promise<unknown>>();
  const signal = deadlineIn(DAY);
  async function once<T>(question: readonly unknown[], ask: () => Promise<T>): Promise<T> {
    const key = JSON.stringify(question);
    const known = answers.get(key) as Promise<T> | undefined;
    if (known !== undefined) return await known;
    const answer = ask();
    answers.set(key, answer);
    return await answer;
  }
  return {
    manifest: async (place, reference) =>
      await once(["manifest", place, reference], () => client.manifest(place, reference, signal)),
    blob: async (place, { digest, ...rest }) =>
      await once(["blob", place, digest], () => client.blob(place, { digest, ...rest }, signal)),
    referrers: async (place, digest) =>
      await once(["referrers", place, digest], () => client.referrers(place, digest, signal)),
  };
}
