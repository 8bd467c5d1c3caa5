/** The private Sigstore itself: what cosign attests with it, cosign verifies; certificates carry the CT log's promise. */
import assert from "node:assert/strict";
import { pushImage } from "../support/testbed/images.ts";
import type { Identity } from "../support/testbed/keyless.ts";
import { mustSucceed } from "../support/testbed/process.ts";
import { describeOnTestbed } from "./testbed.ts";

describeOnTestbed("testbed: a private Sigstore", (testbed) => {
  it("attests, and the certificate was promised to a log", async () => {
    const { registries, keyless, sigstore } = testbed();
    const image = { registry: registries.distribution, repository: "testbed/attested", seed: "attested" };
    const { reference } = await pushImage(image);
    const identity: Identity = { kind: "email", email: "dev@testbed.example" };
    const type = "https://testbed.example/predicate/v1";
    const issued = sigstore.ctLog.issued();
    await keyless.attest(reference, identity, { type, predicate: { answer: 42 } });
    assert.equal(sigstore.ctLog.issued(), issued + 1);
    mustSucceed("verify", await keyless.verifyAttestation(reference, keyless.identityOf(identity), type));
  });
});
