// What an exception takes off, and that it takes off nothing else: every member narrows it, and none of several adds.
import assert from "node:assert/strict";
import { compileException, takeExcepted, type ExceptedRule } from "../../src/policy/exception.ts";
import { compilePolicy } from "../../src/policy/compile.ts";
import { exception } from "./exceptions.ts";
import {
  applicableRules,
  image,
  IMAGE_DIGEST,
  NO_TRUST_ROOTS,
  NOW,
  policy,
  reviewed,
  rule,
  type Json,
} from "./resources.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const APP = image("ghcr.io/acme/app", IMAGE_DIGEST);
const WHAT: ExceptedRule = {
  policy: { kind: "ClusterImageVerifyPolicy", name: "signed" },
  rule: "acme",
  namespace: "prod",
  labels: new Map([["app", "web"]]),
  reference: APP,
};

function excepts(spec: Json, what: Partial<ExceptedRule> = {}, now = NOW, metadata: Json = {}): boolean {
  const compiled = compileException(exception(spec, metadata));
  assert.deepEqual(compiled.errors, []);
  return compiled.excepts({ ...WHAT, ...what }, now);
}

const namespacedPolicy = { kind: "ImageVerifyPolicy", namespace: "prod", name: "signed" } as const;

describe("ImageVerifyException", () => {
  it("takes the rule that it names off the images that it names", () => assert.equal(excepts({}), true));

  const others: Readonly<Record<string, Partial<ExceptedRule>>> = {
    "another rule": { rule: "other" },
    "another policy": { policy: { kind: "ClusterImageVerifyPolicy", name: "other" } },
    "a policy of the same name in a namespace": { policy: namespacedPolicy },
    "another namespace": { namespace: "prod2" },
  };
  for (const [title, what] of Object.entries(others)) {
    it(`leaves ${title} as it is`, () => assert.equal(excepts({}, what), false));
  }

  it("takes all rules off where it names none", () => {
    assert.equal(excepts({ policies: [{ name: "signed" }] }, { rule: "other" }), true);
  });

  it("names a policy of a namespace by both", () => {
    const policies = [{ kind: "ImageVerifyPolicy", namespace: "prod", name: "signed" }];
    assert.equal(excepts({ policies }, { policy: namespacedPolicy }), true);
    assert.equal(excepts({ policies }, { policy: { ...namespacedPolicy, namespace: "test" } }), false);
    assert.equal(excepts({ policies }), false);
  });

  it("takes each policy that it names off each of its images", () => {
    const policies = [{ name: "other" }, { name: "signed", rules: ["acme"] }];
    assert.equal(excepts({ policies, images: ["ghcr.io/other/*", "ghcr.io/acme/*"] }), true);
    assert.equal(excepts({ policies, images: ["ghcr.io/other/*", "ghcr.io/acme/*"] }, { rule: "other" }), false);
  });

  it("covers images by patterns, and by digest where one is written", () => {
    assert.equal(excepts({ images: ["ghcr.io/acme/*"] }), true);
    assert.equal(excepts({ images: ["ghcr.io/other/*"] }), false);
    assert.equal(excepts({ images: [`ghcr.io/acme/app@${IMAGE_DIGEST}`] }), true);
    assert.equal(excepts({ images: [`ghcr.io/acme/app@sha256:${"2".repeat(64)}`] }), false);
  });

  it("is narrowed by the labels of the pod, and by labels that nobody knows to nothing", () => {
    const podSelector = { matchLabels: { app: "web" } };
    assert.equal(excepts({ podSelector }), true);
    assert.equal(excepts({ podSelector }, { labels: new Map() }), false);
    assert.equal(excepts({ podSelector }, { labels: undefined }), false);
  });

  it("holds until it expires, to the millisecond", () => {
    const end = Date.UTC(2026, 5, 30);
    assert.deepEqual([excepts({}, {}, end - 1), excepts({}, {}, end)], [true, false]);
  });

  it("never holds longer than 90 days after it was made, and says that it would", () => {
    const resource = exception({ expires: "2030-01-01T00:00:00Z" });
    const compiled = compileException(resource);
    const end = Date.UTC(2026, 4, 30) + 90 * DAY_MS;
    assert.deepEqual([compiled.until, compiled.expiresTooLate], [end, true]);
    assert.deepEqual([compiled.excepts(WHAT, end - 1), compiled.excepts(WHAT, end)], [true, false]);
    const latest = exception({ expires: new Date(end).toISOString().replace(".000", "") });
    assert.equal(compileException(latest).expiresTooLate, false);
  });

  it("reaches no farther than 90 days from now where nobody knows when it was made", () => {
    const metadata = { creationTimestamp: undefined };
    const end = Date.UTC(2026, 5, 30);
    assert.equal(excepts({}, {}, end - 90 * DAY_MS - 1, metadata), false);
    assert.equal(excepts({}, {}, end - 90 * DAY_MS, metadata), true);
  });

  it("does not hold before it was made", () =>
    assert.equal(excepts({ expires: "2030-01-01T00:00:00Z" }, {}, 0), false));

  it("takes nothing off where anything in it is wrong", () => {
    const compiled = compileException(exception({ images: ["*", "gh*/acme"] }));
    assert.deepEqual(
      compiled.errors.map(({ path }) => path),
      ["spec.images[1]"],
    );
    assert.deepEqual([compiled.excepts(WHAT, NOW), compiled.until], [false, undefined]);
  });

  describe("takeExcepted()", () => {
    const rules = applicableRules(
      [compilePolicy(policy({ verifyImages: [rule(), rule({ name: "other" })] }), NO_TRUST_ROOTS)],
      reviewed("prod", new Map()),
      APP,
    );
    const where = { namespace: "prod", labels: new Map(), reference: APP };

    it("leaves the other rules, and tells what was taken off by whom", () => {
      const result = takeExcepted(rules, [compileException(exception())], where, NOW);
      assert.deepEqual(
        result.rules.map((standing) => standing.rule.name),
        ["other"],
      );
      assert.deepEqual(result.uses, [
        {
          exception: "hotfix",
          reason: "the pipeline is down",
          until: Date.UTC(2026, 5, 30),
          policy: { kind: "ClusterImageVerifyPolicy", name: "signed" },
          rule: "acme",
          image: `ghcr.io/acme/app@${IMAGE_DIGEST}`,
        },
      ]);
    });

    it("lets several take off what each says, and never more", () => {
      // One names the rule for another image, one the image for another namespace
      const exceptions = [
        exception({ policies: [{ name: "signed" }], images: ["ghcr.io/other/*"] }),
        exception({ policies: [{ name: "signed" }], namespaces: ["test"] }),
      ].map(compileException);
      assert.equal(takeExcepted(rules, exceptions, where, NOW).rules.length, 2);
      const both = [exception(), exception({ policies: [{ name: "signed", rules: ["other"] }] })].map(compileException);
      assert.equal(takeExcepted(rules, both, where, NOW).rules.length, 0);
    });
  });
});
