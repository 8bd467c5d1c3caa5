/** Several authorities and several tokens: whose word it is, and how often it counts (verification-spec §6). */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { TimestampAuthority } from "../../src/timestamp/authority.ts";
import { countAuthorities, verifyTimestamp, verifyTimestamps } from "../../src/timestamp/timestamp.ts";
import { failsWith } from "../support/failures.ts";
import { STAMPED_AT, TestTimestampAuthority } from "../support/timestamp/authority.ts";
import { testKey } from "../support/x509/key.ts";
import { authority, SIGNATURE } from "./fixtures.ts";

const DAY = 86_400_000;

describe("several authorities", () => {
  const first = new TestTimestampAuthority({ signer: { serialNumber: 41, key: testKey("P-256", "first") } });
  const second = new TestTimestampAuthority({ signer: { serialNumber: 42, key: testKey("P-256", "second") } });
  const until = (end: number, { trusted }: TestTimestampAuthority): TimestampAuthority => ({
    ...trusted,
    validFor: { end },
  });

  it("are told apart by the serial number, whatever their order", () => {
    for (const trusted of [
      [first.trusted, second.trusted],
      [second.trusted, first.trusted],
    ]) {
      const verified = verifyTimestamp(second.stamp(SIGNATURE), SIGNATURE, trusted);
      assert.equal(verified.authority, second.trusted);
    }
  });

  it("do not lend each other their windows", () => {
    const closed = until(STAMPED_AT - DAY, first);
    for (const trusted of [
      [closed, second.trusted],
      [second.trusted, closed],
    ]) {
      failsWith("CertificateAuthorityOutsideWindow", () => verifyTimestamp(first.stamp(SIGNATURE), SIGNATURE, trusted));
    }
  });

  it("do not lend each other their chains", () => {
    const stranger = new TestTimestampAuthority({
      root: { key: testKey("P-256", "stranger root") },
      intermediate: { key: testKey("P-256", "stranger intermediate") },
    });
    const mixed: TimestampAuthority = { ...stranger.trustedWithoutSigner, signer: first.signer.parsed };
    failsWith("CertificateIssuerUnknown", () => verifyTimestamp(first.stamp(SIGNATURE), SIGNATURE, [mixed]));
  });

  it("may hold the same signer in two windows; each is asked, and the first gives the reason", () => {
    const [early, late] = [until(STAMPED_AT - DAY, first), { ...first.trusted, validFor: { start: STAMPED_AT } }];
    assert.equal(verifyTimestamp(first.stamp(SIGNATURE), SIGNATURE, [early, late]).authority, late);
    const { message } = failsWith("CertificateAuthorityOutsideWindow", () =>
      verifyTimestamp(first.stamp(SIGNATURE), SIGNATURE, [early, until(STAMPED_AT - 1, first)]),
    );
    assert.match(message, /2026-01-15/);
  });
});

describe("verifyTimestamps()", () => {
  const other = new TestTimestampAuthority({ uri: "https://other.example", signer: { serialNumber: 50 } });
  const trusted = [authority.trusted, other.trusted];
  const foreign = new TestTimestampAuthority({ signer: { serialNumber: 51 } });
  const token = authority.stamp(SIGNATURE);

  it("counts those that verify, and keeps the reasons of the others", () => {
    const tokens = [
      foreign.stamp(SIGNATURE),
      token,
      encodeUtf8("no token"),
      authority.stamp(encodeUtf8("another signature")),
      other.stamp(SIGNATURE),
    ];
    const { verified, refused } = verifyTimestamps(tokens, SIGNATURE, trusted);
    assert.deepEqual(
      verified.map(({ authority: by }) => by),
      trusted,
    );
    assert.deepEqual(
      refused.map(({ code }) => code),
      ["TimestampAuthorityUnknown", "TimestampMalformed", "TimestampImprintMismatch"],
    );
    assert.equal(countAuthorities(verified), 2);
  });

  it("counts a token once, however often and in whatever dress it comes", () => {
    const dressed = authority.stamp(SIGNATURE, { certificates: [authority.signer.der] });
    const { verified, refused } = verifyTimestamps([token, token, dressed, token], SIGNATURE, trusted);
    assert.equal(verified.length, 1);
    assert.deepEqual(refused, []);
  });

  it("keeps each time of one authority, which stays one authority", () => {
    const own = new TestTimestampAuthority();
    const early = own.stamp(SIGNATURE);
    own.now += 1000;
    const { verified } = verifyTimestamps([early, own.stamp(SIGNATURE)], SIGNATURE, [own.trusted]);
    assert.deepEqual(
      verified.map(({ instant }) => instant - STAMPED_AT),
      [0, 1000],
    );
    assert.equal(countAuthorities(verified), 1);
  });

  it("counts entries of a trust root as one authority only under one address", () => {
    const { verified } = verifyTimestamps([token, other.stamp(SIGNATURE)], SIGNATURE, trusted);
    const count = (uris: readonly (string | undefined)[]): number =>
      countAuthorities(
        verified.map((timestamp, index) => {
          const { uri: _, ...entry } = timestamp.authority;
          const uri = uris[index];
          return { ...timestamp, authority: uri === undefined ? entry : { ...entry, uri } };
        }),
      );
    assert.equal(count(["https://a.example", "https://a.example"]), 1);
    assert.equal(count(["https://a.example", "https://b.example"]), 2);
    assert.equal(count(["https://a.example", undefined]), 2);
    assert.equal(count([undefined, undefined]), 2);
  });

  it("takes 32 tokens and none, and refuses reject list: TSA: > 32", () => {
    const junk = Array.from({ length: 31 }, () => new Uint8Array());
    const { verified, refused } = verifyTimestamps([...junk, token], SIGNATURE, trusted);
    assert.equal(verified.length, 1);
    assert.equal(refused.length, 31);
    assert.deepEqual(verifyTimestamps([], SIGNATURE, trusted), { verified: [], refused: [] });
    failsWith("TooManyTimestamps", () => verifyTimestamps([...junk, token, token], SIGNATURE, trusted));
  });
});
