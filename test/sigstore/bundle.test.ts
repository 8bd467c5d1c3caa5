/** parseBundle(): version 0.3 strictly (verification-spec §7.1), each rule broken alone; and every real v0.3 bundle. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { isBundleMediaType, parseBundle } from "../../src/sigstore/bundle.ts";
import { failsWith, isAccepted } from "../support/failures.ts";
import { readVectors, VECTORS_ROOT } from "../vectors/check.ts";
import { dsseBundle, json, KEYS, logEntry, MANIFEST, messageBundle, statement, type Json } from "../verify/fixtures.ts";

const dsse = dsseBundle(json(statement()), KEYS.p256);
const message = messageBundle(MANIFEST, KEYS.p256);
const V03 = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** The DSSE bundle with other members; `undefined` leaves one out. */
function bundle(change: Json): Uint8Array {
  return json({ ...dsse, ...change });
}

function withMaterial(change: Json): Uint8Array {
  return bundle({ verificationMaterial: { publicKey: { hint: "h" }, ...change } });
}

function withEntry(change: Json): Uint8Array {
  return withMaterial({ tlogEntries: [{ ...logEntry(), ...change }] });
}

function withProof(change: Json): Uint8Array {
  return withEntry({ inclusionProof: { ...(logEntry()["inclusionProof"] as Json), ...change } });
}

function withMessage(change: Json): Uint8Array {
  return json({ ...message, messageSignature: { ...(message["messageSignature"] as Json), ...change } });
}

