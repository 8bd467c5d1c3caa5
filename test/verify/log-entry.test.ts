/** verifyTransparency(): an entry counts for the very signature, signer and content that it is about. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { LogEntry, LoggedContent, LoggedSignature } from "../../src/transparency/entry.ts";
import type { SignedContent, SignedEntity } from "../../src/verify/entity.ts";
import type { SignerMaterial, VerifiedContent } from "../../src/verify/evidence.ts";
import { verifyTransparency } from "../../src/verify/log-entry.ts";
import type { Requirement } from "../../src/verify/requirement.ts";
import { failsWith } from "../support/failures.ts";
import { kindVersionOf, makeBody, type BodyKind } from "../support/transparency/bodies.ts";
import { TestLog } from "../support/transparency/log.ts";
import { makeIntermediate, makeLeaf, makeRoot } from "../support/x509/certificate.ts";
import { ARTIFACT, json, KEYS, MANIFEST, NO_WITNESSES, simpleSigning, statement } from "./fixtures.ts";

const SIGNATURE = Buffer.from("the bytes of a signature");
const PAYLOAD_TYPE = "application/vnd.in-toto+json";
const leaf = makeLeaf(makeIntermediate(makeRoot()));

const BY_KEY: SignerMaterial = { key: KEYS.p256.key };
const BY_LEAF: SignerMaterial = { key: leaf.parsed.publicKey(), leaf: leaf.parsed };

const SIMPLE: SignedContent = { kind: "simple-signing", payload: json(simpleSigning()) };
const DSSE: SignedContent = { kind: "dsse", payloadType: PAYLOAD_TYPE, payload: json(statement()) };
const MESSAGE: SignedContent = { kind: "message" };
const uploaded = { ...DSSE, envelope: json({ payload: "…" }) };

interface Case {
  readonly format: SignedEntity["format"];
  readonly content: SignedContent;
  readonly kind: BodyKind;
  readonly material?: SignerMaterial;
}

/** What the log was told, as whoever signed would tell it. */
function toldTo({ content, material = BY_KEY }: Case): LoggedSignature {
  const { key, leaf: certificate } = material;
  const signer: LoggedSignature["signer"] =
    certificate === undefined
      ? { kind: "key", spki: key.spki }
      : { kind: "certificate", der: certificate.der, spki: certificate.spki };
  return { signature: SIGNATURE, signer, content: contentOf(content) };
}

function contentOf(content: SignedContent): LoggedContent {
  if (content.kind === "simple-signing") return { kind: "message", message: content.payload };
  return content.kind === "message" ? { kind: "message", message: MANIFEST } : content;
}

function entryOf(log: TestLog, signed: Case): LogEntry {
  const entry = log.append(kindVersionOf(signed.kind), makeBody(signed.kind, toldTo(signed)));
  if (!signed.format.startsWith("legacy")) return entry;
  const { kindVersion: _kind, inclusionProof: _proof, ...annotation } = entry;
  return annotation;
}

function verify(
  log: TestLog,
  { format, content, material = BY_KEY }: Case,
  entries: readonly LogEntry[],
  more: { logs?: number; artifact?: Parameters<typeof verifyTransparency>[2] } = {},
): number {
  const entity: SignedEntity = {
    format,
    content,
    signature: SIGNATURE,
    signer: { kind: "public-key" },
    logEntries: entries,
    timestamps: [],
  };
  const requirement: Requirement = {
    signer: { kind: "key", key: KEYS.p256.key },
    content: { kind: "any" },
    trust: {
      certificateAuthorities: [],
      timestampAuthorities: [],
      logs: [log.trusted],
      ctLogs: [],
      hash: "",
      warnings: [],
    },
    thresholds: { ...NO_WITNESSES, logs: more.logs ?? 1 },
  };
  const verified = { entity, material } as unknown as VerifiedContent;
  return verifyTransparency(verified, requirement, more.artifact ?? ARTIFACT).entries.length;
}

