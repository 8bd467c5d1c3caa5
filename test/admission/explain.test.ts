// The one text of webhook, log and command line, line by line.
import assert from "node:assert/strict";
import { MAX_TEXT } from "../../src/admission/bounded-text.ts";
import { explainImage, explainReview, policyTitle } from "../../src/admission/explain.ts";
import { FAILURES } from "../../src/failure/catalogue.ts";
import { CAUSES } from "../../src/policy/causes.ts";
import type { Finding } from "../../src/policy/verdict.ts";
import { IMAGE, imageVerdict, result, ruleVerdict } from "./verdicts.ts";

const finding = (more: Partial<Finding> = {}): Finding => ({
  subject: "cosign sha256:77e0…",
  code: "SignatureInvalid",
  reason: "Cannot verify the signature: made by another key",
  ...more,
});

describe("explainImage()", () => {
  it("says image, policy, rule, each candidate, where was looked, and hints apart", () => {
    const findings = [
      finding({ entry: "release", hint: "sign it" }),
      finding({
        subject: "tag sha256-9….sig",
        code: "RegistryThrottled",
        reason: "registry.local answers 429",
        hint: "sign it",
      }),
    ];
    const places = [
      { place: "referrers API", state: "absent", detail: "not supported" },
      { place: "tag sha256-9….sig", state: "unread", detail: "not read: 429", cause: "RegistryThrottled" },
    ] as const;
    const verdict = imageVerdict([result(ruleVerdict({ findings }))], { places });
    assert.equal(
      explainImage(verdict),
      [
        `Image "${IMAGE}" denied by ImageVerifyPolicy "prod/signed", rule "acme": 0 of 1 required signatures accepted`,
        `  1. cosign sha256:77e0… for "release"  SignatureInvalid (${FAILURES.SignatureInvalid.step}): Cannot verify the signature: made by another key`,
        "  2. tag sha256-9….sig  RegistryThrottled: registry.local answers 429",
        "  looked in: referrers API (not supported), tag sha256-9….sig (not read: 429)",
        "  hint: sign it",
      ].join("\n"),
    );
  });

  it("says what to do about what could not be looked at, unless a finding of that cause says it itself", () => {
    const unread = finding({ code: "RegistryUnreachable" });
    const hints = (...findings: readonly Finding[]): readonly string[] =>
      explainImage(imageVerdict([result(ruleVerdict({ outcome: "Undetermined", findings }))]))
        .split("\n")
        .filter((line) => line.startsWith("  hint: "));
    const { hint } = CAUSES.RegistryUnreachable;
    assert.deepEqual(hints(unread, unread), [`  hint: ${hint}`]);
    assert.deepEqual(hints(finding({ hint: "sign it" }), unread), ["  hint: sign it", `  hint: ${hint}`]);
    assert.deepEqual(hints(finding({ code: "Overloaded", hint: "own" }), finding({ code: "Overloaded" })), [
      "  hint: own",
    ]);
  });

  it("says that no cluster policy is about an image, beside what its rules say, where that matters", () => {
    const { hint } = FAILURES["ImageUnmatched"];
    assert.equal(
      explainImage(imageVerdict([], { unmatched: "Deny" })),
      `Image "${IMAGE}" denied by unmatchedImages: ImageUnmatched (policy): no rule of a ClusterImageVerifyPolicy is about it\n  hint: ${hint}`,
    );
    assert.match(explainImage(imageVerdict([], { unmatched: "Warn" })), /" warned about by unmatchedImages: /);
    assert.equal(explainImage(imageVerdict([result()], { unmatched: "Deny" })).split("\n").length, 3);
    assert.equal(explainImage(imageVerdict([])), "");
  });

  it("says nothing of a rule that passed, and nothing at all where all did", () => {
    const passed = result(ruleVerdict({ outcome: "Pass", rule: "other" }));
    assert.equal(explainImage(imageVerdict([passed])), "");
    assert.equal(explainImage(imageVerdict([passed, result()])).split("\n").length, 1);
  });

  const sentences = [
    ["Fail", "Enforce", "denied by"],
    ["Fail", "Warn", "would be denied by"],
    ["Fail", "Audit", "would be denied by"],
    ["Undetermined", "Enforce", "could not be verified for"],
    ["Undetermined", "Audit", "could not be verified for"],
  ] as const;
  for (const [outcome, failureAction, sentence] of sentences) {
    it(`${outcome} under ${failureAction}: ${sentence}`, () => {
      const text = explainImage(imageVerdict([result(ruleVerdict({ outcome }), { failureAction })]));
      assert.equal(
        text.startsWith(`Image "${IMAGE}" ${sentence} ImageVerifyPolicy "prod/signed", rule "acme": `),
        true,
        text,
      );
    });
  }

  it("lists twenty candidates and counts the rest", () => {
    const findings = Array.from({ length: 25 }, (_, i) => finding({ subject: `bundle ${i}`, hint: `hint ${i % 2}` }));
    const lines = explainImage(imageVerdict([result(ruleVerdict({ findings }))])).split("\n");
    assert.equal(lines.length, 1 + 1 + 2 + 20 + 1);
    assert.match(lines[23] ?? "", /^ {2}20\. bundle 19 /);
    assert.equal(lines[24], "  … and 5 more");
  });
});

describe("what an event keeps", () => {
  const reason = "Cannot verify the signature: ".padEnd(200, "x");
  const findings = Array.from({ length: 12 }, (_, i) => finding({ subject: `bundle ${i}`, reason, hint: "sign it" }));
  const text = explainImage(
    imageVerdict([result(ruleVerdict({ findings }))], {
      places: [{ place: "referrers API", state: "read", detail: "12 listed" }],
    }),
  );

  it("has codes and hints before many candidates", () => {
    const lines = text.split("\n");
    assert.deepEqual(lines.slice(1, 3).concat(lines.slice(-1)), [
      "  codes: SignatureInvalid",
      "  hint: sign it",
      "  looked in: referrers API (12 listed)",
    ]);
    assert.equal(lines.length, 1 + 2 + 12 + 1);
    assert.equal(text.indexOf("hint: sign it") < 750, true);
  });

  it("names five codes and counts the others", () => {
    const many = findings.map((each, i) => ({ ...each, code: `Code${i}` }));
    const line = explainImage(imageVerdict([result(ruleVerdict({ findings: many }))])).split("\n")[1];
    assert.equal(line, "  codes: Code0, Code1, Code2, Code3, Code4, 7 more");
  });

  it("has the hint last where it is within what an event keeps", () => {
    const short = explainImage(imageVerdict([result(ruleVerdict({ findings: findings.slice(0, 1) }))]));
    assert.match(short, /\n {2}hint: sign it$/);
  });
});

describe("explainReview()", () => {
  it("counts and names every image and rule of a pod that has more than an answer has room for", () => {
    const verdicts = Array.from({ length: 250 }, (_, i) =>
      imageVerdict([result(), result(ruleVerdict({ rule: "other" }))], { image: `ghcr.io/acme/${i}:1` }),
    );
    const text = explainReview(verdicts);
    assert.equal(text.length <= MAX_TEXT, true);
    const lines = text.split("\n");
    assert.equal(lines[0], "500 refusals of 250 images, more than fits here: the first in full");
    const told = lines.filter((line) => line.startsWith("Image ")).length;
    const [, more] = / and ([0-9]+) more: "ghcr/.exec(lines.at(-1) ?? "") ?? [];
    const [, unnamed] = / ([0-9]+) not named$/.exec(lines.at(-1) ?? "") ?? [];
    assert.equal(told + Number(more), 500);
    assert.equal(told + (lines.at(-1) ?? "").split("; ").length - 1 + Number(unnamed), 500);
    assert.equal(told > 50, true);
  });

  it("has a block for each image", () => {
    const other = imageVerdict([result()], { image: "ghcr.io/acme/b:1" });
    const lines = explainReview([imageVerdict(), other]).split("\n");
    assert.deepEqual(
      lines.map((line) => line.slice(0, 24)),
      [`Image "registry.local:50`, `Image "ghcr.io/acme/b:1"`],
    );
  });
});

describe("policyTitle()", () => {
  it("names the namespace of the kind that has one", () => {
    assert.equal(policyTitle({ kind: "ClusterImageVerifyPolicy", name: "a" }), 'ClusterImageVerifyPolicy "a"');
    assert.equal(policyTitle({ kind: "ImageVerifyPolicy", namespace: "n", name: "a" }), 'ImageVerifyPolicy "n/a"');
  });
});
