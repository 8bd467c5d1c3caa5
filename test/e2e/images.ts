/**
 * The images of the suite: how each came to be, and what a policy that wants one signature by the key "acme" says of it.
 * Each has a repository of its own, acme/NAME, and the tag 1.0.
 */
import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { KeyFiles, SigningTools } from "../support/testbed/cosign.ts";
import {
  attachBundle,
  type Bundle,
  readBundle,
  readSignature,
  replaceSignature,
  simplePayload,
} from "../support/testbed/evidence.ts";
import { type ImageRequest, pushImage, type Target } from "../support/testbed/images.ts";
import { mustSucceed } from "../support/testbed/process.ts";
import type { Registry } from "../support/testbed/registries.ts";

export interface SigningKey extends KeyFiles {
  /** base64 of a DER signature over the SHA-256 of the bytes, as cosign makes it. */
  readonly sign: (bytes: Buffer) => string;
}

export interface Keys {
  readonly acme: SigningKey;
  readonly other: SigningKey;
}

interface Site extends Target {
  /** A second repository, that no policy or verifier is asked about. */
  readonly source: Target;
  readonly tools: SigningTools;
  readonly keys: Keys;
}

export type ImageVerdict = "admitted" | "denied";

interface ImageCase {
  readonly name: string;
  readonly verdict: ImageVerdict;
  /** The only code that the explanation of a denial may name. */
  readonly code?: FailureCode;
  /** Returns the digest that the tag names in the end. */
  readonly prepare: (site: Site) => Promise<string>;
}

const tag = "1.0";

/** A key that both cosigns use from its file and the suite by itself. */
export async function createKey(tools: SigningTools, name: string): Promise<SigningKey> {
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const plain = join(tools.dir, `${name}.pem`);
  const prefix = join(tools.dir, name);
  writeFileSync(plain, privateKey, { mode: 0o600 });
  const args = ["import-key-pair", "--yes", "--key", plain, "--output-key-prefix", prefix];
  mustSucceed("cosign import-key-pair", await tools.v3.run(args));
  const key = createPrivateKey(privateKey);
  return {
    privateKey: `${prefix}.key`,
    publicKey: `${prefix}.pub`,
    publicPem: readFileSync(`${prefix}.pub`, "utf8"),
    sign: (bytes) => sign("sha256", bytes, key).toString("base64"),
  };
}

type Signer = (site: Site, image: string) => Promise<unknown>;

const byV2: Signer = async ({ tools, keys }, image) => tools.v2.sign(image, keys.acme);
const byV3: Signer = async ({ tools, keys }, image) => tools.v3.sign(image, keys.acme);
const byOtherV2: Signer = async ({ tools, keys }, image) => tools.v2.sign(image, keys.other);
const byOtherV3: Signer = async ({ tools, keys }, image) => tools.v3.sign(image, keys.other);

async function push(site: Target, seed: string, more: Partial<ImageRequest> = {}): Promise<string> {
  const { registry, repository } = site;
  return (await pushImage({ registry, repository, tag, seed, ...more })).digest;
}

const at = ({ registry, repository }: Target, digest: string): string => `${registry.host}/${repository}@${digest}`;

/** Pushes, then signs in the order given. */
const signed =
  (kind: Partial<ImageRequest>, ...signers: readonly Signer[]): ImageCase["prepare"] =>
  async (site) => {
    const digest = await push(site, "signed", kind);
    for (const signer of signers) await signer(site, at(site, digest));
    return digest;
  };

const index = { platforms: ["linux/amd64", "linux/arm64"] };
const docker = { format: "docker" } as const;

/** An image whose `.sig` payload is sound but for the given members of `critical`, signed with the right key. */
const signedPayload =
  (critical: (other: string) => object): ImageCase["prepare"] =>
  async (site) => {
    const other = await push(site, "another image", { tag: "other" });
    const digest = await push(site, "payload");
    const payload = simplePayload(site, digest, critical(other));
    await replaceSignature(site, digest, { payload, signature: site.keys.acme.sign(payload) });
    return digest;
  };

/** Signs one image with cosign v3, and gives its bundle, altered, to another one. */
const movedBundle =
  (alter: (bundle: Bundle, from: string, to: string) => Bundle): ImageCase["prepare"] =>
  async (site) => {
    const from = await push(site, "the signed one", { tag: "signed" });
    await byV3(site, at(site, from));
    const to = await push(site, "the one that gets its bundle");
    await attachBundle(site, to, alter(await readBundle(site, from), from, to));
    return to;
  };

const hex = (digest: string): string => digest.slice("sha256:".length);

/** The statement names the image that it is attached to; the signature is still over the old one. */
function forgeSubject(bundle: Bundle, from: string, to: string): Bundle {
  const statement = Buffer.from(bundle.dsseEnvelope.payload, "base64").toString("utf8");
  const payload = Buffer.from(statement.replaceAll(hex(from), hex(to))).toString("base64");
  return { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payload } };
}

