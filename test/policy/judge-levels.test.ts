// `platforms`: on the index that is named, on each of its manifests, or on either; each set and each attestation on its own.
import assert from "node:assert/strict";
import { VerificationFailure } from "../../src/failure/failure.ts";
import type { CompiledRule } from "../../src/policy/compile.ts";
import { placesOf } from "../../src/policy/judge-levels.ts";
import { judgeRule } from "../../src/policy/evaluate.ts";
import { proveRule } from "../../src/policy/prove.ts";
import type { Platforms } from "../../src/policy/types.ts";
import type { RuleVerdict } from "../../src/policy/verdict.ts";
import { attestationRule, attestedBy, compiledAttestationRule, REFERENCE } from "./attestations.ts";
import { asksPlatforms, onPlatforms, type IndexEvidence } from "./platforms.ts";
import { candidate, compiledRule, entry, evidence, IMAGE_DIGEST, KEYS, NOW, READ, UNREAD } from "./resources.ts";

const GOOD = [candidate("good", KEYS.a)];
const BAD = [candidate("bad", KEYS.b)];
const NESTED = new VerificationFailure("IndexNested", "Cannot verify each platform: one is an index");
const ALL: readonly Platforms[] = ["Index", "EachPlatform", "IndexOrEachPlatform"];

const signedOn = (platforms: Platforms): CompiledRule => compiledRule({ platforms });

/** Outcome and the subjects of what is told. */
function told({ outcome, findings }: RuleVerdict): string {
  return [outcome, ...findings.map(({ subject, code }) => `${subject} ${code}`)].join("; ");
}

