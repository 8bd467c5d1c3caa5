/**
 * verification-spec §12, "Tlog v1" and "Tlog v2": one test or more for each clause, each breaking one thing. Titles begin
 * with the words of the clause. Clauses that need a certificate's validity or the time of another authority stand in
 * test/verify.
 */
import assert from "node:assert/strict";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { InclusionProof, LogEntry, LoggedSignature } from "../../src/transparency/entry.ts";
import { requireLogs, verifyLogEntries } from "../../src/transparency/log-entries.ts";
import type { LogEvidence } from "../../src/transparency/log-entry.ts";
import { failsWith } from "../support/failures.ts";
import { makeBody, type BodyKind } from "../support/transparency/bodies.ts";
import { TestLog, type CheckpointParts } from "../support/transparency/log.ts";
import { BY_OTHER_KEY, FITTING, logged, signatureOf, UPLOADED_ENVELOPE, withMember } from "./fixtures.ts";

interface Given {
  readonly log?: TestLog;
  readonly kind?: BodyKind;
  readonly signature?: LoggedSignature;
  readonly evidence?: LogEvidence;
  /** What was logged, where that is not the signature. */
  readonly about?: LoggedSignature;
  /** Edits `spec` of the body before it is logged. */
  readonly spec?: (spec: unknown) => unknown;
  /** Edits the entry after it was logged. */
  readonly entry?: (entry: LogEntry) => LogEntry;
  readonly proof?: Partial<InclusionProof>;
  readonly without?: readonly string[];
  readonly checkpoint?: CheckpointParts;
  readonly entries?: (entry: LogEntry) => readonly LogEntry[];
}

/** What is wrong, the code that says so, and how it is made. */
type Rows = Readonly<Record<string, readonly [FailureCode, Given]>>;

function without(object: object, names: readonly string[]): never {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name))) as never;
}

/** The verifier on a sound entry with one thing broken, under a rule that wants one log. */
function verify(log: TestLog, given: Given): void {
  const kind = given.kind ?? (log.generation === "v1" ? "hashedrekord 0.0.1" : "hashedrekord 0.0.2");
  const signature = given.signature ?? FITTING[kind];
  const edit = given.spec ?? ((spec: unknown) => spec);
  const sound = logged(log, kind, given.about ?? signature, (body) => ({ ...body, spec: edit(body.spec) }));
  const entry = broken(sound, log, given);
  const entries = given.entries?.(entry) ?? [entry];
  requireLogs(verifyLogEntries(entries, [log.trusted], signature, given.evidence ?? "proof"), 1);
}

function broken(sound: LogEntry, log: TestLog, given: Given): LogEntry {
  const checkpoint = given.checkpoint && { checkpoint: log.checkpoint(given.checkpoint) };
  const absent = given.without ?? [];
  const inclusionProof = without({ ...sound.inclusionProof, ...given.proof, ...checkpoint }, absent);
  const entry: LogEntry = without({ ...sound, inclusionProof }, absent);
  return given.entry?.(entry) ?? entry;
}

function rejects(list: string, makeLog: () => TestLog, clauses: Readonly<Record<string, Rows>>): void {
  describe(`reject list: ${list}`, () => {
    it("takes the sound entry that every row breaks", () => verify(makeLog(), {}));
    for (const [clause, rows] of Object.entries(clauses)) {
      for (const [what, [code, given]] of Object.entries(rows)) {
        it(`reject list: ${list}: ${clause} (${what})`, () => {
          const log = given.log ?? makeLog();
          log.tree.append(Buffer.from("an entry before"));
          failsWith(code, () => verify(log, given));
        });
      }
    }
  });
}

const other: LoggedSignature = { ...FITTING["hashedrekord 0.0.1"], signature: Buffer.from("another signature") };
const attested = signatureOf(UPLOADED_ENVELOPE);
const hash = { algorithm: "sha256", value: "ab".repeat(32) };
const at =
  (path: readonly (string | number)[], member: unknown) =>
  (spec: unknown): unknown =>
    withMember(spec, path, member);

