/** What expressions see of a signer: proven facts, and empty text for what does not apply. */
import assert from "node:assert/strict";
import { parseCel } from "../../src/policy/cel/program.ts";
import { signerFacts } from "../../src/policy/facts.ts";
import type { VerifiedEntity } from "../../src/verify/evidence.ts";

const SINCE = Date.UTC(2026, 0, 1);

function holds(expression: string, entity: object): boolean {
  const result = parseCel(expression, ["signer"]);
  assert.ok(result.ok);
  const signer = signerFacts({ party: "p", entry: "e" }, entity as unknown as VerifiedEntity);
  const outcome = result.program.evaluate({ signer });
  assert.equal(outcome.kind, "bool", JSON.stringify(outcome));
  return outcome.kind === "bool" && outcome.value;
}

describe("signerFacts()", () => {
  const identity = { extensions: new Map([["buildTrigger", "push"]]) };
  const rows: Readonly<Record<string, [string, object]>> = {
    "a key": [
      "signer.kind == 'key' && signer.keyID == 'k' && signer.subject == ''",
      { principal: { kind: "key", keyId: "k" }, times: [] },
    ],
    "an identity with its extensions": [
      "signer.kind == 'keyless' && signer.issuer == 'i' && signer.subject == 's' && signer.keyID == '' && signer.extensions.buildTrigger == 'push' && !has(signer.extensions.tokenSubject)",
      { principal: { kind: "keyless", issuer: "i", subject: "s" }, identity, times: [] },
    ],
    "a certificate of a private CA": [
      "signer.kind == 'certificate' && signer.subject == 's' && signer.issuer == ''",
      { principal: { kind: "authority", authority: "a", subject: "s" }, times: [] },
    ],
    "a pinned certificate": [
      "signer.kind == 'certificate' && signer.keyID == 'k'",
      { principal: { kind: "pinned-leaf", keyId: "k" }, times: [] },
    ],
    "the earliest proven time": [
      "signer.time == timestamp('2026-01-01T00:00:00Z')",
      {
        principal: { kind: "key", keyId: "k" },
        times: [
          { instant: SINCE + 5, source: "log" },
          { instant: SINCE, source: "timestamp-authority" },
        ],
      },
    ],
    "no time where none is proven": [
      "!has(signer.time)",
      { principal: { kind: "key", keyId: "k" }, times: [{ instant: SINCE, source: "current-time" }] },
    ],
  };
  for (const [name, [expression, entity]] of Object.entries(rows)) {
    it(`tell ${name}`, () => assert.equal(holds(expression, entity), true));
  }
});
