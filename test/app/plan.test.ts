// What a review will look at, before any registry is asked.
import assert from "node:assert/strict";
import { planReview } from "../../src/app/plan.ts";
import type { CompiledPolicy } from "../../src/policy/compile.ts";
import type { PolicySnapshot } from "../../src/ports/policies.ts";
import { container, pod, requestOf, updateOf, type Members } from "../support/reviews.ts";
import { LABELS, makePolicy, NOW } from "./fixtures.ts";

const snapshot = (...policies: readonly CompiledPolicy[]): PolicySnapshot => ({
  policies,
  exceptions: [],
  trustRoots: [],
  namespaceLabels: () => LABELS,
});
const over = (pattern: string, spec: Members = {}): CompiledPolicy =>
  makePolicy({ spec, rule: { imageReferences: [pattern] } });
const planned = (policies: PolicySnapshot, request = requestOf(pod({ web: "nginx" }))): readonly string[] =>
  planReview(policies, request, NOW).tasks.map(
    ({ text, rules, policies: all }) => `${text} ${rules.length}/${all.length}`,
  );

describe("app/plan", () => {
  it("holds every image that a rule covers once, with all fields that name it", () => {
    const spec = {
      initContainers: [container("init", "nginx")],
      volumes: [{ name: "v", image: { reference: "nginx" } }],
    };
    const { tasks } = planReview(snapshot(over("*")), requestOf(pod({ web: "nginx", side: "redis" }, spec)), NOW);
    assert.deepEqual(
      tasks.map(({ text, fields }) => [text, fields]),
      [
        ["nginx", ["/spec/containers/0/image", "/spec/initContainers/0/image", "/spec/volumes/0/image/reference"]],
        ["redis", ["/spec/containers/1/image"]],
      ],
    );
  });

  it("holds nothing without policies, without a rule over the image, and without an image that is new", () => {
    assert.deepEqual(planned(snapshot()), []);
    assert.deepEqual(planned(snapshot(over("ghcr.io/*"))), []);
    assert.deepEqual(planned(snapshot(over("*")), updateOf(pod({ web: "nginx" }), pod({ web: "nginx" }))), []);
  });

  it("leaves out policies whose match leaves out the pod", () => {
    const condition = (expression: string): Members => ({ match: { conditions: [{ name: "one", expression }] } });
    assert.deepEqual(planned(snapshot(over("*", condition("request.userInfo.username == 'alice'")))), ["nginx 1/0"]);
    assert.deepEqual(planned(snapshot(over("*", condition("request.userInfo.username == 'bob'")))), []);
    const selecting = { match: { objectSelector: { matchLabels: { app: "web" } } } };
    assert.deepEqual(planned(snapshot(over("*", selecting))), []);
  });

  it("gives a reference that cannot be read to every policy that applies, whatever its patterns", () => {
    const request = requestOf(pod({ web: "not a reference" }));
    assert.deepEqual(planned(snapshot(over("ghcr.io/*"), over("quay.io/*")), request), ["not a reference 0/2"]);
    const elsewhere = makePolicy({ namespace: "other" });
    assert.deepEqual(planned(snapshot(elsewhere), request), []);
  });
});
