/**
 * What is done to a parsed expression before it is planned: names and functions that do not exist are refused here, once,
 * instead of at every evaluation, nesting is bounded, and every loop counts its turns against the budget.
 */
import { COUNT_RANGE, COUNT_TURN, ENVIRONMENT } from "./environment.ts";

/** The parts of the library's syntax tree that are looked at. */
export interface Expr {
  readonly id: bigint;
  readonly exprKind: ExprKind;
}

type ExprKind =
  | { readonly case: "constExpr"; readonly value: unknown }
  | { readonly case: "identExpr"; readonly value: { readonly name: string } }
  | { readonly case: "selectExpr"; readonly value: { readonly operand?: Expr; readonly field: string } }
  | {
      readonly case: "callExpr";
      readonly value: { readonly function: string; readonly target?: Expr; readonly args: readonly Expr[] };
    }
  | { readonly case: "listExpr"; readonly value: { readonly elements: readonly Expr[] } }
  | {
      readonly case: "structExpr";
      readonly value: { readonly messageName: string; readonly entries: readonly Entry[] };
    }
  | { readonly case: "comprehensionExpr"; readonly value: Comprehension };

interface Entry {
  readonly keyKind: { readonly case: string; readonly value: unknown };
  readonly value?: Expr;
}

interface Comprehension {
  readonly iterVar: string;
  readonly accuVar: string;
  readonly iterRange?: Expr;
  readonly accuInit?: Expr;
  readonly loopCondition?: Expr;
  readonly loopStep?: Expr;
  readonly result?: Expr;
}

const MAX_NESTING = 64;
const MAX_LOOPS = 4;
/** What the parser makes operators and macros of; the library resolves them without its table of functions. */
const OPERATORS = /^(?:[_!?:[\]&|@-]|@?(?:in|not_strictly_false)$)/;

/** Names of types are values too, as in `type(x) == int`. */
const TYPE_NAMES = ["int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type", "type"];

interface Scope {
  readonly names: ReadonlySet<string>;
  /** Filled on the way: the variables that the expression reads. */
  readonly read: Set<string>;
  readonly nesting: number;
  readonly loops: number;
}

/** The parts that a part is made of. */
export function partsOf({ exprKind }: Expr): readonly Expr[] {
  switch (exprKind.case) {
    case "constExpr":
    case "identExpr":
      return [];
    case "selectExpr":
      return present([exprKind.value.operand]);
    case "callExpr":
      return present([exprKind.value.target, ...exprKind.value.args]);
    case "listExpr":
      return exprKind.value.elements;
    case "structExpr":
      return present(exprKind.value.entries.map(({ value }) => value));
    case "comprehensionExpr":
      return present([exprKind.value.iterRange, exprKind.value.loopStep]);
  }
}

function present(parts: readonly (Expr | undefined)[]): readonly Expr[] {
  return parts.filter((part) => part !== undefined);
}

/** The tree with counting loops, and the variables that it reads. Throws Error with a sentence that says what is wrong. */
export function rewrite(
  root: Expr,
  variables: readonly string[],
): { readonly expr: Expr; readonly read: ReadonlySet<string> } {
  const read = new Set<string>();
  const expr = visit(root, { names: new Set([...variables, ...TYPE_NAMES]), read, nesting: 0, loops: 0 });
  return { expr, read };
}

function visit(expr: Expr, outer: Scope): Expr {
  const scope = { ...outer, nesting: outer.nesting + 1 };
  if (scope.nesting > MAX_NESTING) throw new Error(`it is nested more than ${MAX_NESTING} deep`);
  return { ...expr, exprKind: visitKind(expr, scope) };
}

function visitKind({ id, exprKind }: Expr, scope: Scope): ExprKind {
  switch (exprKind.case) {
    case "constExpr":
      return exprKind;
    case "identExpr":
      checkName(exprKind.value.name, scope);
      return exprKind;
    case "selectExpr":
      return { ...exprKind, value: { ...exprKind.value, ...visitMember("operand", exprKind.value.operand, scope) } };
    case "callExpr":
      return { ...exprKind, value: visitCall(exprKind.value, scope) };
    case "listExpr":
      return {
        ...exprKind,
        value: { ...exprKind.value, elements: exprKind.value.elements.map((each) => visit(each, scope)) },
      };
    case "structExpr":
      return { ...exprKind, value: visitStruct(exprKind.value, scope) };
    case "comprehensionExpr":
      return { ...exprKind, value: visitLoop(id, exprKind.value, scope) };
  }
}

type Call = Extract<ExprKind, { case: "callExpr" }>["value"];

function visitCall(call: Call, scope: Scope): Call {
  const { function: name, target, args } = call;
  if (!OPERATORS.test(name) && ENVIRONMENT.funcs.find(name) === undefined && !isNamespaced(call)) {
    throw new Error(`it calls the function ${JSON.stringify(name)}, which does not exist`);
  }
  const visited = isNamespaced(call) ? target : target && visit(target, scope);
  return { ...call, ...(visited && { target: visited }), args: args.map((argument) => visit(argument, scope)) };
}

/** `strings.quote(x)` parses as a method of a variable that nobody declares. */
function isNamespaced({ function: name, target }: Call): boolean {
  return (
    target?.exprKind.case === "identExpr" &&
    ENVIRONMENT.funcs.find(`${target.exprKind.value.name}.${name}`) !== undefined
  );
}

type Struct = Extract<ExprKind, { case: "structExpr" }>["value"];

function visitStruct(struct: Struct, scope: Scope): Struct {
  if (struct.messageName !== "") throw new Error("it makes a protobuf message, and there are none here");
  const entries = struct.entries.map((entry) => ({
    ...entry,
    ...(entry.keyKind.case === "mapKey" && {
      keyKind: { ...entry.keyKind, value: visit(entry.keyKind.value as Expr, scope) },
    }),
    ...visitMember("value", entry.value, scope),
  }));
  return { ...struct, entries };
}

function visitLoop(id: bigint, loop: Comprehension, outer: Scope): Comprehension {
  if (outer.loops === MAX_LOOPS) throw new Error(`it nests more than ${MAX_LOOPS} loops`);
  const inner = {
    ...outer,
    names: new Set([...outer.names, loop.iterVar, loop.accuVar]),
    loops: outer.loops + 1,
  };
  return {
    ...loop,
    ...(loop.iterRange && { iterRange: counting(id, COUNT_RANGE, visit(loop.iterRange, outer)) }),
    ...visitMember("accuInit", loop.accuInit, outer),
    ...(loop.loopCondition && { loopCondition: counting(id, COUNT_TURN, visit(loop.loopCondition, inner)) }),
    ...visitMember("loopStep", loop.loopStep, inner),
    ...visitMember("result", loop.result, inner),
  };
}

function visitMember<Name extends string>(
  name: Name,
  expr: Expr | undefined,
  scope: Scope,
): Partial<Record<Name, Expr>> {
  return expr === undefined ? {} : ({ [name]: visit(expr, scope) } as Record<Name, Expr>);
}

function counting(id: bigint, name: string, argument: Expr): Expr {
  const value = { $typeName: "cel.expr.Expr.Call", function: name, args: [argument] };
  return { id, $typeName: "cel.expr.Expr", exprKind: { case: "callExpr", value } } as Expr;
}

function checkName(name: string, { names, read }: Scope): void {
  read.add(name);
  if (names.has(name)) return;
  const known = [...names].filter((each) => !each.startsWith("@") && !TYPE_NAMES.includes(each));
  throw new Error(`it names ${JSON.stringify(name)}, want one of ${known.join(", ")}`);
}
