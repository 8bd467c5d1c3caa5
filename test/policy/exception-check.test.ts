// What keeps an object from being an exception, each fault by its path, and the same in the rules of the definition.
import assert from "node:assert/strict";
import { checkException, parseExceptionPattern, validateException } from "../../src/policy/exception-check.ts";
import { celErrors, specNode } from "./cel.ts";
import { exception } from "./exceptions.ts";
import type { Json } from "./resources.ts";

const FAULTS: Readonly<Record<string, readonly [spec: Json, path: string, message: RegExp]>> = {
  "no policy": [{ policies: [] }, "spec.policies", /has 0 (?:members|characters), want at least 1/],
  "a policy without a name": [{ policies: [{}] }, "spec.policies[0].name", /is required/],
  "a namespace of a cluster policy": [
    { policies: [{ name: "a", namespace: "b" }] },
    "spec.policies[0].namespace",
    /must not be for a ClusterImageVerifyPolicy/,
  ],
  "a policy of a namespace without it": [
    { policies: [{ kind: "ImageVerifyPolicy", name: "a" }] },
    "spec.policies[0].namespace",
    /must be written/,
  ],
  "no rule, which would look like all": [
    { policies: [{ name: "a", rules: [] }] },
    "spec.policies[0].rules",
    /has 0 members, want at least 1/,
  ],
  "no namespace": [{ namespaces: [] }, "spec.namespaces", /has 0 (?:members|characters), want at least 1/],
  "namespaces by a pattern": [{ namespaces: ["prod-*"] }, "spec.namespaces[0]", /want what matches/],
  "no image": [{ images: [] }, "spec.images", /has 0 (?:members|characters), want at least 1/],
  "images of a host that others may own": [{ images: ["*.acme.io/x"] }, "spec.images[0]", /literal host/],
  "images by tag": [{ images: ["ghcr.io/acme/app:v1"] }, "spec.images[0]", /tags select nothing/],
  "no reason": [{ reason: "" }, "spec.reason", /has 0 (?:members|characters), want at least 1/],
  "no end": [{ expires: undefined }, "spec.expires", /is required/],
  "an end on a day that does not exist": [{ expires: "2026-02-30T00:00:00Z" }, "spec.expires", /RFC 3339/],
  "a selector without its values": [
    { podSelector: { matchExpressions: [{ key: "a", operator: "In" }] } },
    "spec.podSelector.matchExpressions[0].values",
    /must be written with In/,
  ],
  "an unknown member": [{ rules: ["a"] }, "spec.rules", /is unknown/],
};

describe("validateException()", () => {
  it("takes what is right", () => assert.deepEqual(validateException(exception()), []));

  for (const [title, [spec, path, message]] of Object.entries(FAULTS)) {
    it(`refuses ${title}`, () => {
      const errors = validateException(JSON.parse(JSON.stringify(exception(spec))));
      assert.deepEqual(
        errors.map((error) => error.path),
        [path],
      );
      assert.match(errors[0]?.message ?? "", message);
    });
  }

  it("refuses another version, another scope, another time of making, and members beside the spec", () => {
    const resource = { ...exception({}, { namespace: "prod", creationTimestamp: "today" }), apiVersion: "v1", more: 1 };
    assert.deepEqual(
      validateException(resource).map(({ path }) => path),
      ["apiVersion", "more", "metadata.namespace", "metadata.creationTimestamp"],
    );
  });

  it("refuses whatever is no object", () => {
    for (const value of [undefined, null, 1, "x", [], {}]) {
      assert.ok(checkException(value).length >= 2, JSON.stringify(value));
    }
  });
});

describe("the definition of ImageVerifyException", () => {
  const item = specNode("imageverifyexceptions", "images", "[]");
  const named = specNode("imageverifyexceptions", "policies", "[]");

  it("refuses the same patterns in CEL as in code", () => {
    const texts = ["*", "*/x", "ghcr.io/acme/*", "ghcr.io/acme*", "ghcr.*/a", "nginx", "nginx*", "a/b", "ghcr.io/*"];
    for (const text of [...texts, `ghcr.io/a@sha256:${"0".repeat(64)}`, `*@sha256:${"0".repeat(64)}`, "ghcr.io/a:1"]) {
      assert.equal(celErrors(item, text, "").length === 0, parseExceptionPattern(text).ok, text);
    }
  });

  it("asks for the namespace of the namespaced kind alone", () => {
    const taken = (policy: Json): boolean => celErrors(named, policy, "").length === 0;
    assert.deepEqual(
      [
        taken({ kind: "ClusterImageVerifyPolicy", name: "a" }),
        taken({ kind: "ClusterImageVerifyPolicy", name: "a", namespace: "b" }),
        taken({ kind: "ImageVerifyPolicy", name: "a" }),
        taken({ kind: "ImageVerifyPolicy", name: "a", namespace: "b" }),
      ],
      [true, false, false, true],
    );
  });
});
