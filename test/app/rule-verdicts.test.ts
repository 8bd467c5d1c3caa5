// Verdicts without evidence, and what a registry does as a value.
import assert from "node:assert/strict";
import { looked, needsRegistry, unresolved, unsigned } from "../../src/app/rule-verdicts.ts";
import { VerificationFailure } from "../../src/failure/failure.ts";
import { parseImageReference } from "../../src/oci/reference.ts";
import type { CompiledRule } from "../../src/policy/compile.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import type { Members } from "../support/reviews.ts";
import { DIGEST_ONLY, makePolicy } from "./fixtures.ts";

const TAGGED = parseImageReference("registry.local/acme/web:1");
const PINNED = parseImageReference(`registry.local/acme/web@sha256:${"1".repeat(64)}`);
const DOWN = new UnavailableError("RegistryUnreachable", "registry.local cannot be reached");

function ruleOf(rule: Members): CompiledRule {
  const [compiled] = makePolicy({ rule }).rules;
  assert.ok(compiled);
  return compiled;
}

describe("rule-verdicts", () => {
  it("needs the registry for evidence, and to pin a tag", () => {
    const pinning = ruleOf({ attestors: undefined, mutateDigest: true });
    assert.deepEqual([needsRegistry(pinning, TAGGED), needsRegistry(pinning, PINNED)], [true, false]);
    assert.equal(needsRegistry(ruleOf(DIGEST_ONLY), TAGGED), false);
    assert.equal(needsRegistry(ruleOf({}), PINNED), true);
  });

  it("passes no rule that asks for evidence", () => {
    assert.throws(() => unsigned(ruleOf({}), PINNED), /asks for evidence/);
    assert.equal(unsigned(ruleOf(DIGEST_ONLY), PINNED).outcome, "Pass");
    assert.equal(unsigned(ruleOf(DIGEST_ONLY), TAGGED).outcome, "Fail");
  });

  it("says of an image that could not be looked at whose fault that is", () => {
    const refused = new VerificationFailure("ManifestNotFound", "no such tag");
    assert.equal(unresolved(ruleOf({}), PINNED, refused, true).outcome, "Fail");
    assert.deepEqual(unresolved(ruleOf({}), PINNED, DOWN, true).causes, ["RegistryUnreachable"]);
    assert.equal(unresolved(ruleOf(DIGEST_ONLY), TAGGED, DOWN, true).outcome, "Undetermined");
    assert.equal(unresolved(ruleOf(DIGEST_ONLY), TAGGED, DOWN, false).outcome, "Fail");
  });

  it("does not tell of a missing digest beside the reason for which there is none", () => {
    const refused = new VerificationFailure("RegistryUnauthorized", "the registry answers 401");
    const codes = (error: typeof refused | typeof DOWN, isPinWanted: boolean): readonly string[] => {
      const { outcome, findings } = unresolved(ruleOf({}), TAGGED, error, isPinWanted);
      return [outcome, ...findings.map(({ code }) => code)];
    };
    assert.deepEqual(codes(refused, true), ["Fail", "RegistryUnauthorized"]);
    assert.deepEqual(codes(DOWN, true), ["Undetermined", "RegistryUnreachable"]);
    // Whoever asks for a digest and pins none wants it of the author
    assert.deepEqual(codes(refused, false), ["Fail", "RegistryUnauthorized", "NoDigest"]);
    assert.deepEqual(codes(DOWN, false), ["Fail", "RegistryUnreachable", "NoDigest"]);
  });

  it("makes a value of what a registry does, and of nothing else", async () => {
    assert.deepEqual(await looked(Promise.resolve(1)), { ok: true, value: 1 });
    assert.deepEqual(await looked(Promise.reject(DOWN)), { ok: false, error: DOWN });
    await assert.rejects(looked(Promise.reject(new TypeError("a bug"))), TypeError);
  });
});
