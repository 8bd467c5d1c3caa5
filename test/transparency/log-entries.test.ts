/** verifyLogEntries() and requireLogs(): what counts, what is passed over, what spoils everything, and how many logs that makes. */
import assert from "node:assert/strict";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { LogEntry } from "../../src/transparency/entry.ts";
import { requireLogs, verifyLogEntries, type VerifiedLogEntries } from "../../src/transparency/log-entries.ts";
import { failsWith } from "../support/failures.ts";
import { TestLog } from "../support/transparency/log.ts";
import { ENVELOPE, logged, signatureOf } from "./fixtures.ts";

const SIGNATURE = signatureOf(ENVELOPE);
const v1 = new TestLog({ generation: "v1" });
const v2 = new TestLog({ generation: "v2", host: "log2025-1.rekor.example" });
const stranger = new TestLog({ generation: "v1" });
const LOGS = [v1.trusted, v2.trusted];

const inV1 = (): LogEntry => logged(v1, "dsse 0.0.1", SIGNATURE);
const inV2 = (): LogEntry => logged(v2, "hashedrekord 0.0.2", SIGNATURE);
const foreign = (): LogEntry => logged(stranger, "dsse 0.0.1", SIGNATURE);
const unread = (): LogEntry => {
  const body = Buffer.from('{"apiVersion":"0.0.9","kind":"dsse","spec":{}}');
  return v1.append({ kind: "dsse", version: "0.0.9" }, body);
};
const borrowed = (): LogEntry => logged(v1, "dsse 0.0.1", { ...SIGNATURE, signature: Buffer.from("another") });

function verify(...entries: readonly LogEntry[]): VerifiedLogEntries {
  return verifyLogEntries(entries, LOGS, SIGNATURE, "proof");
}

describe("verifyLogEntries()", () => {
  it("verifies every entry, in order", () => {
    const { verified, passedOver } = verify(inV1(), inV2(), inV1());
    assert.deepEqual(
      verified.map(({ generation }) => generation),
      ["v1", "v2", "v1"],
    );
    assert.deepEqual(passedOver, []);
  });

  it("gives nothing for nothing", () => assert.deepEqual(verify(), { verified: [], passedOver: [] }));

  it("passes over entries of unknown logs and of kinds that are not read, and keeps the reasons", () => {
    const { verified, passedOver } = verify(foreign(), inV1(), unread());
    assert.equal(verified.length, 1);
    assert.deepEqual(
      passedOver.map(({ code }) => code),
      ["LogUnknown", "LogKindUnsupported"],
    );
  });

  const spoiling: Readonly<Record<string, [FailureCode, LogEntry]>> = {
    "an entry about another signature": ["LogSignatureMismatch", borrowed()],
    "a bad promise": ["SignedEntryTimestampInvalid", { ...inV1(), signedEntryTimestamp: Buffer.of(0) }],
    "a kind that is not the body's": [
      "LogKindMismatch",
      { ...inV1(), kindVersion: { kind: "dsse", version: "0.0.9" } },
    ],
    "a body that cannot be read": ["LogBodyMalformed", { ...inV1(), body: Buffer.of(0) }],
  };
  for (const [name, [code, entry]] of Object.entries(spoiling)) {
    it(`refuses all for ${name}, whatever stands beside it`, () => {
      failsWith(code, () => verify(inV1(), entry));
      failsWith(code, () => verify(entry, inV1(), inV2()));
    });
  }

  it("lets a defect fly", () => {
    const defect = new TypeError("defect");
    const entry = Object.defineProperty(inV1(), "body", {
      get: () => {
        throw defect;
      },
    });
    assert.throws(() => verify(entry), defect);
  });

  it("refuses the same entry of the same log twice, known or not", () => {
    const [one, two] = [inV1(), foreign()];
    failsWith("LogEntryDuplicate", () => verify(one, inV2(), one));
    failsWith("LogEntryDuplicate", () => verify(two, two));
    failsWith("LogEntryDuplicate", () => verify(one, { ...inV2(), keyId: one.keyId, logIndex: one.logIndex }));
  });

  it("takes the same index of two logs", () => {
    const [one, two] = [new TestLog({ generation: "v1" }), new TestLog({ generation: "v2" })];
    const entries = [logged(one, "dsse 0.0.1", SIGNATURE), logged(two, "dsse 0.0.2", SIGNATURE)];
    assert.deepEqual(
      entries.map(({ logIndex }) => logIndex),
      [0n, 0n],
    );
    verifyLogEntries(entries, [one.trusted, two.trusted], SIGNATURE, "proof");
  });

  it("takes 32 entries, and refuses 33 and a hundred thousand without a look at them", () => {
    const entry = inV1();
    const entries = (count: number): LogEntry[] =>
      Array.from({ length: count }, (_, index) => ({ ...foreign(), logIndex: BigInt(index) }));
    assert.equal(verify(...entries(32)).passedOver.length, 32);
    failsWith("LogEntryTooMany", () => verify(...entries(32), entry));
    failsWith("LogEntryTooMany", () => verify(...Array.from({ length: 100_000 }, () => entry)));
  });
});

describe("requireLogs()", () => {
  it("GHSA-9vcr-p3rj-q5q6: counts distinct logs, not entries", () => {
    const [two, same] = [verify(inV1(), inV2()), verify(inV1(), inV1(), inV1())];
    requireLogs(two, 2);
    requireLogs(same, 1);
    failsWith("LogThresholdUnmet", () => requireLogs(same, 2));
    failsWith("LogThresholdUnmet", () => requireLogs(two, 3));
  });

  it("asks for none where none is wanted", () => {
    requireLogs(verify(), 0);
    requireLogs(verify(foreign()), 0);
  });

  it("says why the only entries do not count", () => {
    failsWith("LogEntryMissing", () => requireLogs(verify(), 1));
    failsWith("LogUnknown", () => requireLogs(verify(foreign()), 1));
    failsWith("LogKindUnsupported", () => requireLogs(verify(unread(), foreign()), 1));
    const failure = failsWith("LogThresholdUnmet", () => requireLogs(verify(inV1(), foreign()), 2));
    assert.match(String(failure.cause), /not in the trust root/);
  });
});
