/** `match.conditions` (policy-api.md §2.2): CEL over the request, before any image is looked at. */
import { parseCel, type CelProgram } from "./cel/program.ts";
import { quoted } from "../failure/failure.ts";
import { duplicateNames, itemsOf, memberOf, type FieldError } from "./field-errors.ts";
import { memoized } from "./memo.ts";
import type { MatchSpec } from "./types.ts";

/** The names that an expression may look at. */
const VARIABLES = ["object", "oldObject", "request", "namespaceObject"];

const parseCondition = memoized((source) => parseCel(source, VARIABLES));

/** `match` is any value, `path` where it stands. */
export function checkConditions(match: unknown, path: string): readonly FieldError[] {
  const list = memberOf(match, "conditions");
  const conditions = itemsOf(list, `${path}.conditions`);
  return [
    ...duplicateNames(list, `${path}.conditions`),
    ...conditions.flatMap((condition) => checkExpression(condition)),
  ];
}

function checkExpression(condition: { value: unknown; path: string }): readonly FieldError[] {
  const source = memberOf(condition.value, "expression");
  const result = typeof source === "string" ? parseCondition(source) : undefined;
  if (result === undefined || result.ok) return [];
  const name = memberOf(condition.value, "name");
  const whose = typeof name === "string" ? ` (condition ${quoted(name)})` : "";
  return [{ path: `${condition.path}.expression`, message: `${result.message}${whose}` }];
}

/** Requires conditions that checkConditions() took. */
export function compileConditions(conditions: NonNullable<MatchSpec["conditions"]>): readonly CelProgram[] {
  return conditions.map(({ expression }) => {
    const result = parseCondition(expression);
    if (!result.ok) throw new Error(`a condition ${result.message} after it was validated`);
    return result.program;
  });
}
