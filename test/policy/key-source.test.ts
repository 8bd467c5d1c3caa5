// Where keys outside of a policy lie, who may have them read, and how one that is not at hand is explained (policy-api.md §2.4).
import assert from "node:assert/strict";
import {
  DEFAULT_SECRET_KEY,
  formatKeySource,
  keySourceOf,
  mayBeRead,
  NO_KEY_SOURCES,
  unavailableKeyFinding,
  type KeyOwner,
  type KeySources,
} from "../../src/policy/key-source.ts";

const CLUSTER: KeyOwner = { kind: "ClusterImageVerifyPolicy", namespace: undefined };
const NAMESPACED: KeyOwner = { kind: "ImageVerifyPolicy", namespace: "prod" };
const sources: KeySources = { ...NO_KEY_SOURCES, namespace: "system", isAllowed: (name) => name === "shared" };

describe("policy/key-source", () => {
  it("is cosign.pub in Sealgate's own namespace, unless the policy says otherwise", () => {
    assert.equal(DEFAULT_SECRET_KEY, "cosign.pub");
    const source = keySourceOf({ name: "release" }, CLUSTER, sources);
    assert.deepEqual(source, {
      kind: "secret",
      namespace: "system",
      name: "release",
      key: "cosign.pub",
      owner: "ClusterImageVerifyPolicy",
    });
    const written = keySourceOf({ name: "release", namespace: "shared", key: "old.pub" }, CLUSTER, sources);
    assert.equal(formatKeySource(written), 'key "old.pub" of Secret "shared/release"');
  });

  it("is in the policy's own namespace where it has one, whatever is written", () => {
    assert.equal(keySourceOf({ name: "release", namespace: "system" }, NAMESPACED, sources).namespace, "prod");
  });

  it("may be read by a cluster policy where the operator said so, and by a namespaced one in its namespace", () => {
    const may = (namespace: string): boolean =>
      mayBeRead(keySourceOf({ name: "a", namespace }, CLUSTER, sources), sources);
    assert.deepEqual([may("system"), may("shared"), may("prod")], [true, true, false]);
    assert.equal(mayBeRead(keySourceOf({ name: "a" }, NAMESPACED, sources), sources), true);
  });

  it("is nowhere where nothing can be read", () => {
    const source = keySourceOf({ name: "a" }, CLUSTER, NO_KEY_SOURCES);
    assert.equal(NO_KEY_SOURCES.isAllowed("sealgate"), false);
    assert.deepEqual(NO_KEY_SOURCES.find(source), { kind: "none", reason: "no Secret is read here" });
  });

  it("is explained with its name, the entry, and what to do", () => {
    const unavailable = { cause: "KeyUnavailable", subject: 'key "a" of Secret "b/c"', reason: "it is gone" } as const;
    const { hint, ...finding } = unavailableKeyFinding(unavailable, "release");
    assert.deepEqual(finding, {
      subject: 'key "a" of Secret "b/c"',
      entry: "release",
      code: "KeyUnavailable",
      reason: 'Cannot verify signatures with key "a" of Secret "b/c": it is gone',
    });
    assert.match(hint ?? "", /docs\/keys\.md/);
  });
});
