// What asks for less is listed with its path, and what does not is not.
import assert from "node:assert/strict";
import { relaxationsOf } from "../../src/policy/relaxations.ts";
import { attestationRule } from "./attestations.ts";
import { entry, KEYS, policy, rule, type Json } from "./resources.ts";

const of = (spec: Json): readonly string[] => relaxationsOf(policy(spec).spec);
const strict = { attestors: [{ entries: [entry("a", KEYS.a, { insecureIgnoreTlog: false })] }] };
const FIRST = "spec.verifyImages[0]";

describe("relaxationsOf()", () => {
  it("is empty for what asks for everything", () => {
    assert.deepEqual(of({ verifyImages: [rule(strict)] }), []);
    assert.deepEqual(of({ failurePolicy: "Fail", verifyImages: [rule({ ...strict, mutateDigest: false })] }), []);
  });

  it("names every insecure field that is true, of signatures and of attestations", () => {
    const insecure = {
      insecureIgnoreTlog: true,
      insecureIgnoreSCT: true,
      certificates: { insecureUseCurrentTime: true },
    };
    const [written] = of({ verifyImages: [rule({ attestors: [{ entries: [{ name: "a", ...insecure }] }] })] });
    assert.equal(written, `${FIRST}.attestors[0].entries[0].insecureIgnoreTlog: true`);
    const all = of({
      verifyImages: [rule({ attestors: [{ entries: [{ name: "a", ...insecure }] }] }), attestationRule({})],
    });
    assert.deepEqual(
      all.map((each) => each.replace(/^.*[.]/u, "")),
      [
        "insecureIgnoreTlog: true",
        "insecureIgnoreSCT: true",
        "insecureUseCurrentTime: true",
        "insecureIgnoreTlog: true",
      ],
    );
    assert.match(all[3] ?? "", /^spec\.verifyImages\[1\]\.attestations\[0\]\.attestors/u);
  });

  it("names an Ignore", () => {
    assert.deepEqual(of({ failurePolicy: "Ignore", verifyImages: [rule(strict)] }), ["spec.failurePolicy: Ignore"]);
  });

  it("names tags that are neither pinned nor refused, where something is enforced", () => {
    const unpinned = rule({ ...strict, mutateDigest: false, verifyDigest: false });
    assert.deepEqual(of({ verifyImages: [unpinned] }), [`${FIRST}.mutateDigest and verifyDigest: false`]);
    assert.deepEqual(of({ failureAction: "Audit", verifyImages: [unpinned] }), []);
  });

  it("takes no text for a field, and nothing for a spec", () => {
    const annotations = { insecureEverything: "true" };
    assert.deepEqual(
      of({
        verifyImages: [
          rule({ attestors: [{ entries: [entry("a", KEYS.a, { insecureIgnoreTlog: false, annotations })] }] }),
        ],
      }),
      [],
    );
    for (const spec of [undefined, null, 1, "insecure", [], { verifyImages: 1 }])
      assert.deepEqual(relaxationsOf(spec), []);
  });
});
