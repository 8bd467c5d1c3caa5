/**
 * Expressions of policies (policy-api.md §2.6): compiled once, evaluated over verified facts within a budget. An error, a
 * result that is no bool and a spent budget are all the same to who asks: not met, with a reason.
 */
import { isCelError, parse, plan, type CelInput } from "@bufbuild/cel";
import { EXCEEDED, withBudget } from "./budget.ts";
import { ENVIRONMENT } from "./environment.ts";
import { rewrite, type Expr } from "./rewrite.ts";

export interface CelProgram {
  readonly source: string;
  /** Never throws for what an expression or its facts do. */
  evaluate(facts: Readonly<Record<string, CelInput>>): CelOutcome;
}

export type CelOutcome =
  { readonly kind: "bool"; readonly value: boolean } | { readonly kind: "error"; readonly reason: string };

/** A program, or the sentence that says why the text is none. */
export type CelResult =
  { readonly ok: true; readonly program: CelProgram } | { readonly ok: false; readonly message: string };

const MAX_SOURCE = 2048;
const MAX_REASON = 300;

/** `variables` are the names that facts will be given for. */
export function parseCel(source: string, variables: readonly string[]): CelResult {
  if (source.length > MAX_SOURCE) {
    return { ok: false, message: `is ${source.length} characters long, want at most ${MAX_SOURCE}` };
  }
  try {
    const { expr } = parse(source);
    const counted = rewrite(expr as unknown as Expr, variables) as unknown as typeof expr;
    const evaluate = plan(ENVIRONMENT, counted);
    return { ok: true, program: { source, evaluate: (facts) => outcomeOf(() => evaluate(facts)) } };
  } catch (error) {
    return { ok: false, message: `is no expression of CEL: ${reasonOf(error)}` };
  }
}

function outcomeOf(evaluate: () => unknown): CelOutcome {
  const value = attemptWithBudget(evaluate);
  if (typeof value === "boolean") return { kind: "bool", value };
  if (value === EXCEEDED) return failed("it takes more steps than one expression may");
  if (isCelError(value)) return failed(value.message);
  return failed(`its result is no bool but ${value === null ? "null" : typeof value}`);
}

/** Deep recursion over nested facts ends in a RangeError of the engine; no fact may bring the process down. */
function attemptWithBudget(evaluate: () => unknown): unknown {
  try {
    return withBudget(evaluate);
  } catch (error) {
    if (error instanceof RangeError) return EXCEEDED;
    throw error;
  }
}

function failed(reason: string): CelOutcome {
  return { kind: "error", reason: reason.slice(0, MAX_REASON) };
}

/** The parser names line and column; what it expected instead is a list of its own rules. */
function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return "it is nested too deeply";
  const text = error instanceof Error ? error.message : "it cannot be read";
  return text
    .replace(/^<input>:(\d+):(\d+): /, "line $1, column $2: ")
    .replace(/ but expecting .*$/s, "")
    .slice(0, MAX_REASON);
}
