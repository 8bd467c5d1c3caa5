/** The tokens of the tests are sound, held against node's own verification and not against the code under test. */
import assert from "node:assert/strict";
import { createHash, createPublicKey, verify, X509Certificate } from "node:crypto";
import type { KeyKind } from "../x509/key.ts";
import { STAMPED_AT, TestTimestampAuthority } from "./authority.ts";

const MESSAGE = Buffer.from("raw bytes of a signature");

/** Where DER value number `index` inside the value at `offset` begins; lengths as the writer writes them. */
function member(bytes: Buffer, offset: number, index: number): number {
  let at = contentOf(bytes, offset);
  for (let i = 0; i < index; i += 1) at = endOf(bytes, at);
  return at;
}

function contentOf(bytes: Buffer, offset: number): number {
  const first = bytes.readUInt8(offset + 1);
  return offset + 2 + (first < 0x80 ? 0 : first & 0x7f);
}

function endOf(bytes: Buffer, offset: number): number {
  const first = bytes.readUInt8(offset + 1);
  const length = first < 0x80 ? first : bytes.readUIntBE(offset + 2, first & 0x7f);
  return contentOf(bytes, offset) + length;
}

describe("TestTimestampAuthority", () => {
  for (const key of ["P-256", "P-384", "RSA-2048"] as KeyKind[]) {
    it(`signs the attributes with ${key}, and they hold the digest of the time`, () => {
      const authority = new TestTimestampAuthority({ signer: { key } });
      const token = Buffer.from(authority.stamp(MESSAGE));
      const signedData = member(token, member(token, member(token, 0, 1), 1), 0);
      const content = member(token, member(token, member(token, signedData, 2), 1), 0);
      const signer = member(token, member(token, signedData, 4), 0);
      const attributes = token.subarray(member(token, signer, 3), member(token, signer, 4));
      const signature = token.subarray(contentOf(token, member(token, signer, 5)), endOf(token, signer));
      const hash = key === "P-384" ? "sha384" : "sha256";
      const set = Buffer.concat([Buffer.of(0x31), attributes.subarray(1)]);
      assert.ok(verify(hash, set, createPublicKey(authority.signer.privateKey), signature));
      const tstInfo = token.subarray(contentOf(token, content), endOf(token, content));
      assert.ok(attributes.includes(createHash(hash).update(tstInfo).digest()));
      assert.ok(tstInfo.includes(createHash("sha256").update(MESSAGE).digest()));
      assert.ok(tstInfo.includes("20260115120007Z"));
    });
  }

  it("has a chain that OpenSSL follows, and names it with its signer and without", () => {
    const { root, intermediate, signer, trusted, trustedWithoutSigner } = new TestTimestampAuthority();
    const [anchor, issuer, leaf] = [root, intermediate, signer].map(({ der }) => new X509Certificate(der));
    assert.ok(anchor && issuer && leaf);
    assert.ok(leaf.verify(issuer.publicKey) && issuer.verify(anchor.publicKey));
    assert.deepEqual(trusted.signer?.der, signer.der);
    assert.equal(trustedWithoutSigner.signer, undefined);
    assert.equal(new Date(STAMPED_AT).toISOString(), "2026-01-15T12:00:07.000Z");
  });
});
