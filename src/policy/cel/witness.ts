/**
 * Why an expression is false: the conjunct that is, where it stands, and the values that it compares. For the message of a
 * denial, so it shows scalars alone, cut and escaped: a statement may hold megabytes, and text of anybody.
 */
import { plan, type CelInput } from "@bufbuild/cel";
import { quoted } from "../../failure/failure.ts";
import { ENVIRONMENT } from "./environment.ts";
import { positionOf, type Positions } from "./position.ts";
import type { Expr } from "./rewrite.ts";

export type Facts = Readonly<Record<string, CelInput>>;

const MAX_SHOWN = 80;
const AND = "_&&_";
/** Whose operands are worth seeing. The methods are those that give a bool. */
const COMPARISONS: ReadonlySet<string> = new Set([
  "_==_",
  "_!=_",
  "_<_",
  "_<=_",
  "_>_",
  "_>=_",
  "@in",
  "startsWith",
  "endsWith",
  "contains",
  "matches",
]);

/** Requires that the expression is false for these facts. For example `line 1, column 4, where it found "LOW"`. */
export function witnessOf(expr: Expr, source: string, positions: Positions, facts: Facts): string {
  const part = falsePart(expr, facts);
  const place = positionOf(part, source, positions);
  const values = comparedBy(part).flatMap((operand) => shownOf(operand, facts));
  const found = values.length === 0 ? undefined : `where it found ${values.join(" and ")}`;
  return [place, found].filter((text) => text !== undefined).join(", ");
}

function falsePart(expr: Expr, facts: Facts): Expr {
  const { exprKind } = expr;
  if (exprKind.case !== "callExpr" || exprKind.value.function !== AND) return expr;
  const part = exprKind.value.args.find((argument) => valueOf(argument, facts) === false);
  return part === undefined ? expr : falsePart(part, facts);
}

/** Its operands, but for what the policy itself wrote. */
function comparedBy({ exprKind }: Expr): readonly Expr[] {
  if (exprKind.case !== "callExpr" || !COMPARISONS.has(exprKind.value.function)) return [];
  const { target, args } = exprKind.value;
  return [...(target === undefined ? [] : [target]), ...args].filter(
    (operand) => operand.exprKind.case !== "constExpr",
  );
}

function shownOf(operand: Expr, facts: Facts): readonly string[] {
  const value = valueOf(operand, facts);
  if (typeof value === "string") return [quoted(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value)];
  if (value === null || typeof value === "bigint" || typeof value === "number" || typeof value === "boolean") {
    return [String(value)];
  }
  return [];
}

function valueOf(expr: Expr, facts: Facts): unknown {
  return plan(ENVIRONMENT, expr as unknown as Parameters<typeof plan>[1])(facts);
}
