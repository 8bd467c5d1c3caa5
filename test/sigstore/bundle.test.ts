/** parseBundle(): the form of versions 0.1 to 0.3 (verification-spec §7.1), each rule broken alone; every real bundle. */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { parseBundle } from "../../src/sigstore/bundle.ts";
import { failsWith, isAccepted } from "../support/failures.ts";
import { bearsEveryInsertion, refusesEveryPrefix } from "../support/mutations.ts";
import { json, KEYS, logEntry, MANIFEST, messageBundle, type Json } from "../verify/fixtures.ts";
import { bundle, dsse, MEDIA_TYPE, parseAny, realBundles, withEntry, withMaterial, withProof } from "./bundles.ts";

const message = messageBundle(MANIFEST, KEYS.p256);

function withMessage(change: Json): Uint8Array {
  return json({ ...message, messageSignature: { ...(message["messageSignature"] as Json), ...change } });
}

describe("parseBundle()", () => {
  it("hands out an envelope", () => {
    const { content, version, signer, logEntries, timestamps } = parseBundle(bundle({}));
    assert.ok(content.kind === "dsse");
    assert.equal(content.envelope.payloadType, "application/vnd.in-toto+json");
    assert.deepEqual([version, signer, logEntries, timestamps], ["0.3", { kind: "public-key" }, [], []]);
  });

  it("hands out a message signature and the digest that it names", () => {
    const { content } = parseBundle(json(message));
    assert.ok(content.kind === "message");
    assert.equal(content.message.messageDigest?.algorithm, "SHA2_256");
    for (const messageDigest of [undefined, null]) {
      const bare = parseBundle(withMessage({ messageDigest })).content;
      assert.ok(bare.kind === "message" && bare.message.messageDigest === undefined);
    }
  });

  it("takes version 0.3 alone unless it is told more", () => {
    for (const version of ["0.1", "0.2"] as const) {
      const bytes = bundle({ mediaType: MEDIA_TYPE[version] });
      failsWith("BundleVersionUnsupported", () => parseBundle(bytes));
      assert.equal(parseBundle(bytes, [version]).version, version);
    }
  });

  const refused: Readonly<Record<string, [FailureCode, Uint8Array]>> = {
    "a version of tomorrow": [
      "BundleVersionUnsupported",
      bundle({ mediaType: "application/vnd.dev.sigstore.bundle.v0.4+json" }),
    ],
    "no media type": ["BundleMalformed", bundle({ mediaType: undefined })],
    "an unknown member": ["BundleMemberUnknown", bundle({ extra: 1 })],
    "a snake_case member": ["BundleMemberUnknown", withMaterial({ tlog_entries: [] })],
    "a member in other case": ["BundleMemberUnknown", bundle({ DsseEnvelope: dsse["dsseEnvelope"] })],
    "an unknown member of a log entry": ["BundleMemberUnknown", withEntry({ extra: 1 })],
    "an unknown member of a checkpoint": [
      "BundleMemberUnknown",
      withProof({ checkpoint: { envelope: "x", extra: 1 } }),
    ],
    "an unknown member of the envelope": [
      "BundleMemberUnknown",
      bundle({ dsseEnvelope: { ...(dsse["dsseEnvelope"] as Json), extra: 1 } }),
    ],
    "an unknown member of the message digest": [
      "BundleMemberUnknown",
      withMessage({ messageDigest: { algorithm: "SHA2_256", digest: "AAAA", extra: 1 } }),
    ],
    "a hint that is an object": ["BundleMemberUnknown", withMaterial({ publicKey: { hint: { a: 1 } } })],
    "no verification material": ["BundleMalformed", bundle({ verificationMaterial: undefined })],
    "neither envelope nor message": ["BundleContentAmbiguous", bundle({ dsseEnvelope: undefined })],
    "both envelope and message": ["BundleContentAmbiguous", bundle({ messageSignature: message["messageSignature"] })],
    "an envelope with two signatures": [
      "EnvelopeSignatureCount",
      bundle({ dsseEnvelope: { ...(dsse["dsseEnvelope"] as Json), signatures: [{ sig: "AAAA" }, { sig: "AAAA" }] } }),
    ],
    "a message without signature": ["BundleMalformed", withMessage({ signature: undefined })],
    "a message with an empty signature": ["BundleMalformed", withMessage({ signature: "" })],
    "a message signature that is not base64": ["BundleMalformed", withMessage({ signature: "*" })],
    "a message digest without algorithm": ["BundleMalformed", withMessage({ messageDigest: { digest: "AAAA" } })],
    "a message digest by number": ["BundleMalformed", withMessage({ messageDigest: { algorithm: 1, digest: "AAAA" } })],
    "a message digest without bytes": ["BundleMalformed", withMessage({ messageDigest: { algorithm: "SHA2_256" } })],
    "a list in place of an object": ["BundleMalformed", encodeUtf8("[]")],
  };
  for (const [name, [code, bytes]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => parseAny(bytes)));
  }

  it("reject list: unknown version/media type", () => {
    failsWith("BundleVersionUnsupported", () => parseAny(bundle({ mediaType: "application/json" })));
  });
  it("reject list: both or neither of a oneof", () => {
    failsWith("BundleContentAmbiguous", () => parseAny(bundle({ dsseEnvelope: undefined })));
    failsWith("BundleContentAmbiguous", () => parseAny(bundle({ messageSignature: message["messageSignature"] })));
    failsWith("BundleMaterialAmbiguous", () => parseAny(bundle({ verificationMaterial: {} })));
    failsWith("BundleMaterialAmbiguous", () => parseAny(withMaterial({ certificate: { rawBytes: "AAEC" } })));
  });
  it("reject list: unknown member", () => void failsWith("BundleMemberUnknown", () => parseAny(bundle({ extra: 1 }))));

  it("refuses a duplicate member at any depth, and data behind", () => {
    const text = Buffer.from(withEntry({})).toString("utf8");
    for (const twice of [
      text.replace("{", `{"mediaType":"${MEDIA_TYPE["0.3"]}",`),
      text.replace('"logId":{', '"logId":{"keyId":"AAEC",'),
      text.replace('"signatures":[{', '"signatures":[{"sig":"AAEC",'),
    ]) {
      failsWith("BundleMalformed", () => parseAny(encodeUtf8(twice)));
    }
    failsWith("BundleMalformed", () => parseAny(encodeUtf8(`${text}{}`)));
  });

  const full = withMaterial({
    tlogEntries: [logEntry()],
    timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: "AAEC" }] },
  });

  it("refuses every prefix", () => refusesEveryPrefix(full, parseAny));

  it("bears one byte inserted anywhere", () => {
    // the kind and the checkpoint are text, read by whoever verifies the entry
    bearsEveryInsertion(full, parseAny, ['"kind":"dsse"', '"version":"0.0.1"', '"envelope":"log"']);
  });

  it("gives a typed failure or a bundle, never a defect, for every flipped byte", () => {
    for (let index = 0; index < full.length; index += 1) {
      isAccepted(() => parseAny(Uint8Array.from(full, (byte, at) => (at === index ? byte ^ 0x01 : byte))));
    }
  });
});

