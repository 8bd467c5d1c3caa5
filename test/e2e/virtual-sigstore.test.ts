/**
 * What the virtual Sigstore makes is what Sigstore makes: both real cosigns verify it, by its trust root and without any
 * network but loopback. So the tests of the core do not hold our verifier against formats of our own invention.
 */
import assert from "node:assert/strict";
import { createPublicKey, type KeyObject } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { attachBundle, attachLayer, type Image, type Layer } from "../support/registry/attach.ts";
import { startRegistry, type EmbeddedRegistry } from "../support/registry/registry.ts";
import { makeSigningTools, type SigningTools } from "../support/testbed/cosign.ts";
import { mustSucceed, type RunResult } from "../support/testbed/process.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { email, githubWorkflow, spiffe, username, type Identity } from "../support/virtual-sigstore/identity.ts";
import { keySigner, type Signer } from "../support/virtual-sigstore/signer.ts";
import { SIGN_PREDICATE, type Predicate } from "../support/virtual-sigstore/statement.ts";
import { VirtualSigstore } from "../support/virtual-sigstore/virtual-sigstore.ts";
import type { KeyKind } from "../support/x509/key.ts";

const PREDICATE: Predicate = { type: "https://slsa.dev/provenance/v1", predicate: { buildDefinition: {} } };
const DEV = email("dev@acme.example");
const IDENTITIES: Readonly<Record<string, Identity>> = {
  "an e-mail address": DEV,
  "a workflow": githubWorkflow(),
  "a SPIFFE id": spiffe("spiffe://acme.example/builder"),
  "a user name": username("builder!acme.example"),
};
const STAMPED = ["--use-signed-timestamps"];

