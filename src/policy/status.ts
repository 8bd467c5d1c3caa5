/**
 * What the status of an object says (policy-api.md §2.7): whether it is in force as it is written, why not, and what in a
 * policy asks for less. Content alone: times and generations are added by whoever writes it.
 */
import type { Instant } from "../encoding/instant.ts";
import type { Requirement } from "../verify/requirement.ts";
import { isUnavailable, type CompiledEntry } from "./compile-entry.ts";
import { entriesOf, type CompiledPolicy } from "./compile.ts";
import type { CompiledException } from "./exception.ts";
import type { FieldError } from "./field-errors.ts";
import type { CompiledTrustRoot } from "./trust-root-object.ts";

export interface Condition {
  readonly type: "Ready" | "Relaxed" | "TimeoutCapped" | "TemplatesUnchecked";
  readonly status: "True" | "False";
  /** CamelCase. */
  readonly reason: string;
  /** At most 4096 characters. */
  readonly message: string;
}

export interface StatusContent {
  readonly conditions: readonly Condition[];
  readonly droppedFields: readonly string[];
  /** Of policies alone. */
  readonly relaxations?: readonly string[];
}

/** What was read of the object itself, beside what was compiled of it. */
export interface Written {
  readonly droppedFields: readonly string[];
  readonly relaxations: readonly string[];
}

const MAX_TOLD = 5;
const MAX_MESSAGE = 4096;
const MAX_RELAXATIONS = 64;
const MAX_PATH = 512;

/** What stands outside of a policy and bears on it. */
export interface Surroundings {
  /** Its namespace has more rules than are decided. */
  readonly isTooMany: boolean;
  /** Milliseconds that any request has at most. */
  readonly longestMs: number;
  /** The API server asks about templates, too. */
  readonly areTemplatesSent: boolean;
}

export function policyStatus(policy: CompiledPolicy, written: Written, around: Surroundings): StatusContent {
  const { relaxations } = written;
  const relaxed: Condition =
    relaxations.length === 0
      ? { type: "Relaxed", status: "False", reason: "NothingRelaxed", message: "nothing in it asks for less" }
      : { type: "Relaxed", status: "True", reason: "AsksForLess", message: told(relaxations) };
  return {
    conditions: [
      ready(policyProblem(policy, around.isTooMany), inForce(policy), written),
      relaxed,
      ...timeoutCapped(policy, around.longestMs),
      ...templatesUnchecked(policy, around.areTemplatesSent),
    ],
    droppedFields: written.droppedFields,
    relaxations: relaxations.slice(0, MAX_RELAXATIONS).map((each) => each.slice(0, MAX_PATH)),
  };
}

/** It compiles, and all that it names is at hand. */
export function isPolicyReady(policy: CompiledPolicy): boolean {
  return policyProblem(policy, false) === undefined;
}

/** `policies` are those in force: an exception from what does not exist takes nothing off. */
export function exceptionStatus(
  exception: CompiledException,
  written: Pick<Written, "droppedFields">,
  policies: readonly CompiledPolicy[],
  now: Instant,
): StatusContent {
  const message = `its rules are taken off until ${timeOf(exception.until)}`;
  const condition = ready(exceptionProblem(exception, policies, now), { reason: "InForce", message }, written);
  return { conditions: [condition], droppedFields: written.droppedFields };
}

export function trustRootStatus(
  { root, errors }: CompiledTrustRoot,
  written: Pick<Written, "droppedFields">,
): StatusContent {
  const problem = errors.length === 0 ? undefined : { reason: "TrustRootInvalid", message: told(errors.map(lineOf)) };
  const message = root === "not-ready" ? "" : holdings(root.material);
  return {
    conditions: [ready(problem, { reason: "Compiled", message }, written)],
    droppedFields: written.droppedFields,
  };
}

/** Of a policy that has a time of its own. */
function timeoutCapped({ timeout }: CompiledPolicy, longestMs: number): readonly Condition[] {
  if (timeout === undefined) return [];
  const [asked, given] = [timeout, longestMs].map((ms) => `${ms / 1000}s`);
  const common = { type: "TimeoutCapped" } as const;
  return timeout > longestMs
    ? [
        {
          ...common,
          status: "True",
          reason: "RequestsAreShorter",
          message: `asks for ${asked}, requests have ${given} at most`,
        },
      ]
    : [{ ...common, status: "False", reason: "RequestsAreLongEnough", message: `a request may spend ${asked} on it` }];
}

/** Of a policy that lists controllers: who asks for all by saying nothing wants what there is. */
function templatesUnchecked({ podControllers = [] }: CompiledPolicy, areSent: boolean): readonly Condition[] {
  if (podControllers.length === 0) return [];
  const kinds = podControllers.join(", ");
  const common = { type: "TemplatesUnchecked" } as const;
  return areSent
    ? [{ ...common, status: "False", reason: "TemplatesAreSent", message: `templates are checked: ${kinds}` }]
    : [
        {
          ...common,
          status: "True",
          reason: "TemplatesAreNotSent",
          message: `templates are not sent to be checked (podControllers of the configuration): ${kinds}; pods are`,
        },
      ];
}

