/** The tags that cosign and the Referrers Tag Schema make of a digest. */
import assert from "node:assert/strict";
import { parseDigest } from "../../src/crypto/digest.ts";
import { attestationTag, fallbackTag, signatureTag } from "../../src/oci/cosign-tag.ts";

describe("cosign's tags", () => {
  const hex = "0f".repeat(32);
  const digest = parseDigest(`sha256:${hex}`);

  it("signatures lie under sha256-<hex>.sig", () => {
    assert.equal(signatureTag(digest), `sha256-${hex}.sig`);
  });

  it("attestations lie under sha256-<hex>.att", () => {
    assert.equal(attestationTag(digest), `sha256-${hex}.att`);
  });

  it("referrers lie under sha256-<hex> where there is no API", () => {
    assert.equal(fallbackTag(digest), `sha256-${hex}`);
  });
});