rejects("Tlog v1", () => new TestLog({ generation: "v1", shardOffset: 90n }), {
  none: { "no entry": ["LogEntryMissing", { entries: () => [] }] },
  "unknown log": {
    "a key id that the trust root does not hold": [
      "LogUnknown",
      { entry: (entry) => ({ ...entry, keyId: new Uint8Array(32) }) },
    ],
  },
  "log window": {
    "integrated before it": [
      "LogKeyOutsideWindow",
      { log: new TestLog({ generation: "v1", validFor: { start: 1_700_000_000_001 } }) },
    ],
    "integrated after it": [
      "LogKeyOutsideWindow",
      { log: new TestLog({ generation: "v1", validFor: { start: 0, end: 1_699_999_999_999 } }) },
    ],
  },
  "SET missing where required (v0.1, legacy, integrated time) or invalid": {
    missing: ["SignedEntryTimestampMissing", { evidence: "promise", without: ["signedEntryTimestamp"] }],
    "invalid, required": [
      "SignedEntryTimestampInvalid",
      { evidence: "promise", entry: (entry) => ({ ...entry, signedEntryTimestamp: Buffer.of(1) }) },
    ],
    "invalid, beside a good proof": [
      "SignedEntryTimestampInvalid",
      { entry: (entry) => ({ ...entry, signedEntryTimestamp: Buffer.of(1) }) },
    ],
    "over another time": ["SignedEntryTimestampInvalid", { entry: (entry) => ({ ...entry, integratedTime: 1n }) }],
    "without the time": ["IntegratedTimeMissing", { without: ["integratedTime"] }],
  },
  "proof missing (≥ v0.2), without checkpoint, malformed, wrong": {
    missing: ["LogProofMissing", { without: ["inclusionProof"] }],
    "without checkpoint": ["CheckpointMissing", { without: ["checkpoint"] }],
    malformed: ["LogProofMalformed", { proof: { hashes: [] } }],
    wrong: ["LogProofRootMismatch", { proof: { hashes: [new Uint8Array(32)] } }],
    "malformed, beside a good promise": ["LogProofMalformed", { evidence: "promise", proof: { hashes: [] } }],
  },
  "checkpoint unsigned/bad hint/bad signature/bad origin/root or size mismatch": {
    unsigned: ["SignedNoteMalformed", { proof: { checkpoint: `rekor.example - 1\n2\n${"A".repeat(43)}=\n\n` } }],
    "bad hint": ["CheckpointUnsigned", { checkpoint: { hint: Buffer.of(1, 2, 3, 4) } }],
    "bad signature": ["CheckpointSignatureInvalid", { log: signsWithAnotherKey("v1") }],
    "bad origin": ["CheckpointOriginMalformed", { checkpoint: { origin: "rekor.example" } }],
    "bad origin, of another name": ["CheckpointNameMismatch", { checkpoint: { origin: "other.example - 1" } }],
    "bad origin, not the host of a built-in log": [
      "CheckpointHostMismatch",
      {
        log: new TestLog({ generation: "v1", isBuiltIn: true }),
        checkpoint: { origin: "other.example - 1", name: "other.example" },
      },
    ],
    malformed: ["CheckpointMalformed", { checkpoint: { size: "+2" } }],
    "root mismatch": ["CheckpointRootMismatch", { proof: { rootHash: new Uint8Array(32) } }],
    "size mismatch": ["CheckpointSizeMismatch", { checkpoint: { size: "3" } }],
  },
  "body not decodable": {
    "no JSON": ["LogBodyMalformed", { entry: (entry) => ({ ...entry, body: Buffer.from("{") }) }],
    "a duplicate member": [
      "LogBodyMalformed",
      { entry: (entry) => ({ ...entry, body: Buffer.from('{"kind":"a","kind":"a"}') }) },
    ],
    "too large": ["LogBodyTooLarge", { entry: (entry) => ({ ...entry, body: new Uint8Array(4 * 1024 * 1024 + 1) }) }],
    "a member missing": ["LogBodyMalformed", { spec: at(["data"], undefined) }],
  },
  "kind/version unsupported or ≠ kindVersion": {
    unsupported: [
      "LogKindUnsupported",
      {
        entry: (entry) => ({
          ...entry,
          kindVersion: { kind: "rpm", version: "0.0.1" },
          body: Buffer.from('{"apiVersion":"0.0.1","kind":"rpm","spec":{}}'),
        }),
      },
    ],
    "≠ kindVersion": [
      "LogKindMismatch",
      { entry: (entry) => ({ ...entry, kindVersion: { kind: "hashedrekord", version: "0.0.2" } }) },
    ],
    "about an envelope": ["LogKindUnfit", { about: FITTING["hashedrekord 0.0.1"], signature: attested }],
    "about a message": ["LogKindUnfit", { kind: "dsse 0.0.1", about: attested, signature: other }],
    "intoto 0.0.1 without the envelope": [
      "LogEnvelopeUnavailable",
      { kind: "intoto 0.0.1", signature: FITTING["dsse 0.0.1"] },
    ],
    "a rekord of PGP": ["LogFormatUnsupported", { kind: "rekord 0.0.1", spec: at(["signature", "format"], "pgp") }],
    "an envelope of two signatures": ["LogSignatureCount", { kind: "dsse 0.0.1", spec: at(["signatures"], [{}, {}]) }],
  },
  "signature, key/cert, digest, algorithm, payloadHash, envelopeHash mismatch": {
    signature: ["LogSignatureMismatch", { about: other }],
    "key/cert": ["LogSignerMismatch", { about: { ...FITTING["hashedrekord 0.0.1"], signer: BY_OTHER_KEY } }],
    digest: ["LogDigestMismatch", { spec: at(["data", "hash"], hash) }],
    algorithm: [
      "LogDigestAlgorithmMismatch",
      { signature: signatureOf({ kind: "message", message: Buffer.from("m"), algorithm: "sha512" }) },
    ],
    "algorithm, weak": ["LogDigestAlgorithmUnsupported", { spec: at(["data", "hash", "algorithm"], "sha1") }],
    payloadHash: ["LogPayloadHashMismatch", { kind: "dsse 0.0.1", spec: at(["payloadHash"], hash) }],
    "payloadHash of intoto 0.0.2": [
      "LogPayloadHashMismatch",
      { kind: "intoto 0.0.2", spec: at(["content", "payloadHash"], hash) },
    ],
    envelopeHash: [
      "LogEnvelopeHashMismatch",
      { kind: "dsse 0.0.1", signature: attested, spec: at(["envelopeHash"], hash) },
    ],
    "envelopeHash of intoto 0.0.1": [
      "LogEnvelopeHashMismatch",
      { kind: "intoto 0.0.1", spec: at(["content", "hash"], hash) },
    ],
    payloadType: [
      "LogPayloadTypeMismatch",
      { kind: "intoto 0.0.2", spec: at(["content", "envelope", "payloadType"], "text/plain") },
    ],
  },
  "negative index": {
    "of the entry": ["LogIndexOutOfRange", { entry: (entry) => ({ ...entry, logIndex: -1n }) }],
    "of the proof": ["LogProofMalformed", { proof: { logIndex: -1n } }],
    "of the time": ["IntegratedTimeOutOfRange", { entry: (entry) => ({ ...entry, integratedTime: -1n }) }],
  },
  "duplicate entry (logID, index)": { twice: ["LogEntryDuplicate", { entries: (entry) => [entry, entry] }] },
  "> 32": {
    "33 entries": [
      "LogEntryTooMany",
      { entries: (entry) => Array.from({ length: 33 }, (_, index) => ({ ...entry, logIndex: BigInt(index) })) },
    ],
  },
});

