/**
 * Expressions of policies (policy-api.md §2.6): compiled once, evaluated over verified facts within a budget. An error, a
 * result that is no bool and a spent budget are all the same to who asks: not met, with a reason.
 */
import { isCelError, parse, plan } from "@bufbuild/cel";
import { escaped } from "../../failure/failure.ts";
import { EXCEEDED, REQUEST_EXCEEDED, withBudget } from "./budget.ts";
import { ENVIRONMENT } from "./environment.ts";
import { positionOfId, type Positions } from "./position.ts";
import { rewrite, type Expr } from "./rewrite.ts";
import { witnessOf, type Facts } from "./witness.ts";

export type { Facts } from "./witness.ts";

export interface CelProgram {
  readonly source: string;
  /** The variables that it reads. */
  readonly reads: ReadonlySet<string>;
  /** Never throws for what an expression or its facts do. */
  evaluate(facts: Facts): CelOutcome;
  /** Where and why it is false for these facts, safe for a message. Costs as much again. */
  witness(facts: Facts): string | undefined;
}

export type CelOutcome =
  | { readonly kind: "bool"; readonly value: boolean }
  /** `isRequestSpent`: other expressions of the same request took its steps, so that it says nothing about these facts. */
  | { readonly kind: "error"; readonly reason: string; readonly isRequestSpent?: true };

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
    const { expr, sourceInfo } = parse(source);
    const { expr: counted, read } = rewrite(expr as unknown as Expr, variables);
    const evaluate = plan(ENVIRONMENT, counted as unknown as typeof expr);
    const positions: Positions = sourceInfo?.positions ?? {};
    const placeOf = (id: bigint): string | undefined => positionOfId(id, source, positions);
    const program: CelProgram = {
      source,
      reads: new Set(variables.filter((name) => read.has(name))),
      evaluate: (facts) => outcomeOf(() => evaluate(facts), placeOf),
      witness: (facts) => {
        const witness = attemptWithBudget(() => witnessOf(counted, source, positions, facts));
        return typeof witness === "string" ? witness : undefined;
      },
    };
    return { ok: true, program };
  } catch (error) {
    return { ok: false, message: `is no expression of CEL: ${reasonOf(error)}` };
  }
}

function outcomeOf(evaluate: () => unknown, placeOf: (id: bigint) => string | undefined): CelOutcome {
  const value = attemptWithBudget(evaluate);
  if (typeof value === "boolean") return { kind: "bool", value };
  if (value === EXCEEDED) return failed("it takes more steps than one expression may");
  if (value === REQUEST_EXCEEDED) {
    return { kind: "error", reason: "the steps of all expressions of one request are spent", isRequestSpent: true };
  }
  if (isCelError(value)) {
    const place = value.exprId === undefined ? undefined : placeOf(value.exprId);
    return failed(place === undefined ? value.message : `${value.message} (${place})`);
  }
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
  return { kind: "error", reason: escaped(reason, MAX_REASON) };
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
