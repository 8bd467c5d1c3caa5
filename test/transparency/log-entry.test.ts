/** verifyLogEntry(): what each carrier must bring, what gives a time, and one entry broken in every part alone. */
import assert from "node:assert/strict";
import { encodeHex } from "../../src/encoding/hex.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { InclusionProof, LogEntry } from "../../src/transparency/entry.ts";
import { checkLogWindow, verifyLogEntry, type LogEvidence } from "../../src/transparency/log-entry.ts";
import { failsWith } from "../support/failures.ts";
import { BODIES, makeBody, type BodyKind } from "../support/transparency/bodies.ts";
import { TestLog } from "../support/transparency/log.ts";
import { FITTING, logged } from "./fixtures.ts";

const V1_KINDS: readonly BodyKind[] = [
  "hashedrekord 0.0.1",
  "rekord 0.0.1",
  "dsse 0.0.1",
  "intoto 0.0.1",
  "intoto 0.0.2",
];
const V1 = "hashedrekord 0.0.1";
const V2 = "hashedrekord 0.0.2";
const SHARD = 1_000_000n;

const v1 = new TestLog({ generation: "v1", shardOffset: SHARD });
const v2 = new TestLog({ generation: "v2", host: "log2025-1.rekor.example" });
const LOGS = [v2.trusted, v1.trusted];
for (const log of [v1, v2]) for (let index = 0; index < 5; index += 1) log.tree.append(Buffer.from(`before ${index}`));

/** The entry with its proof changed. */
function withProof(entry: LogEntry, change: Partial<InclusionProof>): LogEntry {
  return { ...entry, inclusionProof: { ...(entry.inclusionProof ?? assert.fail()), ...change } };
}

function without(entry: LogEntry, ...names: readonly (keyof LogEntry)[]): LogEntry {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => !names.some((other) => other === name))) as never;
}

function verify(name: BodyKind, entry: LogEntry, evidence: LogEvidence): ReturnType<typeof verifyLogEntry> {
  return verifyLogEntry(entry, LOGS, FITTING[name], evidence);
}

describe("verifyLogEntry()", () => {
  for (const name of Object.keys(BODIES) as BodyKind[]) {
    const isV1 = V1_KINDS.includes(name);
    it(`verifies ${name} in a log of ${isV1 ? "v1" : "v2"}`, () => {
      const log = isV1 ? v1 : v2;
      const { logId, logIndex, generation, integratedTime, validFor } = verify(name, logged(log, name), "proof");
      assert.equal(logId, encodeHex(log.keyId));
      assert.equal(logIndex, log.tree.size - 1n + (isV1 ? SHARD : 0n));
      assert.equal(generation, isV1 ? "v1" : "v2");
      assert.equal(integratedTime, isV1 ? 1_700_000_000_000 : undefined);
      assert.deepEqual(validFor, { start: 0 });
    });
  }

  it("takes the promise alone from an annotation or a bundle of version 0.1", () => {
    const entry = without(logged(v1, V1), "inclusionProof", "kindVersion");
    assert.equal(verify(V1, entry, "promise").integratedTime, 1_700_000_000_000);
  });

  it("takes the proof alone from a bundle of version 0.2 or later, and no time from it", () => {
    const entry = without(logged(v1, V1), "signedEntryTimestamp");
    assert.equal(verify(V1, entry, "proof").integratedTime, undefined);
    assert.equal(verify(V1, without(entry, "integratedTime"), "proof").integratedTime, undefined);
  });

  it("takes no time from an entry of v2, whatever promise and time stand beside it", () => {
    const entry = logged(v2, V2);
    const signedEntryTimestamp = v2.promise({ ...entry, integratedTime: 1n });
    for (const promise of [signedEntryTimestamp, Buffer.from("no signature")]) {
      const claimed = { ...entry, integratedTime: 1n, signedEntryTimestamp: promise };
      assert.equal(verify(V2, claimed, "proof").integratedTime, undefined);
    }
  });

  it("takes the proof of v2 from every carrier: it has no promise to ask for", () => {
    verify(V2, logged(v2, V2), "promise");
    failsWith("LogProofMissing", () => verify(V2, without(logged(v2, V2), "inclusionProof"), "promise"));
  });

  it("verifies an entry alone in its tree, and one in the middle", () => {
    const young = new TestLog({ generation: "v2" });
    verifyLogEntry(logged(young, V2), [young.trusted], FITTING[V2], "proof");
    const entry = logged(v2, V2);
    logged(v2, "dsse 0.0.2");
    verify(V2, { ...entry, inclusionProof: v2.prove(entry.logIndex) }, "proof");
  });
});