const V2 = "hashedRekordV002";

rejects("Tlog v2", () => new TestLog({ generation: "v2" }), {
  "no proof/checkpoint": {
    "no proof": ["LogProofMissing", { without: ["inclusionProof"] }],
    "no checkpoint": ["CheckpointMissing", { without: ["checkpoint"] }],
    "no signature of the log": ["CheckpointUnsigned", { checkpoint: { hint: Buffer.of(1, 2, 3, 4) } }],
    "a bad signature of the log": ["CheckpointSignatureInvalid", { log: signsWithAnotherKey("v2") }],
    "a wrong proof": ["LogProofRootMismatch", { proof: { hashes: [new Uint8Array(32)] } }],
    "a proof for another index": ["LogIndexMismatch", { entry: (entry) => ({ ...entry, logIndex: 0n }) }],
  },
  "origin ≠ host": {
    "another origin": ["CheckpointHostMismatch", { checkpoint: { origin: "other.example" } }],
    "the origin of v1": ["CheckpointHostMismatch", { checkpoint: { origin: "rekor.example - 1" } }],
    "another name of the signature": ["CheckpointUnsigned", { checkpoint: { name: "other.example" } }],
  },
  "baseUrl missing": { missing: ["LogBaseUrlMissing", { log: withoutBaseUrl() }] },
  "body ≠ reconstruction": {
    signature: ["LogSignatureMismatch", { about: { ...FITTING["hashedrekord 0.0.2"], signature: Buffer.of(1) } }],
    digest: ["LogDigestMismatch", { spec: at([V2, "data", "digest"], Buffer.alloc(32).toString("base64")) }],
    "key/cert": ["LogSignerMismatch", { about: { ...FITTING["hashedrekord 0.0.2"], signer: BY_OTHER_KEY } }],
    keyDetails: [
      "LogKeyDetailsMismatch",
      { spec: at([V2, "signature", "verifier", "keyDetails"], "PKIX_ECDSA_P384_SHA_384") },
    ],
    "unknown member": ["LogBodyMemberUnknown", { spec: at([V2, "x"], 1) }],
    "white space": [
      "LogBodyNotCanonical",
      { entry: (entry) => ({ ...entry, body: Buffer.concat([entry.body, Buffer.from(" ")]) }) },
    ],
    "payloadHash of dsse": [
      "LogPayloadHashMismatch",
      { kind: "dsse 0.0.2", spec: at(["dsseV002", "payloadHash", "digest"], Buffer.alloc(32).toString("base64")) },
    ],
  },
  "unknown kind": {
    "hashedrekord 0.0.3": [
      "LogKindUnsupported",
      {
        entry: (entry) => ({
          ...entry,
          kindVersion: { kind: "hashedrekord", version: "0.0.3" },
          body: Buffer.from(
            makeBody("hashedrekord 0.0.2", FITTING["hashedrekord 0.0.2"]).toString().replace("0.0.2", "0.0.3"),
          ),
        }),
      },
    ],
  },
});

/** A log whose trusted key is not the one that it signs with, though the ids agree. */
function signsWithAnotherKey(generation: "v1" | "v2"): TestLog {
  const [log, stranger] = [new TestLog({ generation }), new TestLog({ generation })];
  return Object.assign(log, { trusted: { ...log.trusted, key: stranger.trusted.key } });
}

function withoutBaseUrl(): TestLog {
  const log = new TestLog({ generation: "v2" });
  const { baseUrl, ...trusted } = log.trusted;
  assert.ok(baseUrl);
  return Object.assign(log, { trusted });
}
