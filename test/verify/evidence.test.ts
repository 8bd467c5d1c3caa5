// Two signatures count twice only when two principals made them: equal lines exactly for equal principals.
import assert from "node:assert/strict";
import { formatPrincipal, type Principal } from "../../src/verify/evidence.ts";

const PRINCIPALS: readonly Principal[] = [
  { kind: "key", keyId: "ab" },
  { kind: "key", keyId: "cd" },
  { kind: "pinned-leaf", keyId: "ab" },
  { kind: "keyless", issuer: "a", subject: "b" },
  { kind: "keyless", issuer: "b", subject: "a" },
  { kind: "keyless", issuer: 'a","b', subject: "" },
  { kind: "keyless", issuer: "a", subject: 'b"]' },
  { kind: "keyless", issuer: "", subject: "ab" },
  { kind: "keyless", issuer: "ab", subject: "" },
  { kind: "authority", authority: "a", subject: "b" },
  { kind: "authority", authority: "ab", subject: "" },
];

describe("formatPrincipal()", () => {
  it("is one line, and another for every other principal", () => {
    const lines = PRINCIPALS.map(formatPrincipal);
    assert.equal(new Set(lines).size, PRINCIPALS.length);
    for (const line of lines) assert.doesNotMatch(line, /\n/);
  });

  it("is the same for the same principal", () => {
    for (const principal of PRINCIPALS) assert.equal(formatPrincipal({ ...principal }), formatPrincipal(principal));
  });
});
