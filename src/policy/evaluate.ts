/**
 * evaluateRule(): one rule held against what was gathered for one digest (policy-api.md §4, steps 7, 8 and 10). Every
 * candidate is tried for every entry and keeps its reason; what could not be read makes Undetermined, never Pass.
 */
import type { Instant } from "../encoding/instant.ts";
import { attempt, type Attempt } from "../failure/attempt.ts";
import { FAILURES } from "../failure/catalogue.ts";
import { quoted } from "../failure/failure.ts";
import type { SignedEntity } from "../verify/entity.ts";
import { formatPrincipal, type VerifiedEntity } from "../verify/evidence.ts";
import { precheck } from "../verify/precheck.ts";
import type { Requirement } from "../verify/requirement.ts";
import { verify } from "../verify/verifier.ts";
import { evaluateSet, type SetOutcome } from "./attestor-set.ts";
import { isUnavailable, type CompiledEntry } from "./compile-entry.ts";
import type { CompiledRule, CompiledSet } from "./compile.ts";
import type { ImageEvidence } from "./evidence.ts";
import { unavailableFinding } from "./trust-root.ts";
import { allOf, type Finding, type PlaceAnswer, type RuleVerdict, type UndeterminedCause } from "./verdict.ts";

/** One entity held against one requirement, everything else being settled. */
type Check = (entity: SignedEntity, requirement: Requirement) => VerifiedEntity;

interface EntryResult {
  readonly accepted: readonly VerifiedEntity[];
  readonly findings: readonly Finding[];
  /** Why nobody can tell whether a signature meets the entry. */
  readonly cause?: UndeterminedCause;
}

interface SetResult extends SetOutcome {
  readonly findings: readonly Finding[];
  readonly evidence: readonly VerifiedEntity[];
  readonly causes: readonly UndeterminedCause[];
}

/** `now` in milliseconds. `verifier` is verify() of verify/; a test may hand in its own. */
export function evaluateRule(
  rule: CompiledRule,
  evidence: ImageEvidence,
  now: Instant,
  verifier: typeof verify = verify,
): RuleVerdict {
  if (rule.errors.length > 0) return invalidVerdict(rule);
  if (rule.sets.length === 0) return nothingAskedVerdict(rule);
  const unread = evidence.places.filter(({ state }) => state === "unread");
  const check: Check = (entity, requirement) => {
    precheck(entity, requirement);
    return verifier(entity, requirement, evidence.artifact, now);
  };
  const sets = rule.sets.map((set) => evaluateOneSet(set, evidence, unread.map(causeOf), check));
  const outcome = allOf(sets.map((set) => set.outcome));
  const causes = outcome === "Undetermined" ? [...new Set(sets.flatMap((set) => set.causes))] : [];
  return {
    outcome,
    rule: rule.name,
    summary: summarize(rule.sets, sets, causes),
    findings: withHintsOnce([
      ...unparsed(evidence),
      ...sets.flatMap(({ findings }) => findings),
      ...unread.map(unreadFinding),
      ...(evidence.candidates.length === 0 && outcome === "Fail" ? [noSignature(rule, evidence)] : []),
    ]),
    evidence: [...new Set(sets.flatMap((set) => set.evidence))],
    causes,
  };
}

/** `unread`: why places that could hold a signature of any entry were not read. */
function evaluateOneSet(
  set: CompiledSet,
  evidence: ImageEvidence,
  unread: readonly UndeterminedCause[],
  check: Check,
): SetResult {
  const entries = set.entries.map((entry) => evaluateEntry(entry, evidence, check));
  const parties = entries.map(({ accepted, cause }) => ({
    principals: accepted.map(({ principal }) => formatPrincipal(principal)),
    hasUnread: unread.length > 0 || cause !== undefined,
  }));
  const result = evaluateSet(parties, set.count);
  return {
    ...result,
    findings: entries.flatMap(({ findings }) => findings),
    evidence: entries.flatMap(({ accepted }) => accepted),
    causes: result.outcome === "Undetermined" ? [...unread, ...entries.flatMap(({ cause }) => cause ?? [])] : [],
  };
}

function evaluateEntry(entry: CompiledEntry, evidence: ImageEvidence, check: Check): EntryResult {
  const { name, requirement } = entry;
  if (isUnavailable(requirement)) {
    return { accepted: [], findings: [unavailableFinding(requirement, name)], cause: requirement.cause };
  }
  const accepted: VerifiedEntity[] = [];
  const findings: Finding[] = [];
  for (const { subject, entity } of evidence.candidates) {
    if (!entity.ok) continue;
    const result = attempt(() => check(entity.value, requirement));
    if (result.ok) accepted.push(result.value);
    else findings.push({ ...failureFinding(subject, result), entry: name });
  }
  return { accepted, findings };
}

function failureFinding(subject: string, { failure }: Extract<Attempt<unknown>, { ok: false }>): Finding {
  return { subject, code: failure.code, reason: failure.message, hint: failure.hint };
}

/** A candidate that could not be read is told once, whatever the number of entries. */
function unparsed({ candidates }: ImageEvidence): readonly Finding[] {
  return candidates.flatMap(({ subject, entity }) => (entity.ok ? [] : [failureFinding(subject, entity)]));
}

function unreadFinding(answer: PlaceAnswer): Finding {
  return { subject: answer.place, code: causeOf(answer), reason: answer.detail };
}

function causeOf({ cause }: PlaceAnswer): UndeterminedCause {
  return cause ?? "RegistryError";
}

function noSignature(rule: CompiledRule, { places }: ImageEvidence): Finding {
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
