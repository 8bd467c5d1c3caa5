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
import { judgeAttestation, type Asked, type AttestationResult } from "./judge-attestation.ts";
import { judgeSet, type EntryResult, type SetResult } from "./judge-set.ts";
import { proveRule, type EntryProof, type RuleProof } from "./prove.ts";
import { checkValidations } from "./validations.ts";
import { allOf, type Finding, type PlaceAnswer, type RuleVerdict, type UndeterminedCause } from "./verdict.ts";

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
  const unread = proof.places.filter(({ state }) => state === "unread");
  const unseen = {
    unread: unread.map(causeOf),
    isCut: proof.unparsed.some(({ code }) => code === "TooManyCandidates"),
  };
  const sets = proof.sets.map(({ set, entries }) => judgeSet(set.count, entries.map(openWhen(unseen.unread))));
  const attestations = proof.attestations.map((attestation) => judgeAttestation(attestation, asked, unseen));
  const parts = [...sets, ...attestations];
  const together = allOf(parts.map((part) => part.outcome));
  const refused = together === "Pass" ? checkValidations(rule.validations, proof, attestations, asked) : undefined;
  const outcome = refused === undefined ? together : "Fail";
  const causes = outcome === "Undetermined" ? [...new Set(parts.flatMap((part) => part.causes))] : [];
  return {
    outcome,
    rule: rule.name,
    summary: summarize(rule, { sets, attestations, causes, isRefused: refused !== undefined }),
    findings: withHintsOnce([
      ...proof.unparsed,
      ...parts.flatMap(({ findings }) => findings),
      ...unread.map(unreadFinding),
      ...(proof.candidates === 0 && rule.sets.length > 0 && outcome === "Fail" ? [noSignature(rule, proof)] : []),
      ...(refused === undefined ? [] : [refused]),
    ]),
    evidence: [...new Set([...sets, ...attestations.flatMap((each) => each.sets)].flatMap(({ evidence }) => evidence))],
    causes,
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
  return [
    ...(sets.length === 0 ? [] : [`${accepted} of ${required} required signatures accepted`]),
    ...(attestations.length === 0 ? [] : [`${passed} of ${attestations.length} required attestations accepted`]),
    ...(isRefused ? ["together they are not valid"] : []),
    ...(causes.every(isRoot) ? [] : ["not every place could be read"]),
    ...(causes.some(isRoot) ? ["not every trust root was at hand"] : []),
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
        hint: 'correct the policy; "sealgate apply -p FILE" lists what is wrong with one',
      })),
    ),
    evidence: [],
    causes: ["PolicyInvalid"],
  };
}
