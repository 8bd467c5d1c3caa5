import assert from "node:assert/strict";
import { EXTENSION_NAMES, fulcioIdentity, type ExtensionName } from "../../src/x509/fulcio-extensions.ts";
import type { Certificate } from "../../src/x509/certificate.ts";
import { der, ia5, octetString, printableString, utf8String } from "../support/der-writer.ts";
import { failsWith } from "../support/failures.ts";
import { makeLeaf, makeRoot, type CertificateParts } from "../support/x509/certificate.ts";
import { fulcioExtensions, subjectAltName } from "../support/x509/extension.ts";

const root = makeRoot();
const ISSUER = "https://token.actions.example";

/** A leaf with these extensions of Fulcio; text is written as Fulcio would. */
function leafWith(values: Readonly<Record<number, string | Uint8Array>>, parts: CertificateParts = {}): Certificate {
  return makeLeaf(root, { ...parts, extensions: { ...fulcioExtensions(values), ...parts.extensions } }).parsed;
}

/** §4.4, written out again. */
const NUMBERS: Readonly<Record<ExtensionName, number>> = {
  githubWorkflowTrigger: 2,
  githubWorkflowSHA: 3,
  githubWorkflowName: 4,
  githubWorkflowRepository: 5,
  githubWorkflowRef: 6,
  buildSignerURI: 9,
  buildSignerDigest: 10,
  runnerEnvironment: 11,
  sourceRepositoryURI: 12,
  sourceRepositoryDigest: 13,
  sourceRepositoryRef: 14,
  sourceRepositoryIdentifier: 15,
  sourceRepositoryOwnerURI: 16,
  sourceRepositoryOwnerIdentifier: 17,
  buildConfigURI: 18,
  buildConfigDigest: 19,
  buildTrigger: 20,
  runInvocationURI: 21,
  sourceRepositoryVisibility: 22,
  deploymentEnvironment: 23,
  tokenSubject: 24,
};

describe("fulcioIdentity()", () => {
  for (const name of EXTENSION_NAMES) {
    it(`reads ${name} from .${NUMBERS[name]} and from no other`, () => {
      const { extensions } = fulcioIdentity(leafWith({ [NUMBERS[name]]: `value of ${name}` }));
      assert.deepEqual([...extensions], [[name, `value of ${name}`]]);
    });
  }

  it("reads all of them together, with issuer and subject", () => {
    const values = Object.fromEntries(Array.from({ length: 24 }, (_, i) => [i + 1, `v${i + 1}`]));
    const identity = fulcioIdentity(leafWith({ ...values, 1: ISSUER, 8: ISSUER }));
    assert.equal(identity.issuer, ISSUER);
    assert.deepEqual(identity.subject, { kind: "email", value: "dev@sigstore.example" });
    assert.deepEqual(
      Object.fromEntries(identity.extensions),
      Object.fromEntries(EXTENSION_NAMES.map((name) => [name, `v${NUMBERS[name]}`])),
    );
  });

  it("remembers what it read", () => {
    const certificate = leafWith({ 8: ISSUER });
    assert.equal(fulcioIdentity(certificate), fulcioIdentity(certificate));
  });

  it("ignores numbers that nobody has given a meaning, whatever stands there", () => {
    const { extensions } = fulcioIdentity(leafWith({ 7: Uint8Array.of(0xff), 25: Uint8Array.of(0xff), 99: "a" }));
    assert.equal(extensions.size, 0);
  });

  it("needs a subject", () => {
    failsWith("CertificateNameCount", () =>
      fulcioIdentity(leafWith({}, { extensions: { subjectAltName: undefined } })),
    );
    failsWith("CertificateNameCount", () =>
      fulcioIdentity(leafWith({}, { extensions: { subjectAltName: subjectAltName([]) } })),
    );
  });
});

describe("the issuer (trap 11)", () => {
  const sound: Readonly<Record<string, Readonly<Record<number, string>>>> = {
    "from .1 alone": { 1: ISSUER },
    "from .8 alone": { 8: ISSUER },
    "from both, equal": { 1: ISSUER, 8: ISSUER },
  };
  for (const [what, values] of Object.entries(sound)) {
    it(`is read ${what}`, () => {
      assert.equal(fulcioIdentity(leafWith(values)).issuer, ISSUER);
    });
  }

  it("reject list: issuer missing or .1/.8 conflict (none without .1 and .8, whatever else is named)", () => {
    assert.equal(fulcioIdentity(leafWith({ 9: ISSUER, 24: ISSUER })).issuer, undefined);
  });

  it("reject list: issuer missing or .1/.8 conflict (conflict)", () => {
    for (const other of [`${ISSUER}/`, ISSUER.toUpperCase(), "", `${ISSUER}\n`]) {
      failsWith("CertificateIssuerConflict", () => fulcioIdentity(leafWith({ 1: ISSUER, 8: other })));
      failsWith("CertificateIssuerConflict", () => fulcioIdentity(leafWith({ 1: other, 8: ISSUER })));
    }
  });

  it("reject list: issuer missing or .1/.8 conflict (when .1 is in DER: it is text as it stands)", () => {
    failsWith("CertificateIssuerConflict", () => fulcioIdentity(leafWith({ 1: utf8String(ISSUER), 8: ISSUER })));
  });

  it("is read from a length in the long form", () => {
    const issuer = `${ISSUER}/${"a".repeat(200)}`;
    assert.equal(utf8String(issuer)[1], 0x81);
    assert.equal(fulcioIdentity(leafWith({ 8: issuer })).issuer, issuer);
    const longer = `${ISSUER}/${"a".repeat(400)}`;
    assert.equal(fulcioIdentity(leafWith({ 8: longer })).issuer, longer);
  });

  const malformed: Readonly<Record<string, Readonly<Record<number, Uint8Array>>>> = {
    "trailing bytes in .8": { 8: Buffer.concat([utf8String(ISSUER), Buffer.of(0)]) },
    ".8 as PrintableString": { 8: printableString(ISSUER) },
    ".8 as IA5String": { 8: ia5(ISSUER) },
    ".8 as BMPString": { 8: der(0x1e, Buffer.from(ISSUER, "utf16le").swap16()) },
    ".8 as OCTET STRING": { 8: octetString(Buffer.from(ISSUER)) },
    ".8 as raw text": { 8: Buffer.from(ISSUER) },
    ".8 with a length that is not minimal": {
      8: Buffer.concat([Buffer.of(0x0c, 0x81, ISSUER.length), Buffer.from(ISSUER)]),
    },
    ".8 that is not UTF-8": { 8: der(0x0c, Uint8Array.of(0xff)) },
    ".8 of nothing": { 8: new Uint8Array() },
    ".1 that is not UTF-8": { 1: Uint8Array.of(0xff) },
    ".24 as raw text": { 24: Buffer.from("sub") },
    ".2 that is not UTF-8": { 2: Uint8Array.of(0xc0, 0x80) },
  };
  for (const [what, values] of Object.entries(malformed)) {
    it(`is refused: ${what}`, () => {
      failsWith("FulcioExtensionMalformed", () => fulcioIdentity(leafWith(values)));
    });
  }

  it("is refused cut anywhere", () => {
    const whole = utf8String(ISSUER);
    for (let length = 0; length < whole.length; length++) {
      failsWith("FulcioExtensionMalformed", () => fulcioIdentity(leafWith({ 8: whole.subarray(0, length) })));
    }
  });
});