describe("verifyTransparency()", () => {
  const accepted: Readonly<Record<string, Case>> = {
    "a legacy signature by a key": { format: "legacy-signature", content: SIMPLE, kind: "hashedrekord 0.0.1" },
    "a legacy signature by a certificate": {
      format: "legacy-signature",
      content: SIMPLE,
      kind: "hashedrekord 0.0.1",
      material: BY_LEAF,
    },
    "a legacy signature of 2021": { format: "legacy-signature", content: SIMPLE, kind: "rekord 0.0.1" },
    "a legacy attestation": { format: "legacy-attestation", content: uploaded, kind: "intoto 0.0.1" },
    "a later legacy attestation": { format: "legacy-attestation", content: uploaded, kind: "dsse 0.0.1" },
    "a bundle 0.1": { format: "bundle-v0.1", content: DSSE, kind: "intoto 0.0.2" },
    "a bundle 0.2": { format: "bundle-v0.2", content: DSSE, kind: "dsse 0.0.1" },
    "a bundle 0.3": { format: "bundle-v0.3", content: DSSE, kind: "dsse 0.0.1", material: BY_LEAF },
    "a bundle 0.3 over a message": { format: "bundle-v0.3", content: MESSAGE, kind: "hashedrekord 0.0.1" },
  };
  for (const [name, signed] of Object.entries(accepted)) {
    it(`accepts the entry of ${name}`, () => {
      const log = new TestLog({ generation: "v1" });
      assert.equal(verify(log, signed, [entryOf(log, signed)]), 1);
    });
  }

  for (const kind of ["hashedrekord 0.0.2", "dsse 0.0.2"] as const) {
    it(`accepts an entry ${kind} of Rekor v2`, () => {
      const log = new TestLog({ generation: "v2" });
      const signed: Case = { format: "bundle-v0.3", content: DSSE, kind, material: BY_LEAF };
      assert.equal(verify(log, signed, [entryOf(log, signed)]), 1);
    });
  }

  it("accepts an entry about a message of which the digest alone is at hand", () => {
    const log = new TestLog({ generation: "v1" });
    const signed: Case = { format: "bundle-v0.3", content: MESSAGE, kind: "hashedrekord 0.0.1" };
    const entries = [entryOf(log, signed)];
    assert.equal(verify(log, signed, entries, { artifact: { digest: ARTIFACT.digest } }), 1);
  });

  it("holds the entry to the hash that a bundle's message digest names", () => {
    const log = new TestLog({ generation: "v1" });
    const digest = createHash("sha512").update(MANIFEST).digest();
    const content: SignedContent = { kind: "message", messageDigest: { algorithm: "SHA2_512", digest } };
    const signed: Case = { format: "bundle-v0.3", content, kind: "hashedrekord 0.0.1" };
    failsWith("LogDigestAlgorithmMismatch", () => verify(log, signed, [entryOf(log, signed)]));
  });

  it("takes SHA-512 for the legacy payload of an Ed25519 key, which cosign signs prehashed, and of no other", () => {
    const log = new TestLog({ generation: "v1" });
    const sha512 = (material: SignerMaterial): number => {
      const signed: Case = { format: "legacy-signature", content: SIMPLE, kind: "hashedrekord 0.0.1", material };
      const value = createHash("sha512").update(json(simpleSigning())).digest("hex");
      const body = makeBody(signed.kind, toldTo(signed), ({ spec, ...rest }) => ({
        ...rest,
        spec: { ...spec, data: { hash: { algorithm: "sha512", value } } },
      }));
      const { kindVersion: _kind, inclusionProof: _proof, ...entry } = log.append(kindVersionOf(signed.kind), body);
      return verify(log, signed, [entry]);
    };
    assert.equal(sha512({ key: KEYS.ed25519.key }), 1);
    failsWith("LogDigestAlgorithmMismatch", () => sha512(BY_KEY));
  });

  const legacy: Case = { format: "legacy-signature", content: SIMPLE, kind: "hashedrekord 0.0.1" };
  const refused: Readonly<Record<string, [FailureCode, Case, Case]>> = {
    "of another payload (CVE-2022-23649)": [
      "LogDigestMismatch",
      legacy,
      { ...legacy, content: { kind: "simple-signing", payload: json({}) } },
    ],
    "of another key": ["LogSignerMismatch", { ...legacy, material: { key: KEYS.other.key } }, legacy],
    "of another statement": [
      "LogPayloadHashMismatch",
      { format: "bundle-v0.3", content: DSSE, kind: "dsse 0.0.1" },
      {
        format: "bundle-v0.3",
        content: { ...DSSE, payload: json({ ...statement(), predicate: { more: true } }) },
        kind: "dsse 0.0.1",
      },
    ],
    "of another envelope with the same statement": [
      "LogEnvelopeHashMismatch",
      { format: "legacy-attestation", content: uploaded, kind: "dsse 0.0.1" },
      { format: "legacy-attestation", content: { ...uploaded, envelope: json({ other: true }) }, kind: "dsse 0.0.1" },
    ],
  };
  for (const [name, [code, told, signed]] of Object.entries(refused)) {
    it(`refuses the entry ${name}`, () => {
      const log = new TestLog({ generation: "v1" });
      const entry = entryOf(log, told);
      assert.equal(verify(log, told, [entry]), 1);
      failsWith(code, () => verify(log, signed, [entry]));
    });
  }

  it("wants a proof of a bundle 0.2 or 0.3, and a promise of everything before", () => {
    const log = new TestLog({ generation: "v1" });
    const bundle: Case = { format: "bundle-v0.3", content: DSSE, kind: "dsse 0.0.1" };
    const { inclusionProof: _proof, ...promised } = entryOf(log, bundle);
    failsWith("LogProofMissing", () => verify(log, bundle, [promised]));
    assert.equal(verify(log, { ...bundle, format: "bundle-v0.1" }, [promised]), 1);
    const { signedEntryTimestamp: _promise, ...proven } = entryOf(log, bundle);
    assert.equal(verify(log, { ...bundle, format: "bundle-v0.2" }, [proven]), 1);
    failsWith("SignedEntryTimestampMissing", () => verify(log, { ...bundle, format: "bundle-v0.1" }, [proven]));
  });

  it("reject list: Tlog v1: none (no entry at all)", () => {
    const log = new TestLog({ generation: "v1" });
    failsWith("LogEntryMissing", () => verify(log, legacy, []));
  });

  it("counts distinct logs", () => {
    const log = new TestLog({ generation: "v1" });
    const entries = [entryOf(log, legacy), entryOf(log, legacy)];
    failsWith("LogThresholdUnmet", () => verify(log, legacy, entries, { logs: 2 }));
  });

  it("does not look at entries where no log is asked for", () => {
    const log = new TestLog({ generation: "v1" });
    const entry = { ...entryOf(log, legacy), body: Buffer.from("nonsense") };
    assert.equal(verify(log, legacy, [entry], { logs: 0 }), 0);
  });

  it("believes no log where the requirement names no trust root", () => {
    const log = new TestLog({ generation: "v1" });
    const content = {
      entity: { ...legacy, signature: SIGNATURE, logEntries: [entryOf(log, legacy)] },
      material: BY_KEY,
    };
    const requirement: Requirement = {
      signer: { kind: "key", key: KEYS.p256.key },
      content: { kind: "any" },
      thresholds: { ...NO_WITNESSES, logs: 1 },
    };
    failsWith("LogUnknown", () => verifyTransparency(content as unknown as VerifiedContent, requirement, ARTIFACT));
  });
});