describe("cosign and the virtual Sigstore", () => {
  const sigstore = new VirtualSigstore();
  let tools: SigningTools;
  let registry: EmbeddedRegistry;
  let images = 0;

  before("start a registry, write the trust root", async function () {
    tools = makeSigningTools(programsOrSkip(this));
    registry = await startRegistry();
    writeFileSync(file("trusted_root.json"), sigstore.trustedRoot());
    const { signer, intermediate, root } = sigstore.timestampAuthority;
    writeFileSync(file("timestamps.pem"), [signer, intermediate, root].map(({ pem }) => pem).join(""));
    writeFileSync(file("root.pem"), sigstore.root.pem);
    writeFileSync(file("intermediate.pem"), sigstore.intermediate.pem);
    writeFileSync(file("ct.pub"), publicPem(sigstore.ctLog.privateKey));
    writeFileSync(file("rekor.pub"), publicPem(sigstore.rekorV1.privateKey));
  });

  after("stop the registry", async () => {
    await (registry as EmbeddedRegistry | undefined)?.stop();
  });

  const file = (name: string): string => join(tools.dir, name);
  const trusted = (): string[] => ["--trusted-root", file("trusted_root.json")];

  async function push(): Promise<Image & { readonly reference: string }> {
    images += 1;
    const repository = `acme/image-${images}`;
    const digest = await registry.putImage(repository, undefined, repository);
    return { registry, repository, digest, reference: `${registry.host}/${repository}@${digest}` };
  }

  async function pushLayer(make: (digest: Image["digest"]) => Layer): Promise<string> {
    const image = await push();
    await attachLayer(image, make(image.digest));
    return image.reference;
  }

  async function pushBundle(make: (digest: Image["digest"]) => Uint8Array, { type } = SIGN_PREDICATE): Promise<string> {
    const image = await push();
    await attachBundle(image, make(image.digest), { predicateType: type });
    return image.reference;
  }

  /** cosign v2 reads attestations without a trusted root: each part of it is a file. */
  const partsOfRoot = (): string[] => [
    `--ca-roots=${file("root.pem")}`,
    `--ca-intermediates=${file("intermediate.pem")}`,
    `--timestamp-certificate-chain=${file("timestamps.pem")}`,
  ];

  async function runV2(args: readonly string[]): Promise<RunResult> {
    const env = { SIGSTORE_CT_LOG_PUBLIC_KEY_FILE: file("ct.pub"), SIGSTORE_REKOR_PUBLIC_KEY: file("rekor.pub") };
    return await tools.v2.run(args, { env });
  }

  for (const [what, identity] of Object.entries(IDENTITIES)) {
    for (const log of ["v1", "v2"] as const) {
      it(`v3 accepts the bundle of ${what}, logged by Rekor ${log}`, async () => {
        const signer = sigstore.certify(identity);
        const reference = await pushBundle((digest) => sigstore.signBundle(digest, signer, { log, timestamp: true }));
        accepts(await tools.v3.run(["verify", ...trusted(), ...by(identity), ...STAMPED, reference]));
      });
    }

    it(`v2 and v3 accept the layer of ${what}, by promise and by time stamp`, async () => {
      for (const timestamp of [false, true]) {
        const signer = sigstore.certify(identity);
        const reference = await pushLayer((digest) => sigstore.signLayer(digest, signer, { timestamp }));
        const args = ["--offline", ...trusted(), ...by(identity), ...(timestamp ? STAMPED : []), reference];
        accepts(await runV2(["verify", ...args]));
        accepts(await tools.v3.run(["verify", "--new-bundle-format=false", ...args]));
      }
    });
  }

  it("v3 accepts a bundle by the promise alone, without a time stamp", async () => {
    const reference = await pushBundle((digest) => sigstore.signBundle(digest, sigstore.certify(DEV)));
    accepts(await tools.v3.run(["verify", ...trusted(), ...by(DEV), reference]));
  });

  it("v3 denies the same to another identity", async () => {
    const reference = await pushBundle((digest) => sigstore.signBundle(digest, sigstore.certify(DEV)));
    denies(await tools.v3.run(["verify", ...trusted(), ...by(email("mallory@acme.example")), reference]));
  });

  it("v3 denies what one edit has broken", async () => {
    const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));
    const broken = [
      (digest: Image["digest"]) => sigstore.signBundle(digest, sigstore.certify(DEV), { signature: flip }),
      (digest: Image["digest"]) => sigstore.signBundle(digest, sigstore.certify(DEV, { promise: { signature: flip } })),
    ];
    for (const make of broken) {
      denies(await tools.v3.run(["verify", ...trusted(), ...by(DEV), await pushBundle(make)]));
    }
  });

  for (const log of ["v1", "v2"] as const) {
    it(`v3 accepts the attestation of a bundle, logged by Rekor ${log}`, async () => {
      const options = { log, timestamp: true, predicate: PREDICATE };
      const signer = sigstore.certify(DEV);
      const reference = await pushBundle((digest) => sigstore.signBundle(digest, signer, options), PREDICATE);
      const args = ["verify-attestation", "--type", PREDICATE.type, ...trusted(), ...by(DEV), ...STAMPED, reference];
      accepts(await tools.v3.run(args));
    });
  }

  for (const entryKind of ["dsse 0.0.1", "intoto 0.0.1"] as const) {
    it(`v2 and v3 accept the attestation of a layer, logged as ${entryKind}`, async () => {
      const options = { entryKind, timestamp: true };
      const signer = sigstore.certify(DEV);
      const reference = await pushLayer((digest) => sigstore.attestLayer(digest, PREDICATE, signer, options));
      const args = ["--offline", "--type", PREDICATE.type, ...by(DEV), ...STAMPED, reference];
      accepts(await runV2(["verify-attestation", ...partsOfRoot(), ...args]));
      accepts(await tools.v3.run(["verify-attestation", "--new-bundle-format=false", ...trusted(), ...args]));
    });
  }

  /** cosign verifies with SHA-256 unless told otherwise, whatever the curve. */
  for (const kind of ["P-256", "P-384", "P-521", "RSA-2048", "RSA-3072", "RSA-4096"] as KeyKind[]) {
    it(`v2 and v3 accept signatures by a key of ${kind}`, async () => {
      const signer = keySigner(kind, { hash: "sha256" });
      const key = ["--key", keyFile(kind, signer)];
      const layer = await pushLayer((digest) => sigstore.signLayer(digest, signer));
      accepts(await runV2(["verify", "--offline", ...trusted(), ...key, layer]));
      const bundle = await pushBundle((digest) => sigstore.signBundle(digest, signer));
      accepts(await tools.v3.run(["verify", ...trusted(), ...key, bundle]));
    });
  }

  it("v3 accepts bundles by a key of Ed25519", async () => {
    const signer = keySigner("Ed25519");
    for (const log of ["v1", "v2"] as const) {
      const reference = await pushBundle((digest) => sigstore.signBundle(digest, signer, { log }));
      accepts(await tools.v3.run(["verify", ...trusted(), "--key", keyFile("Ed25519", signer), reference]));
    }
  });

  function keyFile(name: string, { publicKeyPem }: Signer): string {
    writeFileSync(file(`${name}.pub`), publicKeyPem);
    return file(`${name}.pub`);
  }
});

function by({ subject, issuer }: Identity): string[] {
  return [`--certificate-identity=${subject}`, `--certificate-oidc-issuer=${issuer}`];
}

function accepts(result: RunResult): void {
  mustSucceed("cosign", result);
}

function denies({ code, stdout }: RunResult): void {
  assert.notEqual(code, 0, stdout);
}

function publicPem(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
}
