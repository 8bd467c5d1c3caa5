/** Promises of Rekor v1: the known bytes of verification-spec §5.2, real promises, and every claim in them changed alone. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../src/crypto/digest.ts";
import { encodeHex } from "../../src/encoding/hex.ts";
import type { Interval } from "../../src/encoding/interval.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { LogEntry } from "../../src/transparency/entry.ts";
import { promisedBytes, verifySignedEntryTimestamp } from "../../src/transparency/signed-entry-timestamp.ts";
import { failsWith } from "../support/failures.ts";
import { TestLog } from "../support/transparency/log.ts";
import { readVectors, VECTORS_ROOT } from "../vectors/check.ts";
import { annotationEntry, bundleEntries, imageLayer, logsOf } from "./real-entries.ts";

const TIME = 1_700_000_000n;
const KIND = { kind: "hashedrekord", version: "0.0.1" };

describe("promisedBytes()", () => {
  it("writes the known 2282 bytes for the entry of containers/image", () => {
    const { annotations } = imageLayer("containers-image/dir-img-cosign-fulcio-rekor-valid/signature-1");
    const entry = annotationEntry(annotations["dev.sigstore.cosign/bundle"] ?? assert.fail());
    assert.deepEqual([entry.integratedTime, entry.logIndex], [1_674_247_893n, 11_605_770n]);
    const bytes = promisedBytes(entry, 1_674_247_893n);
    assert.equal(bytes.length, 2282);
    assert.equal(encodeHex(sha256(bytes)), "c7fbbb980db13823e09a622d609df5bf5d359930c24f3ab5b7ea3c6544923763");
  });

  it("writes the known bytes for the entry of kubewarden", () => {
    const [entry = assert.fail()] = bundleEntries(
      readFileSync(join(VECTORS_ROOT, "sigstore-rs/bundle_v03/bundle_v03.json"), "utf8"),
    );
    assert.deepEqual([entry.integratedTime, entry.logIndex], [1_775_719_409n, 1_261_105_807n]);
    assert.equal(
      encodeHex(sha256(promisedBytes(entry, 1_775_719_409n))),
      "1ddc083a7b027f04adef5a1bf341938a2e6094bdb258628bd550e04f052e2c10",
    );
  });
});

describe("verifySignedEntryTimestamp() on the real promises", () => {
  for (const vector of readVectors().filter(({ kind }) => kind === "rekor-set")) {
    it(`${vector.expect}s ${vector.id}: ${vector.reason}`, () => {
      const entry = annotationEntry(readFileSync(join(VECTORS_ROOT, vector.path)));
      const log = logsOf(vector).find(({ keyId }) => encodeHex(keyId) === encodeHex(entry.keyId));
      assert.equal(log === undefined, vector.expect === "reject");
      if (log === undefined) return;
      const instant = verifySignedEntryTimestamp(entry, entry.signedEntryTimestamp ?? assert.fail(), log);
      assert.equal(instant, Number(entry.integratedTime) * 1000);
    });
  }
});

describe("verifySignedEntryTimestamp()", () => {
  const log = new TestLog({ generation: "v1", shardOffset: 90n });
  const entry = log.append(KIND, Buffer.from("body"), TIME);
  const promise = entry.signedEntryTimestamp ?? assert.fail();

  /** The promise over the entry as it is, with its own log or one of another window. */
  function verify(change: Partial<LogEntry> = {}, validFor: Interval = { start: 0 }): number {
    return verifySignedEntryTimestamp({ ...entry, ...change }, promise, { ...log.trusted, validFor });
  }

  it("gives the integrated time in milliseconds", () => assert.equal(verify(), 1_700_000_000_000));

  const invalid: Readonly<Record<string, Partial<LogEntry>>> = {
    "another body": { body: Buffer.from("bodx") },
    "an empty body": { body: new Uint8Array() },
    "the second after": { integratedTime: TIME + 1n },
    "the second before": { integratedTime: TIME - 1n },
    "another index": { logIndex: 91n },
    "the index in its shard": { logIndex: 0n },
    "another log": { keyId: entry.keyId.map((byte) => byte ^ 1) },
  };
  for (const [name, change] of Object.entries(invalid)) {
    it(`refuses a promise about ${name}`, () => void failsWith("SignedEntryTimestampInvalid", () => verify(change)));
  }

  const broken: Readonly<Record<string, Uint8Array>> = {
    "an empty signature": new Uint8Array(),
    "a signature with a byte behind it": Buffer.concat([promise, Buffer.of(0)]),
    "a cut signature": promise.subarray(0, -1),
    "one bit of the signature": promise.map((byte, at) => (at === promise.length - 1 ? byte ^ 1 : byte)),
    "the signature of another log": new TestLog({ generation: "v1" }).promise({ ...entry, integratedTime: TIME }),
  };
  for (const [name, timestamp] of Object.entries(broken)) {
    it(`refuses ${name}`, () => {
      failsWith("SignedEntryTimestampInvalid", () => verifySignedEntryTimestamp(entry, timestamp, log.trusted));
    });
  }

  const claims: Readonly<Record<string, [FailureCode, LogEntry["integratedTime"]]>> = {
    "no time": ["IntegratedTimeMissing", undefined],
    "a negative time": ["IntegratedTimeOutOfRange", -1n],
    "a time beyond the year 9999": ["IntegratedTimeOutOfRange", 253_402_300_800n],
    "a time beyond 2^53": ["IntegratedTimeOutOfRange", 9_007_199_254_740_993n],
  };
  for (const [name, [code, integratedTime]] of Object.entries(claims)) {
    it(`refuses ${name}, even signed`, () => {
      const signed = log.promise({ ...entry, integratedTime: integratedTime ?? 0n });
      const { integratedTime: _, ...rest } = entry;
      const claimed = integratedTime === undefined ? rest : { ...rest, integratedTime };
      failsWith(code, () => verifySignedEntryTimestamp(claimed, signed, log.trusted));
    });
  }

  it("takes the first and the last second of the range", () => {
    for (const integratedTime of [0n, 253_402_300_799n]) {
      const timestamp = log.promise({ ...entry, integratedTime });
      const instant = verifySignedEntryTimestamp({ ...entry, integratedTime }, timestamp, log.trusted);
      assert.equal(instant, Number(integratedTime) * 1000);
    }
  });

  const at = Number(TIME) * 1000;
  it("takes a time on both ends of the log's window", () => {
    assert.equal(verify({}, { start: at, end: at }), at);
    assert.equal(verify({}, { start: at }), at);
  });

  it("refuses a time a millisecond outside the log's window", () => {
    failsWith("LogKeyOutsideWindow", () => verify({}, { start: at + 1 }));
    failsWith("LogKeyOutsideWindow", () => verify({}, { start: 0, end: at - 1 }));
  });
});
