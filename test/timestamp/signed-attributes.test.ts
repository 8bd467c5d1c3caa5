/** Signed attributes: each rule of verification-spec §6 step 5 broken alone, and signed all the same. */
import assert from "node:assert/strict";
import { parseDer } from "../../src/encoding/der.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { readSignedAttributes } from "../../src/timestamp/signed-attributes.ts";
import { context, integer, nul, octetString, oid, sequence, set } from "../support/der-writer.ts";
import { failsWith, refuses } from "../support/failures.ts";
import { attribute, digest, OID, type TokenParts } from "../support/timestamp/token.ts";
import { authority, verifyWith } from "./fixtures.ts";

const OTHER = "1.2.840.113549.1.9.16.2.99";
const DIGEST = octetString(digest("sha256", Uint8Array.of(1)));
const TST_INFO = oid(OID.tstInfo);

describe("readSignedAttributes()", () => {
  it("gives what the signature covers: the same bytes as a SET OF", () => {
    const list = [attribute(OID.contentType, TST_INFO), attribute(OID.messageDigest, DIGEST)];
    const attributes = readSignedAttributes(parseDer(context(0, ...list)));
    assert.deepEqual(attributes.signed, set(...list));
    assert.equal(attributes.contentType, OID.tstInfo);
    assert.deepEqual(attributes.messageDigest, digest("sha256", Uint8Array.of(1)));
    assert.equal(attributes.signingCertificate, undefined);
    assert.equal(attributes.signingCertificateV2, undefined);
  });

  const accepted: Readonly<Record<string, TokenParts>> = {
    "no signingTime": { attributes: { signingTime: undefined } },
    "a signingTime that is nonsense": { attributes: { signingTime: attribute(OID.signingTime, nul(), nul()) } },
    "attributes that it does not know": { extraAttributes: [attribute(OTHER), attribute(`${OTHER}.1`, nul())] },
    "no certificate identifier": { attributes: { signingCertificateV2: undefined } },
  };
  for (const [name, parts] of Object.entries(accepted)) {
    it(`takes ${name}`, () => assert.equal(verifyWith(parts).authority, authority.trusted));
  }

  const refused: Readonly<Record<string, readonly [FailureCode, TokenParts]>> = {
    "reject list: missing/duplicate attributes (no contentType)": [
      "TimestampAttributeMissing",
      { attributes: { contentType: undefined } },
    ],
    "reject list: missing/duplicate attributes (no messageDigest)": [
      "TimestampAttributeMissing",
      { attributes: { messageDigest: undefined } },
    ],
    "reject list: missing/duplicate attributes (contentType twice)": [
      "TimestampAttributeDuplicate",
      { extraAttributes: [attribute(OID.contentType, TST_INFO)] },
    ],
    "reject list: missing/duplicate attributes (messageDigest twice)": [
      "TimestampAttributeDuplicate",
      { extraAttributes: [attribute(OID.messageDigest, DIGEST)] },
    ],
    "contentType with two values": [
      "TimestampAttributeDuplicate",
      { attributes: { contentType: attribute(OID.contentType, TST_INFO, TST_INFO) } },
    ],
    "messageDigest with two values": [
      "TimestampAttributeDuplicate",
      { attributes: { messageDigest: attribute(OID.messageDigest, DIGEST, DIGEST) } },
    ],
    "an unknown attribute twice": [
      "TimestampAttributeDuplicate",
      { extraAttributes: [attribute(OTHER, nul()), attribute(OTHER, integer(1))] },
    ],
    "a certificate identifier with two values": [
      "TimestampAttributeDuplicate",
      { attributes: { signingCertificateV2: attribute(OID.signingCertificateV2, sequence(), sequence()) } },
    ],
    "attributes out of order": ["TimestampAttributesUnsorted", { order: (list) => sorted(list).toReversed() }],
    "attributes of which the last two are swapped": [
      "TimestampAttributesUnsorted",
      { order: (list) => sorted(list).toSpliced(2, 2, ...sorted(list).slice(2, 4).toReversed()) },
    ],
    "the content type of something else": [
      "TimestampContentTypeMismatch",
      { attributes: { contentType: attribute(OID.contentType, oid("1.2.840.113549.1.7.1")) } },
    ],
    "reject list: messageDigest mismatch (another digest is signed)": [
      "TimestampMessageDigestMismatch",
      { attributes: { messageDigest: attribute(OID.messageDigest, DIGEST) } },
    ],
    "reject list: messageDigest mismatch (an empty digest is signed)": [
      "TimestampMessageDigestMismatch",
      { attributes: { messageDigest: attribute(OID.messageDigest, octetString(new Uint8Array())) } },
    ],
    "reject list: messageDigest mismatch (the TSTInfo was changed)": [
      "TimestampMessageDigestMismatch",
      { content: (tstInfo) => tstInfo.map((byte, at) => (at === tstInfo.length - 1 ? byte ^ 1 : byte)) },
    ],
  };
  for (const [name, [code, parts]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => verifyWith(parts)));
  }

  const malformed: Readonly<Record<string, readonly [RegExp, readonly Uint8Array[]]>> = {
    "an attribute with a third member": [/extra members/, [sequence(oid(OTHER), set(), nul())]],
    "values in a sequence": [/attrValues has tag/, [sequence(oid(OTHER), sequence())]],
    "an attribute without values": [/attrValues is absent/, [sequence(oid(OTHER))]],
    "an attribute that is no sequence": [/attribute has tag/, [nul()]],
    "contentType without a value": [/contentType has no value/, [attribute(OID.contentType)]],
    "contentType that is no identifier": [/contentType has tag/, [attribute(OID.contentType, nul())]],
    "messageDigest that is no octet string": [
      /messageDigest has tag/,
      [attribute(OID.contentType, TST_INFO), attribute(OID.messageDigest, nul())].toSorted(
        (a, b) => a.length - b.length,
      ),
    ],
  };
  for (const [name, [reason, list]] of Object.entries(malformed)) {
    it(`refuses ${name}`, () => refuses(reason, () => readSignedAttributes(parseDer(context(0, ...list)))));
  }
});

function sorted(list: readonly Uint8Array[]): readonly Uint8Array[] {
  return list.toSorted((a, b) => Buffer.compare(a, b));
}
