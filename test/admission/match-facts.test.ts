// What conditions of policies look at: the pod, the request, the namespace.
import assert from "node:assert/strict";
import { reviewedPod } from "../../src/admission/match-facts.ts";
import { podUnderReview } from "../../src/admission/pod-template.ts";
import type { AdmissionRequest } from "../../src/admission/request.ts";
import { parseCel } from "../../src/policy/cel/program.ts";
import type { ReviewedPod } from "../../src/policy/scope.ts";
import { pod, requestOf, updateOf, workload, workloadRequest } from "../support/reviews.ts";

const LABELS = new Map([["env", "prod"]]);

function review(request: AdmissionRequest, labels?: ReadonlyMap<string, string>): ReviewedPod {
  const found = podUnderReview(request);
  assert.ok(found);
  return reviewedPod(request, found, labels);
}

function evaluate(source: string, request: AdmissionRequest, labels?: ReadonlyMap<string, string>): unknown {
  const result = parseCel(source, ["object", "oldObject", "request", "namespaceObject"]);
  assert.ok(result.ok);
  const outcome = result.program.evaluate(review(request, labels).facts());
  return outcome.kind === "bool" ? outcome.value : outcome.kind;
}

const create = requestOf(pod({ web: "nginx" }));
const update = updateOf(pod({ web: "nginx" }, {}, { labels: { a: "1" } }), pod({ web: "b" }));
const deployment = requestOf(workload("Deployment", { web: "nginx" }), workloadRequest("Deployment"));

describe("admission/match-facts", () => {
  const FACTS: readonly [string, string, AdmissionRequest, unknown][] = [
    ["the pod", "object.kind == 'Pod' && object.spec.containers[0].image == 'nginx'", create, true],
    ["no old pod of a CREATE", "oldObject == null", create, true],
    ["the old pod of an UPDATE", "oldObject.spec.containers[0].image == 'nginx'", update, true],
    [
      "the pod that a template would make",
      "object.kind == 'Pod' && object.metadata.namespace == 'prod'",
      deployment,
      true,
    ],
    ["the kind of the request, which is the controller's", "request.kind.kind == 'Deployment'", deployment, true],
    [
      "the user",
      "request.userInfo.username == 'alice' && 'system:authenticated' in request.userInfo.groups",
      create,
      true,
    ],
    ["operation and namespace", "request.operation == 'CREATE' && request.namespace == 'prod'", create, true],
    [
      "no object within the request",
      "has(request.object) || has(request.oldObject) || has(request.options)",
      update,
      false,
    ],
    [
      "the namespace",
      "namespaceObject.metadata.name == 'prod' && namespaceObject.metadata.labels.env == 'prod'",
      create,
      true,
    ],
  ];
  for (const [name, source, request, expected] of FACTS) {
    it(`shows ${name}`, () => assert.equal(evaluate(source, request, LABELS), expected));
  }

  it("shows no namespace whose labels cannot be read", () => {
    assert.equal(evaluate("namespaceObject.metadata.name == 'prod'", create), "error");
  });

  it("gives selectors the labels as they are to be and as they were", () => {
    assert.deepEqual(review(update).labels, [new Map(), new Map([["a", "1"]])]);
    assert.deepEqual(review(deployment).labels, [new Map([["app", "web"]])]);
    assert.equal(review(deployment).template, "Deployment");
  });
});
