/**
 * The verdict of one rule on what was gathered for one digest (policy-api.md §4, steps 8 to 10). Every candidate keeps its
 * reason; what could not be read makes Undetermined, never Pass.
 */
import type { Instant } from "../encoding/instant.ts";
import { FAILURES } from "../failure/catalogue.ts";
import { quoted } from "../failure/failure.ts";
import { verify } from "../verify/verifier.ts";
import { asksForEvidence, type CompiledRule } from "./compile.ts";
import type { ImageEvidence } from "./evidence.ts";
import { judgeAttestation, type Asked, type AttestationResult, type Unseen } from "./judge-attestation.ts";
import { atLevel, joinAttestations, joinSets, judgeLevels } from "./judge-levels.ts";
import { judgeSet, type EntryResult, type SetResult } from "./judge-set.ts";
import { isLeftOut, proveRule, type EntryProof, type RuleProof } from "./prove.ts";
import { checkValidations } from "./validations.ts";
import { CAUSES, type UndeterminedCause } from "./causes.ts";
import { allOf, type Finding, type PlaceAnswer, type RuleVerdict } from "./verdict.ts";

/** Rules of one namespace's policies that are asked for (§4, step 3): a namespace may not spend everybody's time. */
export const MAX_NAMESPACE_RULES = 64;

/** proveRule() and judgeRule() in one, for an image that has no name beside its digest. */
export function evaluateRule(
  rule: CompiledRule,
  evidence: ImageEvidence,
  now: Instant,
  verifier: typeof verify = verify,
): RuleVerdict {
  const { digest } = evidence.artifact;
  const reference = { original: "", repository: { host: "", path: "" }, digest };
  return judgeRule(rule, proveRule(rule, evidence, now, verifier), { image: { reference, digest }, now });
}

/** The verdict on what proveRule() accepted for this rule. */
export function judgeRule(rule: CompiledRule, proof: RuleProof, asked: Asked): RuleVerdict {
  if (rule.errors.length > 0) return invalidVerdict(rule);
  if (rule.isTooMany === true) return tooManyVerdict(rule.name);
  if (rule.static !== undefined) return staticVerdict(rule.name, rule.static);
  if (!asksForEvidence(rule)) return nothingAskedVerdict(rule);
  const { sets, attestations, levels } = judgeParts(rule, proof, asked);
  const parts = [...sets, ...attestations];
  const together = allOf(parts.map((part) => part.outcome));
  const refused = together === "Pass" ? checkValidations(rule.validations, sets, attestations, asked) : undefined;
  const outcome = refused === undefined ? together : "Fail";
  const causes = outcome === "Undetermined" ? [...new Set(parts.flatMap((part) => part.causes))] : [];
  const isUnsigned = (level: RuleProof): boolean =>
    level.candidates === 0 && rule.sets.length > 0 && outcome === "Fail";
  return {
    outcome,
    rule: rule.name,
    summary: summarize(rule, { sets, attestations, causes, isRefused: refused !== undefined }),
    findings: withHintsOnce([
      ...levels.flatMap((level) => atLevel(level, level.unparsed)),
      ...parts.flatMap(({ findings }) => findings),
      ...levels.flatMap((level) => atLevel(level, unreadOf(level).map(unreadFinding))),
      ...levels.filter(isUnsigned).flatMap((level) => atLevel(level, [noSignature(rule, level)])),
      ...(refused === undefined ? [] : [refused]),
    ]),
    evidence: [...new Set([...sets, ...attestations.flatMap((each) => each.sets)].flatMap(({ evidence }) => evidence))],
    causes,
  };
}

/**
 * The verdict where no manifest of an index bears on it, now or whenever it is asked for again. Undefined: proveRule() of each
 * has to be in `platforms` of the proof before judgeRule(). An index that has what is wanted itself is judged this once, since
 * expressions cost their request steps.
 */
export function judgeWithoutPlatforms(rule: CompiledRule, proof: RuleProof, asked: Asked): RuleVerdict | undefined {
  const wanted = [
    ...(rule.sets.length > 0 ? [rule.platforms] : []),
    ...rule.attestations.map((each) => each.platforms),
  ];
  if (proof.kind !== "index" || wanted.every((platforms) => platforms === "Index"))
    return judgeRule(rule, proof, asked);
  if (rule.readsRequest || wanted.includes("EachPlatform")) return undefined;
  const verdict = judgeRule(rule, { ...proof, kind: "manifest" }, asked);
  return verdict.outcome === "Pass" ? verdict : undefined;
}

interface JudgedParts {
  readonly sets: readonly SetResult[];
  readonly attestations: readonly AttestationResult[];
  /** The digests that bear on the outcome. */
  readonly levels: readonly RuleProof[];
}

function judgeParts(rule: CompiledRule, proof: RuleProof, asked: Asked): JudgedParts {
  const sets = proof.sets.map((_, index) =>
    judgeLevels(rule.platforms, proof, (level) => {
      const { set, entries } = partOf(level.sets, index);
      return judgeSet(set.count, entries.map(openWhen(unseenOf(level).unread)));
    }),
  );
  const attestations = proof.attestations.map(({ attestation }, index) =>
    judgeLevels(attestation.platforms, proof, (level) =>
      judgeAttestation(partOf(level.attestations, index), asked, unseenOf(level)),
    ),
  );
  const levels = [...sets, ...attestations].flatMap((levelled) => levelled.parts.map(({ level }) => level));
  return {
    sets: sets.map(joinSets),
    attestations: attestations.map((levelled, index) =>
      joinAttestations(partOf(proof.attestations, index).attestation.name, levelled),
    ),
    levels: [...new Set(levels)],
  };
}