describe("parseBundle()", () => {
  const accepted: Readonly<Record<string, Uint8Array>> = {
    "a DSSE bundle": bundle({}),
    "a message signature": json(message),
    "the parameter form of the media type": bundle({
      mediaType: "application/vnd.dev.sigstore.bundle+json;version=0.3",
    }),
    "a public key without hint": bundle({ verificationMaterial: { publicKey: {} } }),
    "a certificate": bundle({ verificationMaterial: { certificate: { rawBytes: "AAAA" } } }),
    "a well-shaped log entry": withEntry({}),
    "an entry whose zero values are absent": withEntry({ logIndex: undefined, integratedTime: undefined }),
    "an index that is a number": withEntry({ logIndex: 7 }),
    "a proof without hashes": withProof({ hashes: undefined }),
    "a time stamp": withMaterial({ timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: "AAAA" }] } }),
    "empty time stamp data": withMaterial({ timestampVerificationData: {} }),
    "a message without digest": withMessage({ messageDigest: undefined }),
  };
  for (const [name, bytes] of Object.entries(accepted)) it(`accepts ${name}`, () => void parseBundle(bytes));

  const many = Array.from({ length: 33 }, logEntry);
  const stamps = Array.from({ length: 33 }, () => ({ signedTimestamp: "AAAA" }));
  const refused: Readonly<Record<string, [FailureCode, Uint8Array]>> = {
    "version 0.1": [
      "BundleVersionUnsupported",
      bundle({ mediaType: "application/vnd.dev.sigstore.bundle+json;version=0.1" }),
    ],
    "version 0.2": [
      "BundleVersionUnsupported",
      bundle({ mediaType: "application/vnd.dev.sigstore.bundle+json;version=0.2" }),
    ],
    "version 0.4": ["BundleVersionUnsupported", bundle({ mediaType: V03.replace("0.3", "0.4") })],
    "a media type with a space behind": ["BundleVersionUnsupported", bundle({ mediaType: `${V03} ` })],
    "no media type": ["BundleMalformed", bundle({ mediaType: undefined })],
    "an unknown member": ["BundleMemberUnknown", bundle({ extra: 1 })],
    "a snake_case member": ["BundleMemberUnknown", withMaterial({ tlog_entries: [] })],
    "an unknown member of a log entry": ["BundleMemberUnknown", withEntry({ extra: 1 })],
    "an unknown member of a checkpoint": [
      "BundleMemberUnknown",
      withProof({ checkpoint: { envelope: "x", extra: 1 } }),
    ],
    "an unknown member of the message digest": [
      "BundleMemberUnknown",
      withMessage({ messageDigest: { algorithm: "SHA2_256", digest: "AAAA", extra: 1 } }),
    ],
    "no verification material": ["BundleMalformed", bundle({ verificationMaterial: undefined })],
    "neither key nor certificate": ["BundleMaterialAmbiguous", bundle({ verificationMaterial: {} })],
    "both key and certificate": ["BundleMaterialAmbiguous", withMaterial({ certificate: { rawBytes: "AAAA" } })],
    "a certificate chain": ["BundleChainForbidden", withMaterial({ x509CertificateChain: { certificates: [] } })],
    "a certificate without bytes": [
      "BundleMalformed",
      bundle({ verificationMaterial: { certificate: { rawBytes: "" } } }),
    ],
    "neither envelope nor message": ["BundleContentAmbiguous", bundle({ dsseEnvelope: undefined })],
    "both envelope and message": ["BundleContentAmbiguous", bundle({ messageSignature: message["messageSignature"] })],
    "an envelope with two signatures": [
      "EnvelopeSignatureCount",
      bundle({ dsseEnvelope: { ...(dsse["dsseEnvelope"] as Json), signatures: [{ sig: "AAAA" }, { sig: "AAAA" }] } }),
    ],
    "a message without signature": ["BundleMalformed", withMessage({ signature: undefined })],
    "a message signature that is not base64": ["BundleMalformed", withMessage({ signature: "*" })],
    "33 log entries": ["BundleTooManyEntries", withMaterial({ tlogEntries: many })],
    "33 time stamps": [
      "BundleTooManyEntries",
      withMaterial({ timestampVerificationData: { rfc3161Timestamps: stamps } }),
    ],
    "an entry without proof": ["BundleProofMissing", withEntry({ inclusionProof: undefined })],
    "a proof without checkpoint": ["BundleProofMissing", withProof({ checkpoint: undefined })],
    "a good entry before one without proof": [
      "BundleProofMissing",
      withMaterial({ tlogEntries: [logEntry(), { ...logEntry(), inclusionProof: undefined }] }),
    ],
    "a negative index": ["BundleMalformed", withEntry({ logIndex: "-1" })],
    "an index in hex": ["BundleMalformed", withEntry({ logIndex: "0x10" })],
    "an index with an exponent": ["BundleMalformed", withEntry({ logIndex: "1e3" })],
    "a tree size beyond 64 bits": ["BundleMalformed", withProof({ treeSize: "9223372036854775808" })],
    "65 hashes": ["BundleMalformed", withProof({ hashes: Array.from({ length: 65 }, () => "AAAA") })],
    "an entry without body": ["BundleMalformed", withEntry({ canonicalizedBody: undefined })],
    "a promise that is not base64": ["BundleMalformed", withEntry({ inclusionPromise: { signedEntryTimestamp: "?" } })],
    "an empty time stamp": [
      "BundleMalformed",
      withMaterial({ timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: "" }] } }),
    ],
    "a list in place of an object": ["BundleMalformed", encodeUtf8("[]")],
  };
  for (const [name, [code, bytes]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => parseBundle(bytes)));
  }

  it("refuses a duplicate member and data behind", () => {
    const text = JSON.stringify(dsse);
    failsWith("BundleMalformed", () => parseBundle(encodeUtf8(text.replace("{", `{"mediaType":"${V03}",`))));
    failsWith("BundleMalformed", () => parseBundle(encodeUtf8(`${text}{}`)));
  });

  it("refuses every prefix", () => {
    const bytes = withEntry({});
    for (let length = 0; length < bytes.length; length += 1) {
      assert.equal(
        isAccepted(() => parseBundle(bytes.subarray(0, length))),
        false,
      );
    }
  });

  it("gives a typed failure or a bundle, never a defect, for every flipped byte", () => {
    const bytes = withEntry({});
    for (let index = 0; index < bytes.length; index += 1) {
      isAccepted(() => parseBundle(Uint8Array.from(bytes, (byte, at) => (at === index ? byte ^ 0x01 : byte))));
    }
  });

  it("reads every real bundle of version 0.3 that a verifier is to accept", () => {
    const bundles = readVectors().filter(({ kind, expect }) => kind === "bundle" && expect === "accept");
    const files = bundles.map(({ path }) => join(VECTORS_ROOT, path)).filter((path) => path.endsWith(".json"));
    const current = files
      .map((file) => readFileSync(file))
      .filter((bytes) => /bundle(?:\.v0\.3\+json|\+json;version=0\.3)/.test(bytes.toString("latin1")));
    assert.ok(current.length >= 3, `${current.length} bundles`);
    for (const bytes of current) parseBundle(bytes);
  });
});

describe("isBundleMediaType()", () => {
  it("knows version 0.3 in its two spellings and nothing else", () => {
    assert.ok(isBundleMediaType(V03));
    assert.ok(isBundleMediaType("application/vnd.dev.sigstore.bundle+json;version=0.3"));
    assert.ok(!isBundleMediaType("application/vnd.dev.sigstore.bundle+json"));
  });
});
