// verifyDigest, and how it joins the verdict of the signatures.
import assert from "node:assert/strict";
import { evaluateRule } from "../../src/policy/evaluate.ts";
import { evaluateWrittenDigest, joinVerdicts } from "../../src/policy/written-digest.ts";
import { compiledRule, IMAGE_DIGEST, KEYS, NOW, UNREAD, candidate, evidence, image } from "./resources.ts";

const TAGGED = image("ghcr.io/acme/app");

describe("policy/written-digest", () => {
  it("fails an image without a digest with NoDigest", () => {
    const verdict = evaluateWrittenDigest(compiledRule(), TAGGED);
    assert.equal(verdict?.outcome, "Fail");
    assert.equal(verdict.findings[0]?.code, "NoDigest");
  });

  it("is undetermined when the image was to be pinned and the registry could not be asked", () => {
    const verdict = evaluateWrittenDigest(compiledRule(), TAGGED, "RegistryUnreachable");
    assert.equal(verdict?.outcome, "Undetermined");
    assert.deepEqual(verdict.causes, ["RegistryUnreachable"]);
    // Nothing of the pod is wrong, so nothing is asked of its author
    assert.deepEqual(
      [verdict.summary, verdict.findings.map(({ reason, hint }) => [reason, hint])],
      [
        "the image could not be pinned",
        [[`Cannot pin "${TAGGED.original}": its registry could not be asked for the digest of the tag`, undefined]],
      ],
    );
  });

  it("has nothing to say about an image with a digest, nor where it is not asked", () => {
    assert.equal(evaluateWrittenDigest(compiledRule(), image("ghcr.io/acme/app", IMAGE_DIGEST)), undefined);
    assert.equal(evaluateWrittenDigest(compiledRule({ verifyDigest: false }), TAGGED), undefined);
  });

  it("joins by AND and keeps every finding", () => {
    const signatures = evaluateRule(compiledRule(), evidence([candidate("x", KEYS.a)]), NOW);
    const digest = evaluateWrittenDigest(compiledRule(), TAGGED);
    assert.ok(digest);
    const joined = joinVerdicts(signatures, digest);
    assert.equal(joined.outcome, "Fail");
    assert.equal(joined.summary, "the image has no digest");
    assert.equal(joined.findings.length, 1);
    const undetermined = evaluateRule(compiledRule(), evidence([], [UNREAD]), NOW);
    assert.deepEqual(joinVerdicts(signatures, undetermined).causes, ["RegistryError"]);
    assert.deepEqual(joinVerdicts(digest, undetermined).causes, []);
  });
});