/** Each level was proven for the same rule. */
function partOf<T>(parts: readonly T[], index: number): T {
  const part = parts[index];
  if (part === undefined) throw new Error("a digest was proven for another rule");
  return part;
}

function unreadOf({ places }: RuleProof): readonly PlaceAnswer[] {
  return places.filter(({ state }) => state === "unread");
}

function unseenOf(level: RuleProof): Unseen {
  return {
    unread: unreadOf(level).map(causeOf),
    isCut: level.unparsed.some(isLeftOut),
  };
}

/** A signature that was not seen could meet the entry. */
function openWhen(unread: readonly UndeterminedCause[]): (proof: EntryProof) => EntryResult {
  return ({ entry, accepted, findings, cause }) => ({
    entry,
    accepted,
    findings,
    open: cause === undefined ? unread : [...unread, cause],
  });
}

function unreadFinding(answer: PlaceAnswer): Finding {
  return { subject: answer.place, code: causeOf(answer), reason: answer.detail };
}

function causeOf({ cause }: PlaceAnswer): UndeterminedCause {
  return cause ?? "RegistryError";
}

function noSignature(rule: CompiledRule, { places }: RuleProof): Finding {
  return {
    subject: `rule ${quoted(rule.name)}`,
    code: "NoSignatureFound",
    reason: `Cannot find a signature: ${places.length} places have none, want one in any of them`,
    hint: FAILURES.NoSignatureFound.hint,
  };
}

interface Summary {
  readonly sets: readonly SetResult[];
  readonly attestations: readonly AttestationResult[];
  readonly causes: readonly UndeterminedCause[];
  readonly isRefused: boolean;
}

function summarize(rule: CompiledRule, { sets, attestations, causes, isRefused }: Summary): string {
  const accepted = sets.reduce((sum, set) => sum + set.accepted, 0);
  const required = rule.sets.reduce((sum, set) => sum + set.count, 0);
  const passed = attestations.filter(({ outcome }) => outcome === "Pass").length;
  const isRoot = (cause: UndeterminedCause): boolean => cause === "TrustRootMissing" || cause === "TrustRootNotReady";
  const isKey = (cause: UndeterminedCause): boolean => cause === "KeyUnavailable";
  return [
    ...(sets.length === 0 ? [] : [`${accepted} of ${required} required signatures accepted`]),
    ...(attestations.length === 0 ? [] : [`${passed} of ${attestations.length} required attestations accepted`]),
    ...(isRefused ? ["together they are not valid"] : []),
    ...(causes.every((cause) => isRoot(cause) || isKey(cause)) ? [] : ["not every place could be read"]),
    ...(causes.some(isRoot) ? ["not every trust root was at hand"] : []),
    ...(causes.some(isKey) ? ["not every key was at hand"] : []),
  ].join(", and ");
}

/** The same advice on every line would bury the reasons. */
function withHintsOnce(findings: readonly Finding[]): readonly Finding[] {
  const told = new Set<string>();
  return findings.map((finding) => {
    const { hint, ...bare } = finding;
    if (hint === undefined || told.has(hint)) return bare;
    told.add(hint);
    return finding;
  });
}

/** §2.3: decided by what the operator wrote, in the operator's words. */
function staticVerdict(rule: string, { action, message }: NonNullable<CompiledRule["static"]>): RuleVerdict {
  const common = { rule, evidence: [], causes: [] };
  if (action === "Pass") return { ...common, outcome: "Pass", summary: "passed without looking", findings: [] };
  const reason = message ?? "the rule refuses every image that it covers";
  const finding = { subject: `rule ${quoted(rule)}`, code: "RefusedByRule", reason, hint: FAILURES.RefusedByRule.hint };
  return { ...common, outcome: "Fail", summary: "refused without looking", findings: [finding] };
}

function nothingAskedVerdict(rule: CompiledRule): RuleVerdict {
  const summary = "no signature required";
  return { outcome: "Pass", rule: rule.name, summary, findings: [], evidence: [], causes: [] };
}

function tooManyVerdict(rule: string): RuleVerdict {
  const finding = {
    subject: `rule ${quoted(rule)}`,
    code: "Overloaded",
    reason: `Cannot ask for it: its namespace has more than ${MAX_NAMESPACE_RULES} rules, and its policy is among the youngest`,
    hint: "take policies out of the namespace, or join their rules",
  };
  const summary = "the namespace has too many rules";
  return { outcome: "Undetermined", rule, summary, findings: [finding], evidence: [], causes: ["Overloaded"] };
}

function invalidVerdict(rule: CompiledRule): RuleVerdict {
  const paths = rule.errors.map(({ path }) => path).join(", ");
  return {
    outcome: "Undetermined",
    rule: rule.name,
    summary: `the rule does not compile: ${paths}`,
    findings: withHintsOnce(
      rule.errors.map(({ path, message }) => ({
        subject: path,
        code: "PolicyInvalid",
        reason: message,
        hint: CAUSES.PolicyInvalid.hint,
      })),
    ),
    evidence: [],
    causes: ["PolicyInvalid"],
  };
}