describe("parseBundle() on real bundles", () => {
  /** Those that the form alone refuses. */
  const refused: Readonly<Record<string, FailureCode>> = {
    "sigstore-go/dsse": "BundleChainHasRoot",
    "sigstore-go/dsse-2sigs": "EnvelopeSignatureCount",
    "sigstore-go/bundle-provenance": "BundleChainHasRoot",
    "sigstore-js/bundleV01-full-cert-chain": "BundleChainHasRoot",
    "cli/sigstoreBundle-invalid-signature": "EnvelopePayloadTypeUnsupported",
    "cli/github_provenance_demo-0.0.12-bundle-missing-cert": "BundleContentAmbiguous",
    "cli/github_provenance_demo-0.0.12-bundle-missing-verification-material": "BundleMalformed",
  };
  for (const { id, bytes, reason } of realBundles()) {
    const code = refused[id];
    if (code === undefined) it(`reads ${id}`, () => void parseAny(bytes));
    else it(`refuses ${id}: ${reason}`, () => void failsWith(code, () => parseAny(bytes)));
  }

  it("hands out what cosign v3 wrote: one entry with promise and proof, one time stamp", () => {
    const vector = realBundles().find(({ id }) => id === "sigstore-rs/bundle_v03");
    const { logEntries, timestamps } = parseBundle(vector?.bytes ?? new Uint8Array());
    const [entry] = logEntries;
    assert.equal(logEntries.length, 1);
    assert.equal(entry?.logIndex, 1261105807n);
    assert.equal(entry.integratedTime, 1775719409n);
    assert.equal(entry.inclusionProof?.logIndex, 1139201545n);
    assert.equal(entry.inclusionProof.hashes.length, 18);
    assert.deepEqual(
      timestamps.map(({ length }) => length),
      [717],
    );
  });
});
