/** The next page of a referrers list: found as RFC 8288 writes it, refused when it leaves the list. */
import assert from "node:assert/strict";
import { EMPTY_BODY } from "../../src/registry/body.ts";
import { nextPage } from "../../src/registry/link.ts";
import { failsWith } from "../support/failures.ts";

const LIST = "https://a.b/v2/x/referrers/sha256:00";

function next(link: string | string[] | undefined): string | undefined {
  return nextPage({ status: 200, headers: { link }, ...EMPTY_BODY, url: new URL(LIST), place: "a.b" })?.href;
}

describe("registry: nextPage()", () => {
  const found: readonly (readonly [string, string | string[] | undefined, string | undefined])[] = [
    ["no header", undefined, undefined],
    ["another relation", '<?n=2>; rel="prev"', undefined],
    ["a query", '<?n=2>; rel="next"', `${LIST}?n=2`],
    ["an absolute path", '</v2/x/referrers/sha256:00?n=2>; rel="next"', `${LIST}?n=2`],
    ["an absolute address, without quotes", `<${LIST}?n=2>; rel=next`, `${LIST}?n=2`],
    ["the second of two links", `<${LIST}?n=1>; rel="prev", <${LIST}?n=2>; rel="next"`, `${LIST}?n=2`],
    ["the second of two headers", [`<${LIST}?n=1>; rel="prev"`, `<${LIST}?n=2>; title="x"; rel="next"`], `${LIST}?n=2`],
  ];
  for (const [what, link, expected] of found) {
    it(`reads ${what}`, () => {
      assert.equal(next(link), expected);
    });
  }

  const refused = {
    "another host": "https://evil.example/v2/x/referrers/sha256:00?n=2",
    "another port": "https://a.b:444/v2/x/referrers/sha256:00?n=2",
    "another scheme": "http://a.b/v2/x/referrers/sha256:00?n=2",
    "another list": "/v2/y/referrers/sha256:00?n=2",
    "the page itself": LIST,
    "an address that cannot be parsed": "https://[",
  };
  for (const [what, target] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      failsWith("RegistryAnswerUnexpected", () => next(`<${target}>; rel="next"`));
    });
  }
});
