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
    const verdict = evaluateWrittenDigest(compiledRule(), TAGGED, { cause: "RegistryUnreachable" });
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

  it("says to try again where the image was to be pinned and now could be, and denies it all the same", () => {
    const verdict = evaluateWrittenDigest(compiledRule(), TAGGED, {});
    assert.deepEqual(
      [verdict?.outcome, verdict?.isTransient, verdict?.summary, verdict?.findings.map(({ code }) => code)],
      ["Fail", true, "the image was not pinned", ["NoDigest"]],
    );
    assert.match(verdict?.findings[0]?.hint ?? "", /^try again: .* write the image with its digest$/);
    assert.equal(evaluateWrittenDigest(compiledRule(), TAGGED)?.isTransient, undefined);
  });

  it("is no reason to try again beside a Fail that stays", () => {
    const pinMissed = evaluateWrittenDigest(compiledRule(), TAGGED, {});
    assert.ok(pinMissed);
    const unsigned = evaluateRule(compiledRule(), evidence([]), NOW);
    assert.deepEqual([unsigned.outcome, joinVerdicts(unsigned, pinMissed).isTransient], ["Fail", undefined]);
    const unread = evaluateRule(compiledRule(), evidence([], [UNREAD]), NOW);
    assert.deepEqual([unread.outcome, joinVerdicts(unread, pinMissed).isTransient], ["Undetermined", true]);
    assert.equal(joinVerdicts(unread, pinMissed).outcome, "Fail");
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