describe("verifyLogEntry() refuses", () => {
  const entry1 = logged(v1, V1);
  const entry2 = logged(v2, V2);
  const proof1 = entry1.inclusionProof ?? assert.fail();
  const proof2 = entry2.inclusionProof ?? assert.fail();
  const swapped = [...proof1.hashes].toReversed();
  const flipped = proof1.rootHash.map((byte) => byte ^ 1);
  const foreign = new TestLog({ generation: "v1" });

  const rows: Readonly<Record<string, [FailureCode, BodyKind, LogEntry, LogEvidence]>> = {
    "an unknown log": ["LogUnknown", V1, logged(foreign, V1), "proof"],
    "a log of no id": ["LogUnknown", V1, { ...entry1, keyId: new Uint8Array() }, "proof"],
    "a log by four bytes of its id": ["LogUnknown", V1, { ...entry1, keyId: entry1.keyId.subarray(0, 4) }, "proof"],
    "a negative index": ["LogIndexOutOfRange", V1, { ...entry1, logIndex: -1n }, "proof"],
    "an index beyond 2^53": ["LogIndexOutOfRange", V1, { ...entry1, logIndex: 1n << 53n }, "proof"],
    "a v1 entry without promise in an annotation": [
      "SignedEntryTimestampMissing",
      V1,
      without(entry1, "signedEntryTimestamp"),
      "promise",
    ],
    "a v1 entry without proof in a bundle": ["LogProofMissing", V1, without(entry1, "inclusionProof"), "proof"],
    "a bad promise beside a good proof": [
      "SignedEntryTimestampInvalid",
      V1,
      { ...entry1, signedEntryTimestamp: foreign.promise({ ...entry1, integratedTime: 1n }) },
      "proof",
    ],
    "a bad proof beside a good promise": ["LogProofMalformed", V1, withProof(entry1, { hashes: [] }), "promise"],
    "a promise without time": ["IntegratedTimeMissing", V1, without(entry1, "integratedTime"), "proof"],
    "a proof without checkpoint": [
      "CheckpointMissing",
      V1,
      { ...entry1, inclusionProof: without(proof1 as never, "checkpoint" as never) as never },
      "proof",
    ],
    "a proof without checkpoint beside a good promise": [
      "CheckpointMissing",
      V1,
      { ...entry1, inclusionProof: without(proof1 as never, "checkpoint" as never) as never },
      "promise",
    ],
    "an empty checkpoint": ["SignedNoteMalformed", V1, withProof(entry1, { checkpoint: "" }), "proof"],
    "another size than the checkpoint's": ["CheckpointSizeMismatch", V1, withProof(entry1, { treeSize: 4n }), "proof"],
    "trap 15: another root than the checkpoint's": [
      "CheckpointRootMismatch",
      V1,
      withProof(entry1, { rootHash: flipped }),
      "proof",
    ],
    "an empty root": ["CheckpointRootMismatch", V1, withProof(entry1, { rootHash: new Uint8Array() }), "proof"],
    "trap 15: too few hashes": [
      "LogProofMalformed",
      V1,
      withProof(entry1, { hashes: proof1.hashes.slice(1) }),
      "proof",
    ],
    "trap 15: a hash of 31 bytes": [
      "LogProofMalformed",
      V1,
      withProof(entry1, { hashes: proof1.hashes.map((hash) => hash.subarray(1)) }),
      "proof",
    ],
    "hashes in another order": ["LogProofRootMismatch", V1, withProof(entry1, { hashes: swapped }), "proof"],
    "another index in the tree": ["LogProofMalformed", V1, withProof(entry1, { logIndex: 0n }), "proof"],
    "trap 15: an index of the size": [
      "LogProofMalformed",
      V1,
      withProof(entry1, { logIndex: proof1.treeSize }),
      "proof",
    ],
    "the index over all shards in the proof": [
      "LogProofMalformed",
      V1,
      withProof(entry1, { logIndex: entry1.logIndex }),
      "proof",
    ],
    "a v2 entry without proof": ["LogProofMissing", V2, without(entry2, "inclusionProof"), "proof"],
    "a v2 entry of another index than its proof": ["LogIndexMismatch", V2, { ...entry2, logIndex: 0n }, "proof"],
    "a v2 proof of another index than its entry": [
      "LogIndexMismatch",
      V2,
      withProof(entry2, { logIndex: 0n }),
      "proof",
    ],
    "another size in v2": ["CheckpointSizeMismatch", V2, withProof(entry2, { treeSize: 99n }), "proof"],
    "another root in v2": ["CheckpointRootMismatch", V2, withProof(entry2, { rootHash: flipped }), "proof"],
    "a wrong path in v2": [
      "LogProofRootMismatch",
      V2,
      withProof(entry2, { hashes: proof2.hashes.map((hash) => hash.map((byte) => byte ^ 1)) }),
      "proof",
    ],
  };
  for (const [name, [code, kind, entry, evidence]] of Object.entries(rows)) {
    it(name, () => void failsWith(code, () => verify(kind, entry, evidence)));
  }

  it("trap 15: the proof of another leaf", () => {
    const other = logged(v2, V2, { ...FITTING[V2], signature: Buffer.from("another") });
    const body = makeBody(V2, FITTING[V2]);
    failsWith("LogProofRootMismatch", () => verify(V2, { ...other, body }, "proof"));
  });

  it("trap 15: the checkpoint of a larger tree, whose root the proof names", () => {
    const entry = logged(v1, V1);
    const { hashes, logIndex } = entry.inclusionProof ?? assert.fail();
    logged(v1, V1);
    const { checkpoint, rootHash, treeSize } = v1.prove(logIndex);
    failsWith("CheckpointSizeMismatch", () => verify(V1, withProof(entry, { checkpoint, rootHash }), "proof"));
    const grown = withProof(entry, { checkpoint, rootHash, treeSize, hashes });
    assert.throws(() => verify(V1, grown, "proof"), { name: "VerificationFailure" });
  });

  it("trap 17: an entry whose log stands elsewhere in the trust root than its id", () => {
    const renamed = [{ ...v1.trusted, keyId: v2.keyId }, v2.trusted];
    failsWith("LogUnknown", () => verifyLogEntry(logged(v1, V1), renamed, FITTING[V1], "proof"));
    const exchanged = [
      { ...v1.trusted, key: v2.trusted.key },
      { ...v2.trusted, key: v1.trusted.key },
    ];
    failsWith("CheckpointSignatureInvalid", () => verifyLogEntry(logged(v1, V1), exchanged, FITTING[V1], "proof"));
  });

  it("a v1 body with the checkpoint of a v2 log, and the other way round", () => {
    const young = new TestLog({ generation: "v2" });
    const entry = { ...logged(young, V1), integratedTime: 1n };
    failsWith("CheckpointOriginMalformed", () => verifyLogEntry(entry, [young.trusted], FITTING[V1], "proof"));
    const old = new TestLog({ generation: "v1" });
    failsWith("CheckpointHostMismatch", () => verifyLogEntry(logged(old, V2), [old.trusted], FITTING[V2], "proof"));
  });

  for (const [log, name] of [
    [v1, V1],
    [v2, V2],
  ] as const) {
    it(`every one-byte insertion into the body of ${name} and every prefix of it`, () => {
      const entry = logged(log, name);
      const { body } = entry;
      const refused = (changed: Uint8Array): void => {
        assert.throws(() => verify(name, { ...entry, body: changed }, "proof"), { name: "VerificationFailure" });
      };
      for (let at = 0; at <= body.length; at += 1) {
        if (at < body.length) refused(body.subarray(0, at));
        refused(Buffer.concat([body.subarray(0, at), Buffer.of(0x20), body.subarray(at)]));
      }
    });
  }
});

