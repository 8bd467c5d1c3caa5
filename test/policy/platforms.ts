// An index with manifests of its own, as evidence for the tests of policy/.
import type { VerificationFailure } from "../../src/failure/failure.ts";
import type { CompiledRule } from "../../src/policy/compile.ts";
import { judgeRule, judgeWithoutPlatforms } from "../../src/policy/evaluate.ts";
import type { Candidate } from "../../src/policy/evidence.ts";
import { proveRule, type RuleProof } from "../../src/policy/prove.ts";
import type { PlaceAnswer, RuleVerdict } from "../../src/policy/verdict.ts";
import { REFERENCE } from "./attestations.ts";
import { evidence, IMAGE_DIGEST, NOW, READ } from "./resources.ts";

/** What is attached to the index, and to each of its manifests: candidates, or the one place that answered otherwise. */
export interface IndexEvidence {
  readonly index?: readonly Candidate[];
  readonly places?: readonly PlaceAnswer[];
  readonly platforms: readonly (readonly Candidate[] | PlaceAnswer)[] | VerificationFailure;
}

const ASKED = { image: { reference: REFERENCE, digest: IMAGE_DIGEST }, now: NOW };

/** The verdict as the application comes to it: the manifests are proven where the rule needs them. */
export function onPlatforms(rule: CompiledRule, image: IndexEvidence): RuleVerdict {
  const proof = proofOf(rule, image);
  return judgeWithoutPlatforms(rule, proof, ASKED) ?? judgeRule(rule, withPlatforms(rule, proof, image), ASKED);
}

/** Whether the manifests are looked at. */
export function asksPlatforms(rule: CompiledRule, image: IndexEvidence): boolean {
  return judgeWithoutPlatforms(rule, proofOf(rule, image), ASKED) === undefined;
}

function proofOf(rule: CompiledRule, { index = [], places = [READ] }: IndexEvidence): RuleProof {
  return proveRule(rule, { ...evidence(index, places), kind: "index" }, NOW);
}

function withPlatforms(rule: CompiledRule, proof: RuleProof, { platforms }: IndexEvidence): RuleProof {
  if (platforms instanceof Error) return { ...proof, platforms: { ok: false, failure: platforms } };
  const value = platforms.map((found, i) => {
    const given = "place" in found ? evidence([], [found]) : evidence(found);
    return proveRule(rule, { ...given, level: `platform ${i + 1}` }, NOW);
  });
  return { ...proof, platforms: { ok: true, value } };
}
