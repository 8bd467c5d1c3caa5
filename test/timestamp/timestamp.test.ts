/**
 * verifyTimestamp(): every algorithm, every bad signature, and the signer found by name and held to the trust root's
 * certificate (verification-spec §6 steps 4 and 6).
 */
import assert from "node:assert/strict";
import { constants, sign } from "node:crypto";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { TimestampAuthority } from "../../src/timestamp/authority.ts";
import { readResponse } from "../../src/timestamp/response.ts";
import { readSignedData } from "../../src/timestamp/signed-data.ts";
import { verifyTimestamp } from "../../src/timestamp/timestamp.ts";
import { context, integer, nul, oid, sequence } from "../support/der-writer.ts";
import { failsWith } from "../support/failures.ts";
import { STAMPED_AT, TestTimestampAuthority, type AuthorityOptions } from "../support/timestamp/authority.ts";
import { hashAlgorithm, signingCertificateV2, type TokenParts } from "../support/timestamp/token.ts";
import { makeTimestampLeaf } from "../support/x509/certificate.ts";
import { testKey } from "../support/x509/key.ts";
import { distinguishedName } from "../support/x509/name.ts";
import { authority, drop, put, SIGNATURE, verifyWith } from "./fixtures.ts";

const RSA_ENCRYPTION = oid("1.2.840.113549.1.1.1");

describe("verifyTimestamp()", () => {
  it("gives the authority and its time, to the millisecond", () => {
    const own = new TestTimestampAuthority();
    own.now = STAMPED_AT + 250;
    const { instant, authority: by } = verifyTimestamp(own.stamp(SIGNATURE), SIGNATURE, [own.trusted]);
    assert.equal(instant, STAMPED_AT + 250);
    assert.equal(by, own.trusted);
  });

  const pss = sequence(
    oid("1.2.840.113549.1.1.10"),
    sequence(
      context(0, hashAlgorithm("sha256")),
      context(1, sequence(oid("1.2.840.113549.1.1.8"), hashAlgorithm("sha256"))),
      context(2, integer(32)),
    ),
  );
  const signPss = (attributes: Uint8Array): Uint8Array =>
    sign("sha256", attributes, {
      key: testKey("RSA-2048", "timestamp leaf"),
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 32,
    });
  const accepted: Readonly<Record<string, readonly [AuthorityOptions, TokenParts]>> = {
    "P-256 with SHA-256": [{}, {}],
    "P-384 with SHA-384": [{ signer: { key: "P-384" } }, {}],
    "P-384 with SHA-256, as the public authority signs": [{ signer: { key: "P-384" } }, { hash: "sha256" }],
    "RSA with SHA-256": [{ signer: { key: "RSA-2048" } }, {}],
    "RSA with SHA-512": [{ signer: { key: "RSA-2048" } }, { hash: "sha512" }],
    "RSA whose hash is named by the digest algorithm alone": [
      { signer: { key: "RSA-2048" } },
      { hash: "sha384", signatureAlgorithm: sequence(RSA_ENCRYPTION, nul()) },
    ],
    "the same without parameters": [{ signer: { key: "RSA-2048" } }, { signatureAlgorithm: sequence(RSA_ENCRYPTION) }],
    "RSA-PSS": [{ signer: { key: "RSA-2048" } }, { signatureAlgorithm: pss, sign: signPss }],
    "authorities with RSA keys": [{ root: { key: "RSA-2048" }, intermediate: { key: "RSA-2048" } }, {}],
  };
  for (const [name, [options, parts]] of Object.entries(accepted)) {
    it(`takes ${name}, the signer known or embedded`, () => {
      const own = new TestTimestampAuthority(options);
      assert.equal(verifyTimestamp(own.stamp(SIGNATURE, parts), SIGNATURE, [own.trusted]).authority, own.trusted);
      const token = own.stamp(SIGNATURE, { ...parts, certificates: [own.root.der, own.signer.der] });
      const { authority: by } = verifyTimestamp(token, SIGNATURE, [own.trustedWithoutSigner]);
      assert.equal(by, own.trustedWithoutSigner);
    });
  }

  const badSignatures: Readonly<Record<string, TokenParts>> = {
    "a changed signature": { signerInfo: (members) => members.with(5, flipLast(members[5] ?? assert.fail())) },
    "an empty signature": { sign: () => new Uint8Array() },
    "a signature by another key": { sign: (attributes) => sign("sha256", attributes, testKey("P-256", "other")) },
    "a signature over the attributes with the tag [0]": {
      sign: (attributes) => sign("sha256", Uint8Array.of(0xa0, ...attributes.subarray(1)), authority.signer.privateKey),
    },
    "a signature over the attributes' content": {
      sign: (attributes) => sign("sha256", attributes.subarray(3), authority.signer.privateKey),
    },
    "a signature over another hash than it names": {
      sign: (attributes) => sign("sha384", attributes, authority.signer.privateKey),
    },
    "an algorithm of another kind than the key": {
      signatureAlgorithm: sequence(oid("1.2.840.113549.1.1.11"), nul()),
    },
  };
  for (const [name, parts] of Object.entries(badSignatures)) {
    it(`refuses reject list: TSA: bad signature (${name})`, () =>
      void failsWith("TimestampSignatureInvalid", () => verifyWith(parts)));
  }

  it("refuses a signature over the TSTInfo itself, with signed attributes and without", () => {
    const { content } = readSignedData(readResponse(authority.stamp(SIGNATURE)));
    const parts: TokenParts = { sign: () => sign("sha256", content, authority.signer.privateKey) };
    failsWith("TimestampSignatureInvalid", () => verifyWith(parts));
    failsWith("TimestampAttributesMissing", () => verifyWith({ ...parts, signerInfo: drop(3) }));
  });
});

