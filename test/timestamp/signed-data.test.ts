/** CMS signed data of a token: each rule of verification-spec §6 steps 2, 3 and 6 broken alone, and what may vary. */
import assert from "node:assert/strict";
import { parseDer } from "../../src/encoding/der.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { readResponse } from "../../src/timestamp/response.ts";
import { readSignedData } from "../../src/timestamp/signed-data.ts";
import {
  context,
  contextPrimitive,
  integer,
  nul,
  octetString,
  oid,
  sequence,
  set,
  utf8String,
} from "../support/der-writer.ts";
import { failsWith } from "../support/failures.ts";
import { hashAlgorithm, OID, type TokenParts } from "../support/timestamp/token.ts";
import { add, authority, drop, put, SIGNATURE, verifyWith } from "./fixtures.ts";

const { signer, intermediate, root } = authority;
const KEY_ID = contextPrimitive(0, new Uint8Array(20));
const DATA = "1.2.840.113549.1.7.1";
const ISSUER_AND_SERIAL = [signer.parsed.issuer, integer(signer.parsed.serialNumber)] as const;

describe("readSignedData()", () => {
  it("gives the signer by name, its hash, and the bag in its order", () => {
    const certificates = [root.der, signer.der];
    const data = readSignedData(readResponse(authority.stamp(SIGNATURE, { certificates })));
    assert.deepEqual(data.signer.issuer, intermediate.subject);
    assert.deepEqual(data.signer.serialNumber, signer.parsed.serialNumber);
    assert.equal(data.signer.hash, "sha256");
    assert.deepEqual(data.signer.algorithm, { kind: "ecdsa", hash: "sha256" });
    assert.deepEqual(
      data.certificates.map(({ der }) => der),
      certificates,
    );
  });

  const accepted: Readonly<Record<string, TokenParts>> = {
    "an empty bag of certificates": { certificates: [] },
    "no bag of certificates": { certificates: null },
    "the signer's certificate embedded": { certificates: [signer.der] },
    "its whole chain embedded": { certificates: [root.der, intermediate.der, signer.der] },
    "lists of revoked certificates": { signedData: (members) => members.toSpliced(4, 0, context(1, sequence())) },
    "lists of revoked certificates and no bag": {
      certificates: null,
      signedData: (members) => members.toSpliced(3, 0, context(1)),
    },
    "unsigned attributes": { signerInfo: add(context(1, sequence(oid(DATA), set(nul())))) },
    "hashes with NULL as parameters": { digestAlgorithm: hashAlgorithm("sha256", nul()) },
    "another hash listed too": { signedData: put(1, set(hashAlgorithm("sha256"), hashAlgorithm("sha512"))) },
    "SHA-384 by a P-256 key": { hash: "sha384" },
    "SHA-512 by a P-256 key": { hash: "sha512" },
  };
  for (const [name, parts] of Object.entries(accepted)) {
    it(`takes ${name}`, () => assert.equal(verifyWith(parts).authority, authority.trusted));
  }

  const refused: Readonly<Record<string, readonly [FailureCode, TokenParts]>> = {
    "reject list: wrong content type (no signed data)": ["TimestampNotSignedData", { contentInfo: put(0, oid(DATA)) }],
    "reject list: wrong content type (signed data over something else)": [
      "TimestampContentUnsupported",
      { signedData: (members) => members.with(2, sequence(oid(DATA), context(0, octetString(SIGNATURE)))) },
    ],
    "version 1": ["TimestampSignedDataVersion", { signedData: put(0, integer(1)) }],
    "version 4": ["TimestampSignedDataVersion", { signedData: put(0, integer(4)) }],
    "reject list: ≠ 1 signer (none)": ["TimestampSignerCount", { signerInfos: () => [] }],
    "reject list: ≠ 1 signer (two)": ["TimestampSignerCount", { signerInfos: (info) => [info, info] }],
    "a signer named by its key": ["TimestampSignerIdentifier", { signerInfo: put(1, KEY_ID) }],
    "a signer named by its key in its own version": [
      "TimestampSignerIdentifier",
      { signerInfo: (members) => [integer(3), KEY_ID, ...members.slice(2)] },
    ],
    "signer information of version 3": ["TimestampSignerInfoVersion", { signerInfo: put(0, integer(3)) }],
    "no list of hashes": ["TimestampDigestAlgorithmUnlisted", { signedData: put(1, set()) }],
    "a list without the signer's hash": [
      "TimestampDigestAlgorithmUnlisted",
      { signedData: put(1, set(hashAlgorithm("sha384"))) },
    ],
    "no signed attributes (the signature is over the TSTInfo)": ["TimestampAttributesMissing", { signerInfo: drop(3) }],
    "reject list: weak hash (SHA-1 digests)": ["TimestampHashUnsupported", { hash: "sha1" }],
    "reject list: weak hash (MD5 digests)": [
      "TimestampHashUnsupported",
      { digestAlgorithm: sequence(oid("1.2.840.113549.2.5")) },
    ],
    "a hash with parameters": ["TimestampHashUnsupported", { digestAlgorithm: hashAlgorithm("sha256", sequence()) }],
    "reject list: weak hash (ECDSA with SHA-1)": [
      "TimestampSignatureUnsupported",
      { signatureAlgorithm: sequence(oid("1.2.840.10045.4.1")) },
    ],
    "ECDSA with a hash that it does not name": [
      "TimestampSignatureUnsupported",
      { signatureAlgorithm: sequence(oid("1.2.840.10045.2.1")) },
    ],
    "RSA with parameters": [
      "TimestampSignatureUnsupported",
      { signatureAlgorithm: sequence(oid("1.2.840.113549.1.1.1"), sequence()) },
    ],
    "RSA with an octet string as parameters": [
      "TimestampSignatureUnsupported",
      { signatureAlgorithm: sequence(oid("1.2.840.113549.1.1.1"), octetString(new Uint8Array())) },
    ],
    Ed25519: ["TimestampSignatureUnsupported", { signatureAlgorithm: sequence(oid("1.3.101.112")) }],
    "a signature over another hash than the digest's": [
      "TimestampAlgorithmMismatch",
      { signatureAlgorithm: sequence(oid("1.2.840.10045.4.3.3")) },
    ],
  };
  for (const [name, [code, parts]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => verifyWith(parts)));
  }

  const malformed: Readonly<Record<string, TokenParts>> = {
    "a ContentInfo with a third member": { contentInfo: add(nul()) },
    "a ContentInfo without content": { contentInfo: drop(1) },
    "a second content behind a sound one": {
      contentInfo: ([type = nul(), content = nul()]) => [type, context(0, parseDer(content).content, nul())],
    },
    "an empty explicit content": { contentInfo: put(1, context(0)) },
    "a sequence of hashes": { signedData: put(1, sequence(hashAlgorithm("sha256"))) },
    "a hash that is no AlgorithmIdentifier": { signedData: put(1, set(nul())) },
    "content with a third member": {
      signedData: (members) => members.with(2, sequence(oid(OID.tstInfo), context(0, octetString(SIGNATURE)), nul())),
    },
    "content that is absent (a detached signature)": { signedData: put(2, sequence(oid(OID.tstInfo))) },
    "content that is no octet string": { signedData: put(2, sequence(oid(OID.tstInfo), context(0, utf8String("a")))) },
    "no signers": { signedData: drop(4) },
    "a sequence of signers": { signedData: put(4, sequence()) },
    "a member behind the signers": { signedData: add(set()) },
    "revocation before the bag": { signedData: (members) => members.toSpliced(3, 0, context(1)) },
    "something else than a certificate in the bag": { certificates: [context(1, nul())] },
    "an empty certificate in the bag": { certificates: [sequence()] },
    "a certificate without names in the bag": {
      certificates: [sequence(sequence(context(0, integer(2)), integer(1)))],
    },
    "a signer without issuer": { signerInfo: put(1, sequence(integer(1))) },
    "a signer with an issuer, a serial number and more": { signerInfo: put(1, sequence(...ISSUER_AND_SERIAL, nul())) },
    "a serial number that is no number": { signerInfo: put(1, sequence(signer.parsed.issuer, nul())) },
    "a member behind the signature": { signerInfo: add(nul()) },
    "a second list of unsigned attributes": { signerInfo: (members) => [...members, context(1), context(1)] },
    "no signature": { signerInfo: drop(5) },
    "a signature that is no octet string": { signerInfo: put(5, nul()) },
    "a signature algorithm that is none": { signerInfo: put(4, nul()) },
    "a signature algorithm without identifier": { signerInfo: put(4, sequence()) },
  };
  for (const [name, parts] of Object.entries(malformed)) {
    it(`refuses ${name} as malformed`, () => void failsWith("TimestampMalformed", () => verifyWith(parts)));
  }

  it("does not compare what the bag's other certificates say", () => {
    const others = [intermediate.der, sequence(sequence(integer(9), sequence(), signer.parsed.issuer))];
    assert.equal(verifyWith({ certificates: [...others, signer.der] }).authority, authority.trusted);
  });
});
