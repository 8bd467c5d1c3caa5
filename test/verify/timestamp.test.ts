/** verifyObserverTimestamps(): what a time stamp must be over, and how many authorities must speak. */
import assert from "node:assert/strict";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { SignedContent } from "../../src/verify/entity.ts";
import type { VerifiedContent, VerifiedTimestamps } from "../../src/verify/evidence.ts";
import type { Requirement } from "../../src/verify/requirement.ts";
import { verifyObserverTimestamps } from "../../src/verify/timestamp.ts";
import { failsWith } from "../support/failures.ts";
import { STAMPED_AT, TestTimestampAuthority } from "../support/timestamp/authority.ts";
import { json, KEYS, NO_WITNESSES, statement } from "./fixtures.ts";

const SIGNATURE = Buffer.from("the bytes of a signature");
const ENVELOPE = json({ payload: "…" });
const tsa = new TestTimestampAuthority();
const other = new TestTimestampAuthority({ uri: "https://other.example", signer: { serialNumber: 9 } });

interface Given {
  readonly content?: SignedContent;
  readonly timestamps: readonly Uint8Array[];
  readonly wanted?: number;
  readonly authorities?: readonly TestTimestampAuthority[];
}

function verify({
  content = { kind: "message" },
  timestamps,
  wanted = 1,
  authorities = [tsa, other],
}: Given): VerifiedTimestamps {
  const requirement: Requirement = {
    signer: { kind: "key", key: KEYS.p256.key },
    content: { kind: "any" },
    trust: {
      certificateAuthorities: [],
      timestampAuthorities: authorities.map(({ trusted }) => trusted),
      logs: [],
      ctLogs: [],
      hash: "",
      warnings: [],
    },
    thresholds: { ...NO_WITNESSES, timestamps: wanted },
  };
  const entity = { content, signature: SIGNATURE, timestamps };
  return verifyObserverTimestamps({ entity } as unknown as VerifiedContent, requirement);
}

describe("verifyObserverTimestamps()", () => {
  it("takes a time stamp over the raw signature", () => {
    const { timestamps } = verify({ timestamps: [tsa.stamp(SIGNATURE)] });
    assert.deepEqual(
      timestamps.map(({ instant }) => instant),
      [STAMPED_AT],
    );
  });

  it("wants one over the whole envelope of a legacy attestation, and over the signature of any other", () => {
    const dsse: SignedContent = {
      kind: "dsse",
      payloadType: "application/vnd.in-toto+json",
      payload: json(statement()),
    };
    const legacy: SignedContent = { ...dsse, envelope: ENVELOPE };
    verify({ content: dsse, timestamps: [tsa.stamp(SIGNATURE)] });
    verify({ content: legacy, timestamps: [tsa.stamp(ENVELOPE)] });
    failsWith("TimestampImprintMismatch", () => verify({ content: legacy, timestamps: [tsa.stamp(SIGNATURE)] }));
    failsWith("TimestampImprintMismatch", () => verify({ content: dsse, timestamps: [tsa.stamp(ENVELOPE)] }));
  });

  const tooFew: Readonly<Record<string, [FailureCode, Given]>> = {
    "reject list: TSA: none when required": ["TimestampMissing", { timestamps: [] }],
    "one authority where two are asked for": [
      "TimestampMissing",
      { timestamps: [tsa.stamp(SIGNATURE), tsa.stamp(SIGNATURE, { hash: "sha384" })], wanted: 2 },
    ],
    "an authority that the trust root does not hold": [
      "TimestampAuthorityUnknown",
      { timestamps: [other.stamp(SIGNATURE)], authorities: [tsa] },
    ],
    "a token that does not hold, with its own reason": [
      "TimestampImprintMismatch",
      { timestamps: [tsa.stamp(Buffer.from("another signature"))] },
    ],
  };
  for (const [name, [code, given]] of Object.entries(tooFew)) {
    it(`refuses ${name}`, () => void failsWith(code, () => verify(given)));
  }

  it("passes over what does not hold where none is asked for, and keeps the reason", () => {
    const { timestamps, refused } = verify({ timestamps: [Buffer.of(1), tsa.stamp(SIGNATURE)], wanted: 0 });
    assert.equal(timestamps.length, 1);
    assert.deepEqual(
      refused.map(({ code }) => code),
      ["TimestampMalformed"],
    );
  });

  it("takes two authorities for two", () => {
    verify({ timestamps: [tsa.stamp(SIGNATURE), other.stamp(SIGNATURE)], wanted: 2 });
  });
});
