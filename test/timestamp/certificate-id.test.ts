/** Certificate identifiers in signed attributes: the signer's certificate by its hash, or no time. */
import assert from "node:assert/strict";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { parseDer } from "../../src/encoding/der.ts";
import { checkCertificateIds } from "../../src/timestamp/certificate-id.ts";
import { nul, octetString, sequence } from "../support/der-writer.ts";
import { failsWith, refuses } from "../support/failures.ts";
import {
  attribute,
  digest,
  hashAlgorithm,
  OID,
  signingCertificate,
  signingCertificateV2,
  type AttributeSet,
} from "../support/timestamp/token.ts";
import { authority, verifyWith } from "./fixtures.ts";

const { signer, intermediate } = authority;

function idV2(...members: readonly Uint8Array[]): Uint8Array {
  return attribute(OID.signingCertificateV2, sequence(sequence(sequence(...members))));
}

describe("checkCertificateIds()", () => {
  const accepted: Readonly<Record<string, AttributeSet>> = {
    "SigningCertificateV2 by SHA-256, not named": { signingCertificateV2: signingCertificateV2(signer.der) },
    "SigningCertificateV2 by SHA-256, named": { signingCertificateV2: signingCertificateV2(signer.der, "sha256") },
    "SigningCertificateV2 by SHA-384": { signingCertificateV2: signingCertificateV2(signer.der, "sha384") },
    "SigningCertificateV2 by SHA-512": { signingCertificateV2: signingCertificateV2(signer.der, "sha512") },
    "SigningCertificate of RFC 2634": { signingCertificateV2: signingCertificate(signer.der) },
    "both attributes": { signingCertificate: signingCertificate(signer.der) },
    "issuer and serial number beside the hash": {
      signingCertificateV2: idV2(octetString(digest("sha256", signer.der)), sequence()),
    },
    "further identifiers, and policies": {
      signingCertificateV2: attribute(
        OID.signingCertificateV2,
        sequence(
          sequence(sequence(octetString(digest("sha256", signer.der))), sequence(octetString(new Uint8Array(32)))),
          sequence(),
        ),
      ),
    },
  };
  for (const [name, attributes] of Object.entries(accepted)) {
    it(`takes ${name}`, () => assert.equal(verifyWith({ attributes }).authority, authority.trusted));
  }

  const refused: Readonly<Record<string, readonly [FailureCode, AttributeSet]>> = {
    "reject list: signer not the trusted leaf (SigningCertificateV2 of another certificate)": [
      "TimestampCertificateMismatch",
      { signingCertificateV2: signingCertificateV2(intermediate.der) },
    ],
    "SigningCertificate of another certificate": [
      "TimestampCertificateMismatch",
      { signingCertificate: signingCertificate(intermediate.der) },
    ],
    "one of both for another certificate": [
      "TimestampCertificateMismatch",
      {
        signingCertificate: signingCertificate(signer.der),
        signingCertificateV2: signingCertificateV2(intermediate.der),
      },
    ],
    "the signer's only as second": [
      "TimestampCertificateMismatch",
      {
        signingCertificateV2: attribute(
          OID.signingCertificateV2,
          sequence(
            sequence(sequence(octetString(new Uint8Array(32))), sequence(octetString(digest("sha256", signer.der)))),
          ),
        ),
      },
    ],
    "an empty hash": ["TimestampCertificateMismatch", { signingCertificateV2: idV2(octetString(new Uint8Array())) }],
    "a hash under the name of another": [
      "TimestampCertificateMismatch",
      { signingCertificateV2: idV2(hashAlgorithm("sha384"), octetString(digest("sha256", signer.der))) },
    ],
    "reject list: weak hash (of the certificate, in V2)": [
      "TimestampHashUnsupported",
      { signingCertificateV2: signingCertificateV2(signer.der, "sha1") },
    ],
    "no hash": ["TimestampMalformed", { signingCertificateV2: idV2() }],
    "no identifier": [
      "TimestampMalformed",
      { signingCertificateV2: attribute(OID.signingCertificateV2, sequence(sequence())) },
    ],
  };
  for (const [name, [code, attributes]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => verifyWith({ attributes })));
  }

  it("refuses attributes that are no sequences", () => {
    const attributes = { signed: new Uint8Array(), contentType: "", messageDigest: new Uint8Array() };
    const signingCertificate = parseDer(nul());
    refuses(/signingCertificate has tag/, () => checkCertificateIds({ ...attributes, signingCertificate }, signer.der));
  });
});
