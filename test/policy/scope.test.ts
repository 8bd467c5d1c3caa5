// Which pods a policy applies to: selectors, controllers, conditions; what errs counts as matching.
import assert from "node:assert/strict";
import { parseJson } from "../../src/encoding/json.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { celOf } from "../../src/policy/cel/values.ts";
import { compilePolicy } from "../../src/policy/compile.ts";
import type { ReviewedPod } from "../../src/policy/scope.ts";
import type { PolicyKind } from "../../src/policy/types.ts";
import { validatePolicy } from "../../src/policy/validate.ts";
import { NO_TRUST_ROOTS, policy, reviewed, type Json } from "./resources.ts";

const json = (value: unknown): ReturnType<typeof celOf> => celOf(parseJson(encodeUtf8(JSON.stringify(value))));

function applies(match: Json, pod: Partial<ReviewedPod> = {}, kind?: PolicyKind): boolean {
  return compilePolicy(policy({ match }, kind), NO_TRUST_ROOTS).appliesTo(reviewed("prod", new Map(), pod));
}

const labels = (more: Readonly<Record<string, string>>): ReadonlyMap<string, string> => new Map(Object.entries(more));
const web = { matchLabels: { app: "web" } };

describe("policy/scope", () => {
  const OBJECTS: readonly [string, readonly ReadonlyMap<string, string>[], boolean][] = [
    ["a pod that has the label", [labels({ app: "web" })], true],
    ["a pod that has another", [labels({ app: "db" })], false],
    ["a pod that gets it", [labels({ app: "web" }), labels({})], true],
    ["a pod that drops it in the same update", [labels({}), labels({ app: "web" })], true],
    ["a pod that never had it", [labels({}), labels({})], false],
  ];
  for (const [name, written, expected] of OBJECTS) {
    it(`selects by labels: ${name}`, () => {
      assert.equal(applies({ objectSelector: web }, { labels: written }), expected);
      assert.equal(applies({ objectSelector: web }, { labels: written }, "ImageVerifyPolicy"), expected);
    });
  }

  const CONTROLLERS: readonly [string, Json, Partial<ReviewedPod>, boolean][] = [
    ["all seven when nothing is written", {}, { template: "CronJob" }, true],
    ["pods alone when the list is empty", { podControllers: [] }, { template: "Deployment" }, false],
    ["pods always", { podControllers: [] }, {}, true],
    ["one that is listed", { podControllers: ["Job"] }, { template: "Job" }, true],
    ["none that is not listed", { podControllers: ["Job"] }, { template: "CronJob" }, false],
    ["none whose owner was checked", {}, { template: "ReplicaSet", owner: "Deployment" }, false],
    ["one whose owner is not listed", { podControllers: ["Job"] }, { template: "Job", owner: "CronJob" }, true],
  ];
  for (const [name, match, pod, expected] of CONTROLLERS) {
    it(`checks templates: ${name}`, () => assert.equal(applies(match, pod), expected));
  }

  const facts = (): ReturnType<ReviewedPod["facts"]> => ({
    object: json({ metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web" }] } }),
    oldObject: json(null),
    request: json({ operation: "CREATE", userInfo: { username: "alice" } }),
  });
  const CONDITIONS: readonly [string, string, boolean][] = [
    ["true", "request.userInfo.username == 'alice'", true],
    ["false", "request.userInfo.username != 'alice'", false],
    ["the pod", "object.spec.containers.exists(c, c.name == 'web')", true],
    ["no old object", "oldObject == null", true],
    ["an error, since the member is absent", "object.metadata.annotations.skip == 'yes'", true],
    ["an error, since labels of the namespace cannot be read", "namespaceObject.metadata.labels.env == 'x'", true],
    ["a result that is no bool", "request.operation", true],
    ["a division by zero", "1 / 0 == 1", true],
    [
      "a loop of loops that takes too long",
      `[${"1,".repeat(200)}1].all(a, [${"1,".repeat(200)}1].all(b, [${"1,".repeat(200)}1].all(c, a + b + c != 3 || a == 1)))`,
      true,
    ],
  ];
  for (const [name, expression, expected] of CONDITIONS) {
    it(`asks conditions: ${name}`, () => {
      assert.equal(applies({ conditions: [{ name: "one", expression }] }, { facts }), expected);
    });
  }

  it("does not apply when one condition of several is false", () => {
    const conditions = [
      { name: "one", expression: "true" },
      { name: "two", expression: "false" },
    ];
    assert.equal(applies({ conditions }), false);
  });

  const BROKEN: readonly [string, Json, string][] = [
    [
      "a condition that is no CEL",
      { conditions: [{ name: "a", expression: "1 +" }] },
      "spec.match.conditions[0].expression",
    ],
    [
      "a condition of 5,000 parentheses",
      { conditions: [{ name: "a", expression: `${"(".repeat(5000)}true${")".repeat(5000)}` }] },
      "spec.match.conditions[0].expression",
    ],
    [
      "a condition of 1,000 parentheses",
      { conditions: [{ name: "a", expression: `${"(".repeat(1000)}tru${")".repeat(1000)}e` }] },
      "spec.match.conditions[0].expression",
    ],
    [
      "a variable that there is not",
      { conditions: [{ name: "a", expression: "authorizer.path('/x').check('get').allowed()" }] },
      "spec.match.conditions[0].expression",
    ],
    [
      "two conditions of one name",
      {
        conditions: [
          { name: "a", expression: "true" },
          { name: "a", expression: "false" },
        ],
      },
      "spec.match.conditions[1].name",
    ],
    ["a controller that there is not", { podControllers: ["Pod"] }, "spec.match.podControllers[0]"],
    ["an unknown field", { anyOf: [] }, "spec.match.anyOf"],
    [
      "a selector without values",
      { objectSelector: { matchExpressions: [{ key: "a", operator: "In" }] } },
      "spec.match.objectSelector.matchExpressions[0].values",
    ],
  ];
  for (const [name, match, path] of BROKEN) {
    it(`refuses ${name}, and applies everywhere else as written`, () => {
      const errors = validatePolicy(policy({ match }));
      assert.ok(
        errors.some((error) => error.path === path),
        JSON.stringify(errors),
      );
      const selecting = { ...match, namespaceSelector: { matchLabels: { env: "prod" } } };
      const compiled = compilePolicy(policy({ match: selecting }), NO_TRUST_ROOTS);
      assert.ok(compiled.rules.every((rule) => rule.errors.length > 0));
      const pod = { labels: [labels({})], facts };
      assert.equal(compiled.appliesTo(reviewed("x", labels({ env: "prod" }), pod)), true);
      assert.equal(compiled.appliesTo(reviewed("x", labels({ env: "test" }), pod)), false);
    });
  }

  it("applies to the namespace of the policy alone, where it has one, whatever of it cannot be read", () => {
    for (const [match, kind, namespaces] of [
      [{}, "ImageVerifyPolicy", ["prod"]],
      [5, "ImageVerifyPolicy", ["prod"]],
      [{}, "ClusterImageVerifyPolicy", ["prod", "test"]],
      [5, "ClusterImageVerifyPolicy", ["prod", "test"]],
    ] as const) {
      const written = policy({ match }, kind);
      for (const resource of [written, { ...written, spec: undefined as never }]) {
        const { appliesTo } = compilePolicy(resource, NO_TRUST_ROOTS);
        const found = ["prod", "test"].filter((namespace) => appliesTo(reviewed(namespace, new Map())));
        assert.deepEqual(found, namespaces, `${kind} ${JSON.stringify(match)}`);
      }
    }
  });

  it("refuses a namespaceSelector of the namespaced kind", () => {
    const resource = policy({ match: { namespaceSelector: web } }, "ImageVerifyPolicy");
    assert.deepEqual(
      validatePolicy(resource).map(({ path }) => path),
      ["spec.match.namespaceSelector"],
    );
    assert.equal(compilePolicy(resource, NO_TRUST_ROOTS).appliesTo(reviewed("prod", new Map())), true);
  });
});