describe("the signer of a token", () => {
  const { signer, intermediate, root } = authority;
  const attackerKey = testKey("P-256", "attacker");
  /** Has the trusted intermediate's Name and key identifier, and not its key. */
  const { subject, spki, keyId } = intermediate;
  const stranger = { subject, spki, keyId, privateKey: testKey("P-256", "stranger") };
  /** Under the issuer and serial number of the trusted signer. */
  const impostor = makeTimestampLeaf(stranger, { key: attackerKey });
  const verify = (parts: TokenParts, trusted: TimestampAuthority = authority.trusted): unknown =>
    verifyTimestamp(authority.stamp(SIGNATURE, parts), SIGNATURE, [trusted]);

  it("has an impostor of the same name and serial number", () => {
    assert.deepEqual(impostor.parsed.issuer, signer.parsed.issuer);
    assert.deepEqual(impostor.parsed.serialNumber, signer.parsed.serialNumber);
    assert.notDeepEqual(impostor.der, signer.der);
  });

  const sidOf = (issuer: Uint8Array, serial: number): TokenParts => ({
    signerInfo: put(1, sequence(issuer, integer(serial))),
  });
  const refused: Readonly<Record<string, readonly [FailureCode, TokenParts, TimestampAuthority?]>> = {
    "reject list: signer not the trusted leaf (another serial number)": [
      "TimestampAuthorityUnknown",
      sidOf(intermediate.subject, 5),
    ],
    "reject list: signer not the trusted leaf (another issuer)": [
      "TimestampAuthorityUnknown",
      sidOf(distinguishedName({ commonName: "another" }), 4),
    ],
    "another issuer where the trust root holds authorities alone": [
      "TimestampAuthorityUnknown",
      { ...sidOf(distinguishedName({ commonName: "another" }), 4), certificates: [signer.der] },
      authority.trustedWithoutSigner,
    ],
    "no certificate anywhere": ["TimestampSignerMissing", {}, authority.trustedWithoutSigner],
    "a bag without the signer, where it must hold it": [
      "TimestampSignerMissing",
      { certificates: [root.der, intermediate.der] },
      authority.trustedWithoutSigner,
    ],
    "another certificate under its name than the trust root's": [
      "TimestampSignerConflict",
      { certificates: [impostor.der] },
    ],
    "two certificates under its name, the trust root's first": [
      "TimestampSignerConflict",
      { certificates: [signer.der, impostor.der] },
    ],
    "two certificates under its name, and authorities alone": [
      "TimestampSignerConflict",
      { certificates: [signer.der, impostor.der] },
      authority.trustedWithoutSigner,
    ],
    "the impostor's certificate and key, where the trust root holds authorities alone": [
      "CertificateSignatureInvalid",
      {
        certificates: [impostor.der],
        attributes: { signingCertificateV2: signingCertificateV2(impostor.der) },
        sign: (attributes) => sign("sha256", attributes, attackerKey),
      },
      authority.trustedWithoutSigner,
    ],
    "the impostor's key under the trusted certificate": [
      "TimestampSignatureInvalid",
      { certificates: [signer.der], sign: (attributes) => sign("sha256", attributes, attackerKey) },
    ],
    "an embedded signer that is no certificate": [
      "CertificateMalformed",
      {
        certificates: [
          sequence(sequence(context(0, integer(2)), integer(4), sequence(), intermediate.subject), nul(), nul()),
        ],
      },
      authority.trustedWithoutSigner,
    ],
  };
  for (const [name, [code, parts, trusted]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => verify(parts, trusted)));
  }

  it("is not the attacker's who puts an own certificate beside the trusted one (GHSA-xm5m-wgh2-rrg3)", () => {
    const own = makeTimestampLeaf(stranger, { key: attackerKey, serialNumber: 666 });
    const parts: TokenParts = {
      ...sidOf(subject, 666),
      certificates: [own.der, signer.der],
      attributes: { signingCertificateV2: signingCertificateV2(own.der) },
      sign: (attributes) => sign("sha256", attributes, attackerKey),
    };
    failsWith("TimestampAuthorityUnknown", () => verify(parts));
    failsWith("CertificateSignatureInvalid", () => verify(parts, authority.trustedWithoutSigner));
  });

  it("is not sought among no authorities, nor in one without certificates", () => {
    const token = authority.stamp(SIGNATURE, { certificates: [signer.der] });
    failsWith("TimestampAuthorityUnknown", () => verifyTimestamp(token, SIGNATURE, []));
    failsWith("TimestampAuthorityUnknown", () => verifyTimestamp(token, SIGNATURE, [{ chain: [], validFor: {} }]));
    failsWith("CertificateIssuerUnknown", () =>
      verifyTimestamp(token, SIGNATURE, [{ chain: [], validFor: {}, signer: signer.parsed }]),
    );
  });
});

function flipLast(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte));
}
