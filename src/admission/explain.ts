/**
 * What an operator reads: every image and rule, each candidate with its reason, where was looked, and hints on lines of
 * their own. Webhook, log and command line print this and nothing else. Texts of others arrive here already escaped.
 */
import { joinRefusals, type Refusal } from "./bounded-text.ts";
import { FAILURES } from "../failure/catalogue.ts";
import { causeEntry } from "../policy/causes.ts";
import { effectOf, type Finding, type ImageVerdict, type PlaceAnswer, type RuleResult } from "../policy/verdict.ts";

const MAX_CANDIDATES = 20;
/** Characters within which the first hint ends, or codes and hints go first: an event keeps 1,024 bytes, some of them not ours. */
const EARLY = 750;
/** Different codes that one line has room for. */
const MAX_CODES = 5;

/** The whole denial: one block an image and rule that did not pass, of at most MAX_TEXT characters together. */
export function explainReview(verdicts: readonly ImageVerdict[]): string {
  const images = verdicts.map(refusalsOf).filter((refusals) => refusals.length > 0);
  return joinRefusals(images.flat(), images.length);
}

/** Every rule that did not pass for one image, and that no cluster policy is about it where that matters. */
export function explainImage(verdict: ImageVerdict): string {
  return explainReview([verdict]);
}

function refusalsOf(verdict: ImageVerdict): readonly Refusal[] {
  const refused = verdict.results.filter((result) => result.verdict.outcome !== "Pass");
  return [...refused.map((result) => explainRule(verdict, result)), ...explainUnmatched(verdict)];
}

/** In one clause, for warnings and tables as well. */
export const UNMATCHED = "no rule of a ClusterImageVerifyPolicy is about it";

function explainUnmatched({ image, unmatched }: ImageVerdict): readonly Refusal[] {
  if (unmatched === undefined) return [];
  const { step, hint } = FAILURES.ImageUnmatched;
  const decided = unmatched === "Deny" ? "denied" : "warned about";
  const sentence = `Image "${image}" ${decided} by unmatchedImages: ImageUnmatched (${step}): ${UNMATCHED}`;
  return [{ name: `"${image}": ImageUnmatched`, lines: [sentence, `  hint: ${hint}`] }];
}

/** `ImageVerifyPolicy "prod/signed"` */
export function policyTitle(policy: RuleResult["policy"]): string {
  return `${policy.kind} "${policy.namespace === undefined ? "" : `${policy.namespace}/`}${policy.name}"`;
}

function explainRule(image: ImageVerdict, result: RuleResult): Refusal {
  const { policy, verdict } = result;
  const title = `${policyTitle(policy)}, rule "${verdict.rule}"`;
  const first = `Image "${image.image}" ${sentence(result)} ${title}: ${verdict.summary}`;
  const seen = verdict.findings.slice(0, MAX_CANDIDATES).map(candidateLine);
  const more = verdict.findings.length - MAX_CANDIDATES;
  if (more > 0) seen.push(`  … and ${more} more`);
  if (image.places.length > 0) seen.push(`  looked in: ${image.places.map(placeText).join(", ")}`);
  const hints = hintsOf(verdict.findings).map((hint) => `  hint: ${hint}`);
  const codes = codesOf(verdict.findings);
  const isEarly = [first, ...seen, ...hints.slice(0, 1)].join("\n").length <= EARLY;
  return {
    name: `"${image.image}": ${title}${codes === "" ? "" : ` (${codes})`}`,
    lines: isEarly || hints.length === 0 ? [first, ...seen, ...hints] : [first, `  codes: ${codes}`, ...hints, ...seen],
  };
}

/** Each once, in the order of the candidates. */
function codesOf(findings: readonly Finding[]): string {
  const codes = [...new Set(findings.map(({ code }) => code))];
  const more = codes.length - MAX_CODES;
  return [...codes.slice(0, MAX_CODES), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

/** Warn and Audit deny nothing, and say so. */
function sentence(result: RuleResult): string {
  if (result.verdict.outcome === "Undetermined") return "could not be verified for";
  return effectOf(result) === "deny" ? "denied by" : "would be denied by";
}

function candidateLine({ subject, entry, code, reason }: Finding, index: number): string {
  const step = isFailureCode(code) ? ` (${FAILURES[code].step})` : "";
  const held = entry === undefined ? "" : ` for "${entry}"`;
  return `  ${index + 1}. ${subject}${held}  ${code}${step}: ${reason}`;
}

function placeText({ place, detail }: PlaceAnswer): string {
  return `${place} (${detail})`;
}

/** Each hint once, in the order of the candidates. A cause of Undetermined that brings no hint of its own has that of its kind. */
function hintsOf(findings: readonly Finding[]): readonly string[] {
  const told = new Set(findings.flatMap(({ code, hint }) => (hint === undefined ? [] : [code])));
  const hints = findings.flatMap(({ code, hint }) => hint ?? (told.has(code) ? [] : (causeEntry(code)?.hint ?? [])));
  return [...new Set(hints)];
}

function isFailureCode(code: string): code is keyof typeof FAILURES {
  return Object.hasOwn(FAILURES, code);
}
