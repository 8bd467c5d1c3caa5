/**
 * Expressions of a rule, compiled once, and how they decide (policy-api.md §2.6): only `true` is met. An error, a result that
 * is no bool and a spent budget are not, each with the reason. A denial says which expression, where in it, and what was found.
 */
import type { FailureCode } from "../failure/catalogue.ts";
import { escaped, VerificationFailure } from "../failure/failure.ts";
import { parseCel, type CelProgram, type CelResult, type Facts } from "./cel/program.ts";
import { itemsOf, memberOf, type FieldError } from "./field-errors.ts";
import { memoized } from "./memo.ts";
import type { ConditionSpec } from "./types.ts";

/** What an expression may name, by its kind. */
export const VARIABLES = {
  condition: ["predicate", "statement", "image", "signer", "now"],
  validation: ["image", "signatures", "attestations", "now"],
} as const;

export type ConditionKind = keyof typeof VARIABLES;

const PARSERS: Readonly<Record<ConditionKind, (source: string) => CelResult>> = {
  condition: memoized((source) => parseCel(source, VARIABLES.condition)),
  validation: memoized((source) => parseCel(source, VARIABLES.validation)),
};

export interface CompiledCondition {
  /** For example "condition 2". */
  readonly label: string;
  /** The operator's words for a denial. */
  readonly message?: string;
  readonly program: CelProgram;
}

const MAX_MESSAGE = 512;
const CODES = {
  condition: { isFalse: "ConditionNotMet", isError: "ConditionError" },
  validation: { isFalse: "ValidationNotMet", isError: "ValidationError" },
} as const satisfies Record<ConditionKind, Record<"isFalse" | "isError", FailureCode>>;

/** Expressions that are none, with line and column. */
export function checkConditions(list: unknown, path: string, kind: ConditionKind): readonly FieldError[] {
  return itemsOf(list, path).flatMap((item) => {
    const source = memberOf(item.value, "expression");
    const result = typeof source === "string" ? PARSERS[kind](source) : undefined;
    return result === undefined || result.ok ? [] : [{ path: `${item.path}.expression`, message: result.message }];
  });
}

/** Requires expressions that checkConditions() took. */
export function compileConditions(
  conditions: readonly ConditionSpec[] | undefined,
  kind: ConditionKind,
): readonly CompiledCondition[] {
  return (conditions ?? []).map(({ expression, message }, index) => {
    const result = PARSERS[kind](expression);
    if (!result.ok) throw new Error("an expression does not compile after it was validated");
    return { label: `${kind} ${index + 1}`, ...(message !== undefined && { message }), program: result.program };
  });
}

/** `what` must meet it, for example `attestation "vuln"`. Fails with a code of its kind for false, and one for an error. */
export function checkCondition(
  { label, message, program }: CompiledCondition,
  kind: ConditionKind,
  what: string,
  facts: Facts,
): void {
  const outcome = program.evaluate(facts);
  if (outcome.kind === "bool" && outcome.value) return;
  const said = message === undefined ? "" : `${escaped(message, MAX_MESSAGE)}: `;
  if (outcome.kind === "error" && outcome.isRequestSpent === true) {
    throw new VerificationFailure(
      "TooManyCandidates",
      `Cannot accept ${what}: ${label} has no result: ${outcome.reason}`,
    );
  }
  if (outcome.kind === "error") {
    const reason = `Cannot accept ${what}: ${said}${label} has no result: ${outcome.reason}, want true`;
    throw new VerificationFailure(CODES[kind].isError, reason);
  }
  const witness = program.witness(facts);
  const place = witness === undefined ? "" : ` at ${witness}`;
  throw new VerificationFailure(CODES[kind].isFalse, `Cannot accept ${what}: ${said}${label} is false${place}`);
}
