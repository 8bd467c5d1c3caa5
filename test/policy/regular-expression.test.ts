// Regular expressions over identities: RE2's syntax, the whole text, linear time (verification-spec §4.5; §10, trap 13).
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseRegularExpression } from "../../src/policy/regular-expression.ts";

const matches = (source: string, text: string): boolean => {
  const result = parseRegularExpression(source);
  assert.ok(result.ok, source);
  return result.expression.matches(text);
};

const WORKFLOW = "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main";

const MATCHING: readonly [string, source: string, text: string][] = [
  ["a literal", "scanner@acme\\.io", "scanner@acme.io"],
  ["any repository of an owner", "https://github\\.com/acme/[^/]+/\\.github/workflows/.*", WORKFLOW],
  ["the longer of two alternatives", "a|ab", "ab"],
  ["a lazy star that must take all", "a*?", "aaa"],
  ["its own anchors", "^https://.*main$", WORKFLOW],
  ["text anchors of RE2", "\\Ahttps://.*main\\z", WORKFLOW],
  ["letters of either case", "(?i)ACME", "acme"],
  ["quoted text", "\\Qa.b\\E", "a.b"],
  ["a class of POSIX", "[[:alpha:]]+", "acme"],
  ["a named group", "(?P<owner>acme)", "acme"],
  ["one character outside the first plane", ".", "\u{1F600}"],
  ["a line break with (?s)", "(?s)a.b", "a\nb"],
];

const DIFFERENT: readonly [string, source: string, text: string][] = [
  ["text before it", "https://github\\.com/acme/.*", `https://evil.example/?${WORKFLOW}`],
  ["text after it", "refs/heads/main", "refs/heads/main2"],
  ["a line before it, with (?m)", "(?m)^acme$", "evil\nacme"],
  ["a line after it, with (?m)", "(?m)^acme$", "acme\nevil"],
  ["a line break at the end", "acme$", "acme\n"],
  ["a line break inside", "a.*b", "a\nb"],
  ["a pull request's ref", "refs/heads/.*", "refs/pull/7/merge"],
  ["an unescaped dot's neighbour only when it is one", "git\\.acme\\.io", "gitxacme.io"],
  ["a digit of another script", "\\d", "\u0661"],
  ["a space of another script", "\\s", "\u00a0"],
  ["something, when it is empty", "", "a"],
];

const REFUSED: readonly [string, source: string, message: RegExp][] = [
  ["look-ahead", "(?=a)a", /is no regular expression of RE2: .*\(\?=/],
  ["negative look-ahead", "(?!a)b", /unsupported Perl syntax/],
  ["look-behind", "(?<=a)b", /invalid named capture/],
  ["negative look-behind", "(?<!a)b", /invalid named capture/],
  ["a back-reference", "(a)\\1", /invalid escape sequence/],
  ["an atomic group", "(?>a)", /unsupported Perl syntax/],
  ["a possessive quantifier", "a++", /invalid nested repetition/],
  ["parentheses that only close once something is put around them", "a)|(?:b", /unexpected \)/],
  ["an open class", "[a", /missing closing \]/],
  ["a backslash at the end", "a\\", /trailing backslash/],
  ["a repetition above RE2's limit", "a{1001}", /invalid repeat count/],
  ["nested repetitions above RE2's limit", "((a{100}){100}){100}", /invalid repeat count/],
  ["too long a text", "a".repeat(513), /^is 513 characters long, want at most 512$/],
];

describe("policy/regular-expression", () => {
  for (const [name, source, text] of MATCHING) it(`matches ${name}`, () => assert.ok(matches(source, text)));
  for (const [name, source, text] of DIFFERENT) {
    it(`does not match ${name}`, () => assert.ok(!matches(source, text)));
  }

  for (const [name, source, message] of REFUSED) {
    it(`refuses reject list: regex that does not compile in RE2 (${name})`, () => {
      const result = parseRegularExpression(source);
      assert.ok(!result.ok);
      assert.match(result.message, message);
    });
  }

  it("is not slowed by expressions that make others slow", () => {
    // Backtracking would take longer than the world has: that the test ends is the test
    for (const source of ["^(a+)+$", "(a|a)*", "(a*)*b", "(.*)(.*)(.*)(.*)(.*)x"]) {
      assert.ok(!matches(source, `${"a".repeat(4000)}!`), source);
    }
  });

  it("matches no text of more than 4096 characters", () => {
    assert.ok(matches("a*", "a".repeat(4096)));
    assert.ok(!matches("a*", "a".repeat(4097)));
  });

  it("keeps its source", () => {
    const result = parseRegularExpression("a.c");
    assert.equal(result.ok ? result.expression.source : "", "a.c");
  });

  it("refuses or takes whatever is written, and throws nothing", () => {
    const pieces = fc.constantFrom(
      ..."ab\\()[]{}?*+|^$.:<>=!-,019PpLQEdDwWzA&".split(""),
      "(?i",
      "[[:",
      "\u{1F600}",
      "\ud800",
    );
    fc.assert(
      fc.property(fc.string({ unit: pieces, maxLength: 12 }), (source) => {
        assert.equal(typeof parseRegularExpression(source).ok, "boolean");
      }),
      { numRuns: 5000 },
    );
  });

  it("takes literal text as ECMAScript does", () => {
    const text = fc.string({ unit: fc.constantFrom(..."ab./:@-_".split("")), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (wanted, actual) => {
        assert.equal(matches(wanted.replaceAll(".", "\\."), actual), wanted === actual);
      }),
    );
  });
});
