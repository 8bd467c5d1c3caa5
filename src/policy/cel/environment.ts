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

export const ENVIRONMENT: CelEnv = celEnv({
  funcs: [
    ...strings,
    celFunc(COUNT_TURN, [DYN], DYN, (condition) => {
      spend(1);
      return condition;
    }),
    celFunc(COUNT_RANGE, [DYN], DYN, (range) => {
      spend(Math.ceil(sizeOf(range) / ELEMENTS_PER_STEP));
      return range;
    }),
  ],
  re2: { compile: compilePattern },
});