describe("policy: platforms", () => {
  const table: readonly (readonly [string, IndexEvidence, readonly [string, string, string]])[] = [
    ["all signed", { index: GOOD, platforms: [GOOD, GOOD] }, ["Pass", "Pass", "Pass"]],
    ["the index alone", { index: GOOD, platforms: [[], BAD] }, ["Pass", "Fail", "Pass"]],
    ["each manifest and not the index", { platforms: [GOOD, GOOD] }, ["Fail", "Pass", "Pass"]],
    ["all manifests but one", { platforms: [GOOD, []] }, ["Fail", "Fail", "Fail"]],
    ["one manifest that cannot be asked", { platforms: [GOOD, UNREAD] }, ["Fail", "Undetermined", "Undetermined"]],
    ["one that cannot be asked beside one without", { platforms: [[], UNREAD] }, ["Fail", "Fail", "Fail"]],
    ["an index that cannot be asked", { places: [UNREAD], platforms: [[]] }, ["Undetermined", "Fail", "Undetermined"]],
    [
      "one that cannot be asked under a signed index",
      { index: GOOD, platforms: [UNREAD] },
      ["Pass", "Undetermined", "Pass"],
    ],
    ["an index whose manifests cannot be told", { platforms: NESTED }, ["Fail", "Fail", "Fail"]],
    ["the same, signed", { index: GOOD, platforms: NESTED }, ["Pass", "Fail", "Pass"]],
    ["an index of nothing", { platforms: [] }, ["Fail", "Fail", "Fail"]],
  ];
  for (const [name, image, outcomes] of table) {
    it(`${name}: ${outcomes.join(", ")}`, () => {
      assert.deepEqual(
        ALL.map((platforms) => onPlatforms(signedOn(platforms), image).outcome),
        outcomes,
      );
    });
  }

  it("takes an image that is no index as its one manifest", () => {
    const image = { reference: REFERENCE, digest: IMAGE_DIGEST };
    for (const platforms of ALL) {
      const rule = signedOn(platforms);
      for (const [candidates, outcome] of [
        [GOOD, "Pass"],
        [BAD, "Fail"],
      ] as const) {
        const proof = proveRule(rule, evidence(candidates), NOW);
        assert.equal(judgeRule(rule, proof, { image, now: NOW }).outcome, outcome);
      }
    }
  });

  it("names the manifest in each finding, and none of a level that does not matter", () => {
    assert.equal(
      told(onPlatforms(signedOn("EachPlatform"), { index: BAD, platforms: [GOOD, BAD, [], UNREAD] })),
      'Fail; platform 2: bad SignatureInvalid; platform 4: referrers tag RegistryError; platform 3: rule "acme" NoSignatureFound; platform 4: rule "acme" NoSignatureFound',
    );
    assert.equal(
      told(onPlatforms(signedOn("IndexOrEachPlatform"), { index: BAD, platforms: NESTED })),
      "Fail; index IndexNested; bad SignatureInvalid",
    );
    assert.equal(told(onPlatforms(signedOn("IndexOrEachPlatform"), { index: BAD, platforms: [GOOD] })), "Pass");
  });

  it("counts a set on each manifest by itself: two signers on two manifests are one on each", () => {
    const sets = [{ count: 2, entries: [entry("a", KEYS.a), entry("b", KEYS.b)] }];
    const rule = compiledRule({ attestors: sets, platforms: "EachPlatform" });
    assert.equal(onPlatforms(rule, { platforms: [GOOD, BAD] }).outcome, "Fail");
    assert.match(onPlatforms(rule, { platforms: [GOOD, BAD] }).summary, /^1 of 2 required signatures/);
    assert.match(onPlatforms(rule, { platforms: [[...GOOD, ...BAD], GOOD] }).summary, /^1 of 2 required signatures/);
    assert.equal(
      onPlatforms(rule, {
        platforms: [
          [...GOOD, ...BAD],
          [...BAD, ...GOOD],
        ],
      }).outcome,
      "Pass",
    );
  });

  it("asks each set on its own: one on the index, another on each manifest", () => {
    const sets = [{ entries: [entry("a", KEYS.a)] }, { entries: [entry("b", KEYS.b)] }];
    const rule = compiledRule({ attestors: sets, platforms: "IndexOrEachPlatform" });
    assert.equal(onPlatforms(rule, { index: GOOD, platforms: [BAD, BAD] }).outcome, "Pass");
    assert.equal(onPlatforms(rule, { index: GOOD, platforms: [BAD, GOOD] }).outcome, "Fail");
  });

  it("asks attestations where they say, and the rule says it for those that do not", () => {
    const scan = [attestedBy(KEYS.a, {})];
    const rule = (own: object, ofRule: object): CompiledRule =>
      compiledAttestationRule(attestationRule({ ...own }, { ...ofRule }));
    const onEach = { platforms: [scan, scan] };
    const onIndex = { index: scan, platforms: [[], scan] };
    const outcome = (asked: CompiledRule, image: IndexEvidence): string => onPlatforms(asked, image).outcome;
    assert.equal(outcome(rule({}, { platforms: "EachPlatform" }), onEach), "Pass");
    assert.equal(outcome(rule({}, { platforms: "EachPlatform" }), onIndex), "Fail");
    assert.equal(outcome(rule({ platforms: "Index" }, { platforms: "EachPlatform" }), onIndex), "Pass");
    assert.equal(outcome(rule({ platforms: "EachPlatform" }, {}), onIndex), "Fail");
    assert.equal(
      told(onPlatforms(rule({ platforms: "EachPlatform" }, {}), onIndex)),
      'Fail; platform 1: attestation "vuln" NoAttestationFound',
    );
  });

  it("asks the index alone where it says so, though an attestation has the manifests looked at", () => {
    const scan = attestedBy(KEYS.a, {});
    const attestors = [{ entries: [entry("release", KEYS.a)] }];
    const rule = compiledAttestationRule(
      attestationRule({ platforms: "EachPlatform" }, { attestors, platforms: "Index" }),
    );
    assert.equal(onPlatforms(rule, { platforms: [[...GOOD, scan]] }).outcome, "Fail");
    assert.equal(onPlatforms(rule, { index: GOOD, platforms: [[scan]] }).outcome, "Pass");
  });

  it("tells nothing of the manifests where the index has what may be on either", () => {
    const scan = attestedBy(KEYS.a, {});
    const attestors = [{ entries: [entry("release", KEYS.a)] }];
    const rule = compiledAttestationRule(
      attestationRule({ platforms: "EachPlatform" }, { attestors, platforms: "IndexOrEachPlatform" }),
    );
    const { outcome, findings } = onPlatforms(rule, { index: GOOD, platforms: [[...BAD, scan]] });
    assert.equal(outcome, "Pass");
    assert.deepEqual(
      findings.filter((finding) => finding.entry === "release"),
      [],
    );
  });

  it("says why it is not determined, of the index and of its manifests", () => {
    const signed = onPlatforms(signedOn("IndexOrEachPlatform"), { index: BAD, platforms: [GOOD, UNREAD] });
    assert.equal(told(signed), "Undetermined; bad SignatureInvalid; platform 2: referrers tag RegistryError");
    assert.deepEqual(signed.causes, ["RegistryError"]);
    const attested = compiledAttestationRule(attestationRule({ platforms: "EachPlatform" }));
    assert.deepEqual(onPlatforms(attested, { platforms: [UNREAD] }).causes, ["RegistryError"]);
  });

  it("says of signatures and of attestations why the manifests cannot be told", () => {
    const signed = onPlatforms(signedOn("EachPlatform"), { platforms: NESTED });
    assert.equal(told(signed), "Fail; index IndexNested");
    assert.match(signed.summary, /^0 of 1 required signatures/);
    const attested = compiledAttestationRule(attestationRule({ platforms: "EachPlatform" }));
    assert.equal(told(onPlatforms(attested, { platforms: NESTED })), "Fail; index IndexNested");
  });

  it("shows validations what passed at every level", () => {
    const scan = [attestedBy(KEYS.a, {})];
    const validations = [{ expression: "signatures.size() == 2 && attestations.vuln.size() == 1" }];
    const attestors = [{ entries: [entry("release", KEYS.a)] }];
    const rule = compiledAttestationRule(
      attestationRule({ platforms: "Index" }, { attestors, validations, platforms: "EachPlatform" }),
    );
    assert.equal(onPlatforms(rule, { index: scan, platforms: [GOOD, GOOD] }).outcome, "Pass");
    assert.equal(onPlatforms(rule, { index: scan, platforms: [GOOD] }).outcome, "Fail");
  });

  it("looks at the manifests only where the index does not decide for good", () => {
    const image = { index: GOOD, platforms: [] };
    assert.deepEqual(
      ALL.map((platforms) => asksPlatforms(signedOn(platforms), image)),
      [false, true, false],
    );
    assert.equal(asksPlatforms(signedOn("IndexOrEachPlatform"), { index: BAD, platforms: [] }), true);
    // What passes now may be too old, or about another name, when the proof is judged again.
    const conditions = [{ expression: "now > timestamp('2020-01-01T00:00:00Z')" }];
    const dated = compiledAttestationRule(attestationRule({ conditions, platforms: "IndexOrEachPlatform" }));
    assert.equal(asksPlatforms(dated, { index: [attestedBy(KEYS.a, {})], platforms: [] }), true);
  });

  it("judges nothing on manifests that were not looked at", () => {
    const rule = signedOn("EachPlatform");
    const proof = proveRule(rule, { ...evidence(GOOD), kind: "index" }, NOW);
    const image = { reference: REFERENCE, digest: IMAGE_DIGEST };
    assert.throws(() => judgeRule(rule, proof, { image, now: NOW }), /not looked at/);
    const either = signedOn("IndexOrEachPlatform");
    const bad = proveRule(either, { ...evidence(BAD), kind: "index" }, NOW);
    assert.equal(told(judgeRule(either, bad, { image, now: NOW })), "Fail; bad SignatureInvalid");
  });

  it("tells the places of every level", () => {
    const rule = signedOn("EachPlatform");
    const own = proveRule(rule, { ...evidence([]), kind: "index" }, NOW);
    const below = proveRule(rule, { ...evidence([]), level: "linux/amd64 sha256:12…" }, NOW);
    assert.deepEqual(
      placesOf({ ...own, platforms: { ok: true, value: [below] } }).map(({ place }) => place),
      [READ.place, `linux/amd64 sha256:12…: ${READ.place}`],
    );
  });
});