describe("verifyLogEntry() on entries of other signatures", () => {
  const other = { ...FITTING[V1], signature: Buffer.from("another signature") };

  it("CVE-2022-23649: refuses a good promise about another signature", () => {
    const entry = without(logged(v1, V1, other), "inclusionProof", "kindVersion");
    verifyLogEntry(entry, LOGS, other, "promise");
    failsWith("LogSignatureMismatch", () => verify(V1, entry, "promise"));
  });

  it("CVE-2026-22703, CVE-2024-53267: refuses a good proof about another signature, in both generations", () => {
    failsWith("LogSignatureMismatch", () => verify(V1, logged(v1, V1, other), "proof"));
    failsWith("LogSignatureMismatch", () => verify(V2, logged(v2, V2, other), "proof"));
  });

  it("sigstore-go #600: refuses another digest that the log has signed", () => {
    const message = { kind: "message", message: Buffer.from("another artifact") } as const;
    for (const [log, name] of [
      [v1, V1],
      [v2, V2],
    ] as const) {
      const entry = logged(log, name, { ...FITTING[name], content: message });
      failsWith("LogDigestMismatch", () => verify(name, entry, "proof"));
    }
  });

  it("sigstore-go #611: does not read a v2 body that cannot be read as one of v1", () => {
    for (const edit of [{ uuid: "x" }, { spec: {} }]) {
      const entry = logged(v2, V2, FITTING[V2], (body) => ({ ...body, ...edit }));
      assert.throws(() => verify(V2, entry, "proof"), { name: "VerificationFailure" });
    }
  });

  it("sigstore-python #1247: gives no time without promise, though the entry claims one", () => {
    const entry = { ...without(logged(v1, V1), "signedEntryTimestamp"), integratedTime: 1_700_000_000n };
    assert.equal(verify(V1, entry, "proof").integratedTime, undefined);
  });
});

describe("checkLogWindow()", () => {
  const closed = new TestLog({ generation: "v2", validFor: { start: 1000, end: 2000 } });
  const proven = verifyLogEntry(logged(closed, V2), [closed.trusted], FITTING[V2], "proof");

  it("takes one time within the window, ends included", () => {
    for (const times of [[1000], [2000], [1500], [999, 1500, 2001]]) checkLogWindow(proven, times);
  });

  it("refuses times that are all outside", () => {
    for (const times of [[999], [2001], [0, 3000]])
      failsWith("LogKeyOutsideWindow", () => checkLogWindow(proven, times));
  });

  it("has nothing to compare without a time, or where the entry has its own", () => {
    checkLogWindow(proven, []);
    checkLogWindow(verify(V1, logged(v1, V1), "proof"), [-1]);
  });
});
