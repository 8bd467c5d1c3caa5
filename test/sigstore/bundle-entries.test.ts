/** Log entries and time stamps of a bundle: what each version asks of every entry, and what is handed out. */
import assert from "node:assert/strict";
import { encodeBase64 } from "../../src/encoding/base64.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { failsWith } from "../support/failures.ts";
import { logEntry } from "../verify/fixtures.ts";
import { parseAny, withEntry, withMaterial, withProof } from "./bundles.ts";

const SOME = encodeUtf8("some bytes");
const stamp = { signedTimestamp: encodeBase64(SOME) };

function entries(count: number): unknown[] {
  return Array.from({ length: count }, (_, index) => ({ ...logEntry(), logIndex: `${index}` }));
}

function withStamps(rfc3161Timestamps: unknown): Uint8Array {
  return withMaterial({ timestampVerificationData: { rfc3161Timestamps } });
}

describe("readLogEntries()", () => {
  it("hands out every member of an entry, decoded", () => {
    const [entry] = parseAny(withEntry({})).logEntries;
    assert.deepEqual(entry, {
      keyId: Buffer.from(SOME),
      kindVersion: { kind: "dsse", version: "0.0.1" },
      body: Buffer.from(SOME),
      logIndex: 7n,
      integratedTime: 1_700_000_000n,
      signedEntryTimestamp: Buffer.from(SOME),
      inclusionProof: {
        logIndex: 7n,
        treeSize: 9n,
        rootHash: Buffer.from(SOME),
        hashes: [Buffer.from(SOME)],
        checkpoint: "log",
      },
    });
  });

  it("takes absent, null and zero for one", () => {
    for (const zero of [undefined, null, "0", 0]) {
      const change = { logIndex: zero, integratedTime: zero, inclusionPromise: undefined };
      const [entry] = parseAny(withEntry(change)).logEntries;
      assert.equal(entry?.logIndex, 0n);
      assert.ok(!("integratedTime" in entry) && !("signedEntryTimestamp" in entry));
    }
    assert.deepEqual(parseAny(withProof({ hashes: null })).logEntries[0]?.inclusionProof?.hashes, []);
  });

  it("keeps integers of 64 bits", () => {
    const [entry] = parseAny(withEntry({ logIndex: "9223372036854775807" })).logEntries;
    assert.equal(entry?.logIndex, 9223372036854775807n);
  });

  const accepted: Readonly<Record<string, Uint8Array>> = {
    "an entry of version 0.1 with a promise alone": withEntry({ inclusionProof: undefined }, "0.1"),
    "an entry of version 0.1 with a null proof": withEntry({ inclusionProof: null }, "0.1"),
    "an entry of version 0.1 with promise and proof": withEntry({}, "0.1"),
    "an entry of version 0.2 without promise": withEntry({ inclusionPromise: undefined }, "0.2"),
    "an entry of version 0.3 without promise": withEntry({ inclusionPromise: null }),
    "32 entries": withMaterial({ tlogEntries: entries(32) }),
    "one index in two logs": withMaterial({ tlogEntries: [logEntry(), { ...logEntry(), logId: { keyId: "AAEC" } }] }),
    "64 hashes": withProof({ hashes: Array.from({ length: 64 }, () => "AAAA") }),
  };
  for (const [name, bytes] of Object.entries(accepted)) it(`accepts ${name}`, () => void parseAny(bytes));

  const bare = { ...logEntry(), logIndex: "8", inclusionProof: undefined };
  const noPromise = { ...logEntry(), logIndex: "8", inclusionPromise: undefined };
  const refused: Readonly<Record<string, [FailureCode, Uint8Array]>> = {
    "33 log entries": ["BundleTooManyEntries", withMaterial({ tlogEntries: entries(33) })],
    "an entry of version 0.1 without promise": ["BundlePromiseMissing", withEntry({ inclusionPromise: null }, "0.1")],
    "a good entry of version 0.1 before one without promise": [
      "BundlePromiseMissing",
      withMaterial({ tlogEntries: [logEntry(), noPromise] }, "0.1"),
    ],
    "an entry of version 0.2 without proof": ["BundleProofMissing", withEntry({ inclusionProof: undefined }, "0.2")],
    "a good entry of version 0.2 before one with a promise alone": [
      "BundleProofMissing",
      withMaterial({ tlogEntries: [logEntry(), bare] }, "0.2"),
    ],
    "an entry of version 0.3 without proof": ["BundleProofMissing", withEntry({ inclusionProof: null })],
    "a good entry of version 0.3 before one without proof": [
      "BundleProofMissing",
      withMaterial({ tlogEntries: [logEntry(), bare] }),
    ],
    "a proof of version 0.1 without checkpoint": ["BundleCheckpointMissing", withProof({ checkpoint: null }, "0.1")],
    "a proof of version 0.2 without checkpoint": ["BundleCheckpointMissing", withProof({ checkpoint: null }, "0.2")],
    "a proof of version 0.3 without checkpoint": ["BundleCheckpointMissing", withProof({ checkpoint: undefined })],
    "a checkpoint without text": ["BundleCheckpointMissing", withProof({ checkpoint: {} })],
    "a checkpoint of empty text": ["BundleCheckpointMissing", withProof({ checkpoint: { envelope: "" } })],
    "an empty promise": ["BundleMalformed", withEntry({ inclusionPromise: {} })],
    "a promise that is not base64": ["BundleMalformed", withEntry({ inclusionPromise: { signedEntryTimestamp: "?" } })],
    "a negative index": ["BundleMalformed", withEntry({ logIndex: "-1" })],
    "a negative time": ["BundleMalformed", withEntry({ integratedTime: "-1" })],
    "a negative index of the proof": ["BundleMalformed", withProof({ logIndex: "-1" })],
    "a negative size": ["BundleMalformed", withProof({ treeSize: -1 })],
    "an index in hex": ["BundleMalformed", withEntry({ logIndex: "0x10" })],
    "an index with an exponent": ["BundleMalformed", withEntry({ logIndex: "1e3" })],
    "an index with white space": ["BundleMalformed", withEntry({ logIndex: " 12" })],
    "an index with a leading zero": ["BundleMalformed", withEntry({ logIndex: "012" })],
    "an index that is a fraction": ["BundleMalformed", withEntry({ logIndex: 1.5 })],
    "a tree size beyond 64 bits": ["BundleMalformed", withProof({ treeSize: "9223372036854775808" })],
    "65 hashes": ["BundleMalformed", withProof({ hashes: Array.from({ length: 65 }, () => "AAAA") })],
    "a hash that is not base64": ["BundleMalformed", withProof({ hashes: ["*"] })],
    "an empty hash": ["BundleMalformed", withProof({ hashes: [""] })],
    "a proof without root": ["BundleMalformed", withProof({ rootHash: undefined })],
    "an entry without body": ["BundleMalformed", withEntry({ canonicalizedBody: undefined })],
    "an entry with an empty body": ["BundleMalformed", withEntry({ canonicalizedBody: "" })],
    "a body of more than 4 MiB": ["BundleMalformed", withEntry({ canonicalizedBody: "AAAA".repeat(1_398_102) })],
    "an entry without log id": ["BundleMalformed", withEntry({ logId: undefined })],
    "an entry without kind": ["BundleMalformed", withEntry({ kindVersion: undefined })],
    "an entry without version of its kind": ["BundleMalformed", withEntry({ kindVersion: { kind: "dsse" } })],
    "an entry that is null": ["BundleMalformed", withMaterial({ tlogEntries: [null] })],
    "entries that are an object": ["BundleMalformed", withMaterial({ tlogEntries: {} })],
  };
  for (const [name, [code, bytes]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => parseAny(bytes)));
  }

  it("reject list: negative index", () =>
    void failsWith("BundleMalformed", () => parseAny(withEntry({ logIndex: "-1" }))));

  it("reject list: > 32", () => {
    failsWith("BundleTooManyEntries", () => parseAny(withMaterial({ tlogEntries: entries(33) })));
    failsWith("BundleTooManyEntries", () => parseAny(withStamps(Array.from({ length: 33 }, () => stamp))));
  });
});

