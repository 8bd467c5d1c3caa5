/**
 * The images that both cosigns sign against the private Sigstore, and what an entry of a policy says of whom it wants. Each
 * has a repository of its own, sigstore/NAME, and the tag 1.0. They are made when the first test asks for them.
 */
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { EntrySpec } from "../../src/policy/types.ts";
import { pushImage } from "../support/testbed/images.ts";
import type { Form, Identity } from "../support/testbed/keyless.ts";
import { registryNames, type RegistryName, type Testbed } from "./testbed.ts";

/** Whom an entry names, without what the signature must bring. */
export type Signer = Pick<EntrySpec, "keys" | "keyless" | "githubActions">;

export interface SigstoreCase {
  readonly name: string;
  /** Where the signature is. */
  readonly form: Form;
  /** Who signed or attested; the key is acme's. */
  readonly by: Identity | "key";
  /** What the signature brings when it is not what the trust root asks for. */
  readonly brings: Pick<EntrySpec, "insecureIgnoreTlog" | "requireTimestamp">;
  /** Why an entry for its own signer denies it; a signature is admitted. */
  readonly code?: FailureCode;
  readonly sign: (testbed: Testbed, reference: string) => Promise<unknown>;
}

export interface SigstoreImage extends SigstoreCase {
  readonly reference: string;
  readonly digest: string;
}

const DEV: Identity = { kind: "email", email: "dev@testbed.example" };
export const WORKFLOW = {
  kind: "github",
  repository: "acme/web",
  workflow: "release.yaml",
  ref: "refs/heads/main",
} as const satisfies Identity;
const BUILDER: Identity = { kind: "spiffe", path: "ns/prod/sa/builder" };

const attestation = { type: "https://testbed.example/predicate/v1", predicate: { answer: 42 } };

type Sign = SigstoreCase["sign"];

/** cosign v3: logged by Rekor and stamped. */
const bundle = (name: string, by: SigstoreCase["by"], sign: Sign, code?: FailureCode): SigstoreCase => ({
  name,
  form: "bundle",
  by,
  brings: {},
  sign,
  ...(code === undefined ? {} : { code }),
});

/** cosign v2: a time stamp, and no log. */
const layer = (name: string, by: SigstoreCase["by"], sign: Sign, code?: FailureCode): SigstoreCase => ({
  ...bundle(name, by, sign, code),
  form: "layer",
  brings: { insecureIgnoreTlog: true, requireTimestamp: true },
});

const both =
  (...signs: readonly Sign[]): Sign =>
  async (testbed, reference) => {
    for (const sign of signs) await sign(testbed, reference);
  };

const signBundle =
  (identity: Identity): Sign =>
  ({ keyless }, reference) =>
    keyless.sign(reference, identity);
const signLayer =
  (identity: Identity): Sign =>
  ({ keyless }, reference) =>
    keyless.signLegacy(reference, identity);
const attestBundle: Sign = ({ keyless }, reference) => keyless.attest(reference, DEV, attestation);
const attestLayer: Sign = ({ keyless }, reference) => keyless.attestLegacy(reference, DEV, attestation);
const attestWithKey: Sign = ({ keyless, keys }, reference) => keyless.attestWithKey(reference, keys.acme, attestation);

export const sigstoreCases: readonly SigstoreCase[] = [
  ...[DEV, WORKFLOW, BUILDER].flatMap((identity) => [
    bundle(`bundle-by-${identity.kind}`, identity, signBundle(identity)),
    layer(`layer-by-${identity.kind}`, identity, signLayer(identity)),
  ]),
  bundle("bundle-by-key", "key", ({ keyless, keys }, reference) => keyless.signWithKey(reference, keys.acme)),
  layer("layer-by-key", "key", ({ keyless, keys }, reference) => keyless.signLegacyWithKey(reference, keys.acme)),
  bundle("bundle-beside-attestation", DEV, both(attestBundle, signBundle(DEV))),
  layer("layer-beside-attestation", DEV, both(attestLayer, signLayer(DEV))),
  bundle("attestation-bundle-alone", DEV, attestBundle, "NoSignatureFound"),
  bundle("attestation-bundle-by-key-alone", "key", attestWithKey, "NoSignatureFound"),
  layer("attestation-layer-alone", DEV, attestLayer, "NoSignatureFound"),
];

export type SigstoreImages = Readonly<Record<RegistryName, readonly SigstoreImage[]>>;

let prepared: Promise<SigstoreImages> | undefined;

/** Pushes and signs them in both registries, once. */
export async function useSigstoreImages(testbed: Testbed): Promise<SigstoreImages> {
  prepared ??= prepare(testbed);
  return prepared;
}

async function prepare(testbed: Testbed): Promise<SigstoreImages> {
  const stocked = await Promise.all(registryNames.map(async (name) => [name, await stock(testbed, name)] as const));
  return Object.fromEntries(stocked) as SigstoreImages;
}

async function stock(testbed: Testbed, name: RegistryName): Promise<readonly SigstoreImage[]> {
  const registry = testbed.registries[name];
  const images: SigstoreImage[] = [];
  for (const each of sigstoreCases) {
    const repository = repositoryOf(each);
    const { digest, reference } = await pushImage({ registry, repository, tag: "1.0", seed: each.name });
    await each.sign(testbed, reference);
    images.push({ ...each, digest, reference: `${registry.host}/${repository}:1.0` });
  }
  return images;
}

/** The image of a case in one of the registries. */
export function imageOf(images: SigstoreImages, registry: RegistryName, { name }: SigstoreCase): SigstoreImage {
  const image = images[registry].find((each) => each.name === name);
  if (image === undefined) throw new Error(`the suite has no image ${name}`);
  return image;
}

/** In every registry. */
export function repositoryOf({ name }: SigstoreCase): string {
  return `sigstore/${name}`;
}

/** An entry for whoever signed. */
export function ownSigner({ by }: SigstoreCase, { keys, keyless }: Testbed): Signer {
  return by === "key" ? { keys: { publicKeys: keys.acme.publicPem } } : { keyless: keyless.identityOf(by) };
}