async function tamperPayload(site: Site): Promise<string> {
  const digest = await signed({}, byV2)(site);
  const { payload, signature } = await readSignature(site, digest);
  const altered = Buffer.from(payload.toString("utf8").replace(/"optional":.*\}$/u, '"optional":{"by":"me"}}'));
  await replaceSignature(site, digest, { payload: altered, signature });
  return digest;
}

async function moveTag(site: Site): Promise<string> {
  await signed({}, byV2, byV3)(site);
  return push(site, "unsigned");
}

async function doubleSignatures(site: Site): Promise<string> {
  const digest = await signed({}, byV3)({ ...site, ...site.source });
  const bundle = await readBundle(site.source, digest);
  await push(site, "signed");
  const { signatures } = bundle.dsseEnvelope;
  const dsseEnvelope = { ...bundle.dsseEnvelope, signatures: [...signatures, ...signatures] };
  await attachBundle(site, digest, { ...bundle, dsseEnvelope });
  return digest;
}

async function attest(site: Site): Promise<string> {
  const digest = await push(site, "attested");
  const attestation = { type: "slsaprovenance1", predicate: { buildDefinition: {}, runDetails: {} } };
  await site.tools.v3.attest(at(site, digest), site.keys.acme, attestation);
  return digest;
}

/** Its referrer does not say what it is: the signed statement has to. */
async function attestUnlabelled(site: Site): Promise<string> {
  const digest = await attest({ ...site, ...site.source });
  await push(site, "attested");
  await attachBundle(site, digest, await readBundle(site.source, digest));
  return digest;
}

const admitted = (name: string, prepare: ImageCase["prepare"]): ImageCase => ({ name, verdict: "admitted", prepare });
const denied = (name: string, code: FailureCode, prepare: ImageCase["prepare"]): ImageCase => ({
  name,
  verdict: "denied",
  code,
  prepare,
});

export const imageCases: readonly ImageCase[] = [
  admitted("signed-by-cosign-v2", signed({}, byV2)),
  admitted("signed-by-cosign-v3", signed({}, byV3)),
  admitted("index-signed-by-cosign-v2", signed(index, byV2)),
  admitted("index-signed-by-cosign-v3", signed(index, byV3)),
  admitted("docker-image-signed-by-cosign-v2", signed(docker, byV2)),
  admitted("docker-image-signed-by-cosign-v3", signed(docker, byV3)),
  admitted("signed-by-another-key-too-v2", signed({}, byOtherV2, byV2)),
  admitted("signed-by-another-key-too-v3", signed({}, byV3, byOtherV3)),
  admitted("bundle-by-another-key-beside-signature", signed({}, byV2, byOtherV3)),
  denied("unsigned", "NoSignatureFound", signed({})),
  denied("signed-by-another-key-v2", "SignatureInvalid", signed({}, byOtherV2)),
  denied("signed-by-another-key-v3", "SignatureInvalid", signed({}, byOtherV3)),
  denied("payload-tampered", "SignatureInvalid", tamperPayload),
  denied("tag-moved-after-signing", "NoSignatureFound", moveTag),
  denied(
    "payload-of-another-digest",
    "PayloadDigestMismatch",
    signedPayload((other) => ({ image: { "docker-manifest-digest": other } })),
  ),
  denied(
    "critical-type-of-another-tool",
    "PayloadTypeMismatch",
    signedPayload(() => ({ type: "atomic container signature" })),
  ),
  denied(
    "critical-member-unknown",
    "PayloadMemberUnknown",
    signedPayload(() => ({ expires: "2001-01-01" })),
  ),
  denied(
    "bundle-of-another-image",
    "StatementSubjectMismatch",
    movedBundle((bundle) => bundle),
  ),
  denied("bundle-statement-forged", "SignatureInvalid", movedBundle(forgeSubject)),
  denied("bundle-with-two-signatures", "EnvelopeSignatureCount", doubleSignatures),
  denied("attestation-alone", "NoSignatureFound", attest),
  denied("attestation-unlabelled", "PredicateTypeNotSignature", attestUnlabelled),
];

export interface PreparedImage {
  readonly name: string;
  readonly verdict: ImageVerdict;
  /** With the tag, as a user writes it. */
  readonly reference: string;
  readonly digest: string;
}

/** Pushes every image of the suite to a registry. */
export async function prepareImages(
  registry: Registry,
  tools: SigningTools,
  keys: Keys,
): Promise<readonly PreparedImage[]> {
  const prepared: PreparedImage[] = [];
  for (const { name, verdict, prepare } of imageCases) {
    const repository = `acme/${name}`;
    const source = { registry, repository: `source/${name}` };
    const digest = await prepare({ registry, repository, source, tools, keys });
    prepared.push({ name, verdict, reference: `${registry.host}/${repository}:${tag}`, digest });
  }
  return prepared;
}
