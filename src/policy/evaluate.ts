/**
 * The verdict of one rule on what was gathered for one digest (policy-api.md §4, steps 8 and 10). Every candidate keeps its
 * reason; what could not be read makes Undetermined, never Pass.
 */
import type { Instant } from "../encoding/instant.ts";
import { FAILURES } from "../failure/catalogue.ts";
import { quoted } from "../failure/failure.ts";
import { formatPrincipal, type VerifiedEntity } from "../verify/evidence.ts";
import { verify } from "../verify/verifier.ts";
import { evaluateSet, type SetOutcome } from "./attestor-set.ts";
import type { CompiledRule, CompiledSet } from "./compile.ts";
import type { ImageEvidence } from "./evidence.ts";
import { groupByParty } from "./party.ts";
import { proveRule, type RuleProof, type SetProof } from "./prove.ts";
import { allOf, type Finding, type PlaceAnswer, type RuleVerdict, type UndeterminedCause } from "./verdict.ts";

interface SetResult extends SetOutcome {
  readonly findings: readonly Finding[];
  readonly evidence: readonly VerifiedEntity[];
  readonly causes: readonly UndeterminedCause[];
}

/** proveRule() and judgeRule() in one. */
export function evaluateRule(
  rule: CompiledRule,
  evidence: ImageEvidence,
  now: Instant,
  verifier: typeof verify = verify,
): RuleVerdict {
  return judgeRule(rule, proveRule(rule, evidence, now, verifier));
}

/** The verdict on what proveRule() accepted for this rule. */
export function judgeRule(rule: CompiledRule, proof: RuleProof): RuleVerdict {
  if (rule.errors.length > 0) return invalidVerdict(rule);
  if (rule.static !== undefined) return staticVerdict(rule.name, rule.static);
  if (rule.sets.length === 0) return nothingAskedVerdict(rule);
  const unread = proof.places.filter(({ state }) => state === "unread");
  const sets = proof.sets.map((set) => judgeSet(set, unread.map(causeOf)));
  const outcome = allOf(sets.map((set) => set.outcome));
  const causes = outcome === "Undetermined" ? [...new Set(sets.flatMap((set) => set.causes))] : [];
  return {
    outcome,
    rule: rule.name,
    summary: summarize(rule.sets, sets, causes),
    findings: withHintsOnce([
      ...proof.unparsed,
      ...sets.flatMap(({ findings }) => findings),
      ...unread.map(unreadFinding),
      ...(proof.candidates === 0 && outcome === "Fail" ? [noSignature(rule, proof)] : []),
    ]),
    evidence: [...new Set(sets.flatMap((set) => set.evidence))],
    causes,
  };
}

/** `unread`: why places that could hold a signature of any entry were not read. */
function judgeSet({ set, entries }: SetProof, unread: readonly UndeterminedCause[]): SetResult {
  const parties = groupByParty(entries, ({ entry }) => entry.party).map((alternatives) => ({
    principals: alternatives.flatMap(({ accepted }) => accepted.map(({ entity }) => formatPrincipal(entity.principal))),
    hasUnread: unread.length > 0 || alternatives.some(({ cause }) => cause !== undefined),
  }));
  const result = evaluateSet(parties, set.count);
  return {
    ...result,
    findings: entries.flatMap(({ findings }) => findings),
    evidence: entries.flatMap(({ accepted }) => accepted.map(({ entity }) => entity)),
    causes: result.outcome === "Undetermined" ? [...unread, ...entries.flatMap(({ cause }) => cause ?? [])] : [],
  };
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

function summarize(
  asked: readonly CompiledSet[],
  sets: readonly SetOutcome[],
  causes: readonly UndeterminedCause[],
): string {
  const accepted = sets.reduce((sum, set) => sum + set.accepted, 0);
  const required = asked.reduce((sum, set) => sum + set.count, 0);
  const text = `${accepted} of ${required} required signatures accepted`;
  const isRoot = (cause: UndeterminedCause): boolean => cause === "TrustRootMissing" || cause === "TrustRootNotReady";
  const unknown = [
    ...(causes.every(isRoot) ? [] : ["not every place could be read"]),
    ...(causes.some(isRoot) ? ["not every trust root was at hand"] : []),
  ];
  return [text, ...unknown].join(", and ");
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
