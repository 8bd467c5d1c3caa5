// The private Sigstore itself: what the real cosigns sign against the real services,
// they verify; and they tell identities apart.
import assert from "node:assert/strict";
import { type SigningTools, makeSigningTools } from "../support/testbed/cosign.ts";
import { pushImage } from "../support/testbed/images.ts";
import { type Identity, type KeylessSigner, makeKeylessSigner } from "../support/testbed/keyless.ts";
import { mustSucceed } from "../support/testbed/process.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { type Registry, startDistribution } from "../support/testbed/registries.ts";
import { type PrivateSigstore, startSigstore } from "../support/testbed/sigstore.ts";

const identities: readonly Identity[] = [
  { kind: "email", email: "dev@testbed.example" },
  { kind: "github", repository: "acme/web", workflow: "release.yaml", ref: "refs/heads/main" },
  { kind: "spiffe", path: "ns/prod/sa/builder" },
];

describe("testbed: a private Sigstore", () => {
  let registry: Registry | undefined;
  let sigstore: PrivateSigstore | undefined;
  let tools: SigningTools;
  let signer: KeylessSigner;

  before(async function () {
    const programs = programsOrSkip(this);
    [registry, sigstore] = await Promise.all([startDistribution({ programs }), startSigstore({ programs })]);
    tools = makeSigningTools(programs, registry);
    signer = makeKeylessSigner(sigstore, tools);
  });
  after(() => Promise.all([registry?.stop(), sigstore?.stop()]));

  async function image(seed: string): Promise<string> {
    assert.ok(registry);
    return (await pushImage({ registry, repository: "acme/keyless", seed })).reference;
  }

  for (const identity of identities) {
    it(`signs as ${identity.kind} with cosign v3: a bundle with certificate, log entry and time`, async () => {
      const reference = await image(`v3-${identity.kind}`);
      const expected = signer.identityOf(identity);
      await signer.sign(reference, identity);
      mustSucceed("verify", await signer.verify(reference, expected));
      assert.notEqual((await signer.verify(reference, { ...expected, subject: "x@testbed.example" })).code, 0);
      assert.notEqual((await signer.verify(reference, { ...expected, issuer: "https://x.example" })).code, 0);
    });

    it(`signs as ${identity.kind} with cosign v2: the legacy layout with a time stamp`, async () => {
      const reference = await image(`v2-${identity.kind}`);
      const expected = signer.identityOf(identity);
      await signer.signLegacy(reference, identity);
      mustSucceed("verify", await signer.verifyLegacy(reference, expected));
      assert.notEqual((await signer.verifyLegacy(reference, { ...expected, subject: "x@testbed.example" })).code, 0);
    });
  }

  it("attests, and the certificate carries the CT log's promise", async () => {
    const reference = await image("attested");
    const [identity] = identities as readonly [Identity];
    const type = "https://testbed.example/predicate/v1";
    await signer.attest(reference, identity, { type, predicate: { answer: 42 } });
    mustSucceed("verify", await signer.verifyAttestation(reference, signer.identityOf(identity), type));
    assert.ok(sigstore && sigstore.ctLog.issued() > 0);
  });

  it("signs with a key, logged and time stamped", async () => {
    const reference = await image("keyed");
    const [key, other] = await Promise.all([tools.v3.generateKeyPair("log"), tools.v3.generateKeyPair("no-log")]);
    await signer.signWithKey(reference, key);
    mustSucceed("verify", await signer.verifyWithKey(reference, key));
    assert.notEqual((await signer.verifyWithKey(reference, other)).code, 0);
  });
});
