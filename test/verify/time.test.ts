/** establishTimes(): which times are proven, by how many observers, and none of them in the future. */
import assert from "node:assert/strict";
import { VerificationFailure } from "../../src/failure/failure.ts";
import type { VerifiedEntries, VerifiedTimestamps } from "../../src/verify/evidence.ts";
import type { Requirement, SignerRequirement, Thresholds } from "../../src/verify/requirement.ts";
import { establishTimes } from "../../src/verify/time.ts";
import { failsWith } from "../support/failures.ts";
import { exactly } from "../vectors/requirements.ts";
import { KEYS, NO_WITNESSES, NOW } from "./fixtures.ts";

const SIGNED_AT = NOW - 3_600_000;
const AUTHORITIES = [
  { chain: [], validFor: {}, uri: "https://a.example" },
  { chain: [], validFor: {}, uri: "https://b.example" },
] as const;

/** As if the steps before had verified them. */
interface Given {
  readonly logged?: readonly (number | undefined)[];
  readonly stamped?: readonly (readonly [at: number, authority: 0 | 1])[];
  readonly refused?: readonly VerificationFailure[];
  readonly signer?: SignerRequirement;
  readonly thresholds?: Partial<Thresholds>;
  readonly now?: number;
}

function establish({ logged = [], stamped = [], refused = [], now = NOW, ...more }: Given): readonly unknown[] {
  const entries = logged.map((integratedTime, index) => ({
    logId: String(index),
    validFor: { start: 0, end: NOW },
    ...(integratedTime === undefined ? {} : { integratedTime }),
  }));
  const timestamps = stamped.map(([instant, authority]) => ({ instant, authority: AUTHORITIES[authority] }));
  const requirement: Requirement = {
    signer: more.signer ?? { kind: "key", key: KEYS.p256.key },
    content: { kind: "signature" },
    thresholds: { ...NO_WITNESSES, ...more.thresholds },
  };
  return establishTimes(
    { entries } as unknown as VerifiedEntries,
    { timestamps, refused } as unknown as VerifiedTimestamps,
    requirement,
    now,
  ).times;
}

function byCertificate(insecureUseCurrentTime: boolean): SignerRequirement {
  return { kind: "authority", authorities: [], subject: exactly("x"), insecureUseCurrentTime };
}

describe("establishTimes()", () => {
  it("takes every proven time of logs and timestamp authorities", () => {
    assert.deepEqual(establish({ logged: [SIGNED_AT], stamped: [[SIGNED_AT + 1000, 0]] }), [
      { instant: SIGNED_AT, source: "log" },
      { instant: SIGNED_AT + 1000, source: "timestamp-authority" },
    ]);
  });

  it("asks no time of a key, unless the thresholds do", () => {
    assert.deepEqual(establish({}), []);
    failsWith("TimeMissing", () => establish({ thresholds: { times: 1 } }));
  });

  it("reject list: zero verified times for a certificate", () => {
    failsWith("TimeMissing", () => establish({ signer: byCertificate(false) }));
    establish({ signer: byCertificate(false), logged: [SIGNED_AT] });
  });

  it("reject list: no RFC 3161 time (certificate) (an entry of Rekor v2 proves none)", () => {
    failsWith("TimeMissing", () => establish({ signer: byCertificate(false), logged: [undefined] }));
    establish({ signer: byCertificate(false), logged: [undefined], stamped: [[SIGNED_AT, 0]] });
  });

  it("reject list: current time used without `insecureUseCurrentTime`", () => {
    const [time, ...others] = establish({ signer: byCertificate(true) });
    assert.deepEqual([time, others], [{ instant: NOW, source: "current-time" }, []]);
    failsWith("TimeMissing", () => establish({ signer: byCertificate(false) }));
  });

  it("does not use the current time beside a proven one, nor where a time is asked for", () => {
    assert.deepEqual(establish({ signer: byCertificate(true), logged: [SIGNED_AT] }), [
      { instant: SIGNED_AT, source: "log" },
    ]);
    failsWith("TimeMissing", () => establish({ signer: byCertificate(true), thresholds: { times: 1 } }));
  });

  it("counts observers and not times", () => {
    const two = { times: 2 };
    failsWith("TimeMissing", () =>
      establish({
        stamped: [
          [SIGNED_AT, 0],
          [SIGNED_AT + 1, 0],
        ],
        thresholds: two,
      }),
    );
    establish({
      stamped: [
        [SIGNED_AT, 0],
        [SIGNED_AT, 1],
      ],
      thresholds: two,
    });
    establish({ stamped: [[SIGNED_AT, 0]], logged: [SIGNED_AT], thresholds: two });
  });

  it("gives the reason of a refused time stamp where a time is missing", () => {
    const refused = [new VerificationFailure("TimestampSignatureInvalid", "Cannot verify the time stamp")];
    failsWith("TimestampSignatureInvalid", () => establish({ refused, thresholds: { times: 1 } }));
    establish({ refused, logged: [SIGNED_AT], thresholds: { times: 1 } });
  });

  it("reject list: integratedTime outside leaf validity or in the future (more than a minute ahead of the clock)", () => {
    establish({ logged: [NOW + 60_000] });
    failsWith("TimeInFuture", () => establish({ logged: [NOW + 60_001] }));
  });

  it("reject list: genTime outside chain, TSA window, leaf validity, or future (future)", () => {
    failsWith("TimeInFuture", () => establish({ stamped: [[NOW + 60_001, 0]] }));
    failsWith("TimeInFuture", () => establish({ logged: [SIGNED_AT], stamped: [[NOW + 60_001, 0]] }));
  });

  it("reject list: log window (of an entry without time of its own)", () => {
    const after = NOW + 30_000;
    establish({ logged: [undefined], stamped: [[NOW, 0]] });
    failsWith("LogKeyOutsideWindow", () => establish({ logged: [undefined], stamped: [[after, 0]] }));
  });
});
