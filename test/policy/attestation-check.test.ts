/** What keeps attestations from compiling, by path: a rule is then Undetermined for what it covers. */
import assert from "node:assert/strict";
import { validatePolicy } from "../../src/policy/validate.ts";
import { attestationRule } from "./attestations.ts";
import { entry, KEYS, policy, type Json } from "./resources.ts";

function errors(more: Json, rule: Json = {}): readonly string[] {
  const resource: unknown = JSON.parse(JSON.stringify(policy({ verifyImages: [attestationRule(more, rule)] })));
  return validatePolicy(resource).map(({ path, message }) => `${path.replace("spec.verifyImages[0].", "")} ${message}`);
}

describe("attestations", () => {
  const refused: Readonly<Record<string, [Json, RegExp, Json?]>> = {
    "a name that CEL keeps": [{ name: "package" }, /^attestations\[0\]\.name must not be a word that CEL keeps/],
    "a name that CEL cannot write": [{ name: "my-scan" }, /^attestations\[0\]\.name /],
    "a predicate type that is neither URI nor known": [
      { predicateTypes: ["vulns"] },
      /^attestations\[0\]\.predicateTypes\[0\] /,
    ],
    "no predicate type": [{ predicateTypes: [] }, /^attestations\[0\]\.predicateTypes /],
    "no attestors": [{ attestors: undefined }, /^attestations\[0\]\.attestors /],
    "more parties than entries": [
      { attestors: [{ count: 2, entries: [entry("one", KEYS.a)] }] },
      /^attestations\[0\]\.attestors\[0\]\.count is 2/,
    ],
    "an age of a key's statements": [
      { maxAge: "7d" },
      /^attestations\[0\]\.attestors must not have keys or certificates/,
    ],
    "the latest of a key's statements": [{ match: "Latest" }, /^attestations\[0\]\.attestors must not have keys/],
    "an unknown match": [{ match: "None" }, /^attestations\[0\]\.match /],
    "an expression that does not parse": [
      { conditions: [{ expression: "predicate." }] },
      /^attestations\[0\]\.conditions\[0\]\.expression is no expression of CEL: line 1/,
    ],
    "a condition that names what is not there": [
      { conditions: [{ expression: "object.spec == 1" }] },
      /^attestations\[0\]\.conditions\[0\]\.expression .*"object"/,
    ],
    "a validation that does not parse": [
      {},
      /^validations\[0\]\.expression /,
      { validations: [{ expression: "1 +" }] },
    ],
    "two of one name": [
      {},
      /^attestations\[1\]\.name is used twice/,
      {
        attestations: [
          ...(attestationRule()["attestations"] as Json[]),
          ...(attestationRule()["attestations"] as Json[]),
        ],
      },
    ],
    "an unknown field": [{ predicateType: "vuln" }, /predicateType/],
  };
  for (const [name, [more, message, rule]] of Object.entries(refused)) {
    it(`refuse ${name}`, () => {
      const found = errors(more, rule);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", message);
    });
  }

  it("refuse an age that is none", () =>
    assert.match(errors({ maxAge: "7 days" })[0] ?? "", /^attestations\[0\]\.maxAge /));

  it("take one that is written well", () => assert.deepEqual(errors({ match: "Any" }), []));
});
