// verifyDigest, and how it joins the verdict of the signatures.
import assert from "node:assert/strict";
import { compilePolicy, type CompiledRule } from "../../src/policy/compile.ts";
import { evaluateRule } from "../../src/policy/evaluate.ts";
import { evaluateWrittenDigest, joinVerdicts } from "../../src/policy/written-digest.ts";
import { IMAGE_DIGEST, KEYS, NOW, UNREAD, candidate, evidence, image, policy, rule, type Json } from "./resources.ts";

function compiled(more: Json = {}): CompiledRule {
  const [first] = compilePolicy(policy({ verifyImages: [rule(more)] })).rules;
  assert.ok(first);
  return first;
}

const TAGGED = image("ghcr.io/acme/app");

describe("policy/written-digest", () => {
  it("fails an image without a digest with NoDigest", () => {
    const verdict = evaluateWrittenDigest(compiled(), TAGGED);
    assert.equal(verdict?.outcome, "Fail");
    assert.equal(verdict.findings[0]?.code, "NoDigest");
  });

  it("is undetermined when the image was to be pinned and the registry could not be asked", () => {
    const verdict = evaluateWrittenDigest(compiled(), TAGGED, "RegistryUnreachable");
    assert.equal(verdict?.outcome, "Undetermined");
    assert.deepEqual(verdict.causes, ["RegistryUnreachable"]);
  });

  it("has nothing to say about an image with a digest, nor where it is not asked", () => {
    assert.equal(evaluateWrittenDigest(compiled(), image("ghcr.io/acme/app", IMAGE_DIGEST)), undefined);
    assert.equal(evaluateWrittenDigest(compiled({ verifyDigest: false }), TAGGED), undefined);
  });

  it("joins by AND and keeps every finding", () => {
    const signatures = evaluateRule(compiled(), evidence([candidate("x", KEYS.a)]), NOW);
    const digest = evaluateWrittenDigest(compiled(), TAGGED);
    assert.ok(digest);
    const joined = joinVerdicts(signatures, digest);
    assert.equal(joined.outcome, "Fail");
    assert.equal(joined.summary, "the image has no digest");
    assert.equal(joined.findings.length, 1);
    const undetermined = evaluateRule(compiled(), evidence([], [UNREAD]), NOW);
    assert.deepEqual(joinVerdicts(signatures, undetermined).causes, ["RegistryError"]);
    assert.deepEqual(joinVerdicts(digest, undetermined).causes, []);
  });
});