describe("readTimestamps()", () => {
  it("hands out every token, decoded and in order", () => {
    const { timestamps } = parseAny(withStamps([stamp, { signedTimestamp: "AAEC" }]));
    assert.deepEqual(timestamps, [Buffer.from(SOME), Buffer.of(0, 1, 2)]);
  });

  it("hands out none where there is none", () => {
    for (const data of [undefined, null, {}, { rfc3161Timestamps: null }, { rfc3161Timestamps: [] }]) {
      assert.deepEqual(parseAny(withMaterial({ timestampVerificationData: data })).timestamps, []);
    }
    assert.equal(parseAny(withStamps(Array.from({ length: 32 }, () => stamp))).timestamps.length, 32);
  });

  const refused: Readonly<Record<string, [FailureCode, Uint8Array]>> = {
    "33 time stamps": ["BundleTooManyEntries", withStamps(Array.from({ length: 33 }, () => stamp))],
    "an empty time stamp": ["BundleMalformed", withStamps([{ signedTimestamp: "" }])],
    "a time stamp without bytes": ["BundleMalformed", withStamps([{}])],
    "a time stamp that is text": ["BundleMalformed", withStamps(["AAEC"])],
  };
  for (const [name, [code, bytes]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => parseAny(bytes)));
  }
});
