/**
 * The one environment of all expressions (policy-api.md §2.6): standard CEL with the strings extension, RE2 as the engine of
 * `matches`, and the two functions that count: rewrite.ts puts them into every loop.
 */
import { celEnv, celFunc, CelScalar, isCelList, isCelMap, type CelEnv, type CelValue } from "@bufbuild/cel";
import { strings } from "@bufbuild/cel/ext";
import { RE2JS } from "re2js";
import { spend, spendOnText } from "./budget.ts";

/** No expression can write these names. */
export const COUNT_TURN = "@turn";
export const COUNT_RANGE = "@range";

const MAX_PATTERN = 512;
const MAX_PATTERNS = 256;
const ELEMENTS_PER_STEP = 32;

const { DYN } = CelScalar;

/** Patterns may come out of a statement: each is bounded, and only so many are remembered. */
const patterns = new Map<string, RE2JS>();

function compilePattern(source: string): { test(text: string): boolean } {
  if (source.length > MAX_PATTERN) throw new Error(`a regular expression of more than ${MAX_PATTERN} characters`);
  let pattern = patterns.get(source);
  if (pattern === undefined) {
    spend(source.length);
    pattern = RE2JS.compile(source);
    if (patterns.size === MAX_PATTERNS) patterns.clear();
    patterns.set(source, pattern);
  }
  const compiled = pattern;
  return {
    test: (text) => {
      spendOnText(text.length * Math.max(1, source.length / 8));
      return compiled.matcher(text).find();
    },
  };
}

function sizeOf(range: CelValue): number {
  return isCelList(range) || isCelMap(range) ? range.size : 0;
}

const STANDARD: CelEnv = celEnv({
  funcs: [
    ...strings,
    celFunc(COUNT_TURN, [DYN], DYN, (condition) => condition),
    celFunc(COUNT_RANGE, [DYN], DYN, (range) => {
      spend(Math.ceil(sizeOf(range) / ELEMENTS_PER_STEP));
      return range;
    }),
  ],
  re2: { compile: compilePattern },
});

type FuncResolver = CelEnv["funcs"];
type FuncGroup = NonNullable<ReturnType<FuncResolver["find"]>>;
type Call = FuncGroup["call"];

/**
 * Called in each turn of a loop over findings, so without the library's search for an overload: the count, and what two texts
 * are to each other. Whatever else is compared is left to the library.
 */
const QUICK: Readonly<Record<string, (standard: Call) => Call>> = {
  [COUNT_TURN]:
    () =>
    (_id, _target, [condition]) => {
      spend(1);
      return condition;
    },
  "_==_": (standard) => (id, target, args) => (areTexts(args) ? args[0] === args[1] : standard(id, target, args)),
  "_!=_": (standard) => (id, target, args) => (areTexts(args) ? args[0] !== args[1] : standard(id, target, args)),
};

function areTexts([left, right]: readonly CelValue[]): boolean {
  return typeof left === "string" && typeof right === "string";
}

/** `standard` in all but how these functions are called. */
function quickened(standard: FuncResolver): FuncResolver {
  const groups = new Map(
    Object.entries(QUICK).map(([name, quick]) => {
      const group = standard.find(name);
      if (group === undefined) throw new Error(`there is no function ${name}`);
      return [name, insteadOf(group, { call: quick(group.call.bind(group)) })];
    }),
  );
  return insteadOf(standard, { find: (name) => groups.get(name) ?? standard.find(name) });
}

/** An object with these members, whose others are those of `whole`. */
function insteadOf<T extends object>(whole: T, members: Partial<T>): T {
  return Object.assign(Object.create(whole) as T, members);
}

export const ENVIRONMENT: CelEnv = Object.create(STANDARD, { funcs: { value: quickened(STANDARD.funcs) } }) as CelEnv;