type Reasoned = Pick<Condition, "reason" | "message">;

/** What is wrong says so; what was dropped is told beside either. */
function ready(
  problem: Reasoned | undefined,
  fine: Reasoned,
  { droppedFields }: Pick<Written, "droppedFields">,
): Condition {
  const { reason, message } = problem ?? fine;
  const dropped =
    droppedFields.length === 0 ? "" : `; dropped, since the kind does not have them: ${told(droppedFields)}`;
  return {
    type: "Ready",
    status: problem === undefined ? "True" : "False",
    reason,
    message: `${message}${dropped}`.slice(0, MAX_MESSAGE),
  };
}

function inForce({ rules, failureAction }: CompiledPolicy): Reasoned {
  const what = rules.length === 1 ? "1 rule is" : `${rules.length} rules are`;
  return { reason: "Compiled", message: `${what} in force (${failureAction})` };
}

function policyProblem({ rules }: CompiledPolicy, isTooMany: boolean): Reasoned | undefined {
  const errors = new Set(rules.flatMap((rule) => rule.errors.map(lineOf)));
  if (errors.size > 0) return { reason: "PolicyInvalid", message: told([...errors]) };
  if (isTooMany) {
    return {
      reason: "TooManyRules",
      message: "its namespace has more rules than are decided, and it is among the youngest",
    };
  }
  return missingMaterial(rules);
}

/** A name that stands for nothing, before one that is not ready. */
function missingMaterial(rules: CompiledPolicy["rules"]): Reasoned | undefined {
  const missing = rules.flatMap((rule) =>
    entriesOf(rule).flatMap(({ name, requirement }) =>
      isUnavailable(requirement)
        ? [
            {
              cause: requirement.cause,
              line: `rule ${rule.name}, entry ${name}: ${requirement.cause} ${whatOf(requirement)}`,
            },
          ]
        : [],
    ),
  );
  const cause = missing.find((each) => each.cause === "TrustRootMissing")?.cause ?? missing[0]?.cause;
  return cause === undefined ? undefined : { reason: cause, message: told(missing.map(({ line }) => line)) };
}

/** A trust root by its name, a key by where it lies and why it is not there. */
function whatOf(requirement: Exclude<CompiledEntry["requirement"], Requirement>): string {
  return "name" in requirement ? `"${requirement.name}"` : `${requirement.subject}: ${requirement.reason}`;
}

function exceptionProblem(
  { errors, until, expiresTooLate, policies: named }: CompiledException,
  policies: readonly CompiledPolicy[],
  now: Instant,
): Reasoned | undefined {
  if (errors.length > 0) return { reason: "ExceptionInvalid", message: told(errors.map(lineOf)) };
  if (until !== undefined && until <= now) return { reason: "Expired", message: `it ended at ${timeOf(until)}` };
  const absent = named.flatMap((each) => absentOf(each, policies));
  if (absent.length > 0) return { reason: "RuleMissing", message: `there is no ${told(absent)}` };
  if (!expiresTooLate) return undefined;
  const message = `expires is more than 90 days after it was made: it holds until ${timeOf(until)}`;
  return { reason: "ExpiresTooLate", message };
}

/** The policy, or those of its rules, that do not exist. */
function absentOf(
  { kind = "ClusterImageVerifyPolicy", name, namespace, rules = [] }: CompiledException["policies"][number],
  policies: readonly CompiledPolicy[],
): readonly string[] {
  const policy = policies.find(({ id }) => id.kind === kind && id.name === name && id.namespace === namespace);
  const shown = `${kind} "${namespace === undefined ? "" : `${namespace}/`}${name}"`;
  if (policy === undefined) return [shown];
  return rules
    .filter((rule) => !policy.rules.some((each) => each.name === rule))
    .map((rule) => `rule "${rule}" of ${shown}`);
}

function holdings({ certificateAuthorities, timestampAuthorities, logs, ctLogs, warnings }: Material): string {
  const counts = [
    `${certificateAuthorities.length} certificate authorities`,
    `${timestampAuthorities.length} time stamp authorities`,
    `${logs.length} transparency logs`,
    `${ctLogs.length} certificate logs`,
  ];
  return [counts.join(", "), ...warnings].join("; ");
}

type Material = Exclude<CompiledTrustRoot["root"], "not-ready">["material"];

function lineOf({ path, message }: FieldError): string {
  return `${path}: ${message}`;
}

/** The first of many, and how many more there are. */
function told(lines: readonly string[]): string {
  const more = lines.length > MAX_TOLD ? `; and ${lines.length - MAX_TOLD} more` : "";
  return `${lines.slice(0, MAX_TOLD).join("; ")}${more}`;
}

function timeOf(instant: Instant | undefined): string {
  return instant === undefined ? "no time" : new Date(instant).toISOString().replace(".000Z", "Z");
}
