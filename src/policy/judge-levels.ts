/**
 * Which digest carries the evidence (policy-api.md §2.3 `platforms`): the index that a pod names, each of its manifests, or
 * either. Each set and each attestation is judged at a level as if that were the image, and the levels are joined: AND over
 * the manifests, OR between them and the index.
 */
import type { AttestationResult } from "./judge-attestation.ts";
import type { SetResult } from "./judge-set.ts";
import { failureFinding, type RuleProof } from "./prove.ts";
import type { Platforms } from "./types.ts";
import { allOf, anyOf, type Finding, type Outcome, type PlaceAnswer } from "./verdict.ts";

/** What is judged at a level. */
type Part = SetResult | AttestationResult;

export interface Levelled<T> {
  readonly outcome: Outcome;
  /** What each level says that bears on the outcome. */
  readonly parts: readonly { readonly level: RuleProof; readonly part: T }[];
  /** Why the manifests of the index cannot be told. */
  readonly findings: readonly Finding[];
}

export function judgeLevels<T extends Part>(
  platforms: Platforms,
  proof: RuleProof,
  judge: (level: RuleProof) => T,
): Levelled<T> {
  if (platforms === "EachPlatform" && proof.kind === "index") return judgeEach(proof, judge);
  const part = judge(proof);
  const own = { outcome: part.outcome, parts: [{ level: proof, part }], findings: [] };
  if (platforms !== "IndexOrEachPlatform" || proof.kind !== "index" || own.outcome === "Pass") return own;
  // The index passed alone, once: what is left of it here is that the steps of another request are spent.
  if (proof.platforms === undefined) return own;
  const each = judgeEach(proof, judge);
  if (each.outcome === "Pass") return each;
  const outcome = anyOf([own.outcome, each.outcome]);
  return { outcome, parts: [...own.parts, ...each.parts], findings: each.findings };
}

/** A manifest that was not looked at is nobody's Pass: that the platforms are there was asked for before. */
function judgeEach<T extends Part>({ platforms }: RuleProof, judge: (level: RuleProof) => T): Levelled<T> {
  if (platforms === undefined) throw new Error("a rule is judged on platforms that were not looked at");
  if (!platforms.ok) return { outcome: "Fail", parts: [], findings: [failureFinding("index", platforms)] };
  const parts = platforms.value.map((level) => ({ level, part: judge(level) }));
  return { outcome: allOf(parts.map(({ part }) => part.outcome)), parts, findings: [] };
}

export function joinSets({ outcome, parts, findings }: Levelled<SetResult>): SetResult {
  const sets = parts.map(({ part }) => part);
  return {
    outcome,
    accepted: sets.length === 0 ? 0 : Math.min(...sets.map(({ accepted }) => accepted)),
    findings: [...findings, ...parts.flatMap(({ level, part }) => atLevel(level, part.findings))],
    evidence: sets.flatMap(({ evidence }) => evidence),
    taken: sets.flatMap(({ taken }) => taken),
    causes: causesOf(outcome, sets),
  };
}

export function joinAttestations(name: string, levelled: Levelled<AttestationResult>): AttestationResult {
  const { outcome, parts, findings } = levelled;
  const results = parts.map(({ part }) => part);
  return {
    name,
    outcome,
    sets: results.flatMap(({ sets }) => sets),
    findings: [...findings, ...parts.flatMap(({ level, part }) => atLevel(level, part.findings))],
    causes: causesOf(outcome, results),
    passed: outcome === "Pass" ? results.flatMap(({ passed }) => passed) : [],
  };
}

function causesOf(outcome: Outcome, parts: readonly Part[]): Part["causes"] {
  return outcome === "Undetermined" ? [...new Set(parts.flatMap(({ causes }) => causes))] : [];
}

/** Findings about a manifest of an index say of which. */
export function atLevel({ level }: Pick<RuleProof, "level">, findings: readonly Finding[]): readonly Finding[] {
  if (level === undefined) return findings;
  return findings.map((finding) => ({ ...finding, subject: `${level}: ${finding.subject}` }));
}

/** Where was looked, at every level. */
export function placesOf({ level, places, platforms }: RuleProof): readonly PlaceAnswer[] {
  const own =
    level === undefined ? places : places.map((answer) => ({ ...answer, place: `${level}: ${answer.place}` }));
  return platforms?.ok === true ? [...own, ...platforms.value.flatMap(placesOf)] : own;
}
