// Where keys outside of a policy lie, who may have them read, and how one that is not at hand is explained (policy-api.md §2.4).
import assert from "node:assert/strict";
import { parsePublicKeyPem } from "../../src/crypto/public-key.ts";
import {
  DEFAULT_SECRET_KEY,
  formatKeySource,
  isSameKey,
  keySourceOf,
  kmsUrisOf,
  mayBeRead,
  NO_KEY_SOURCES,
  secretSourcesOf,
  unavailableKeyFinding,
  type KeyAnswer,
  type KeyOwner,
  type KeySources,
  type SecretKeySource,
} from "../../src/policy/key-source.ts";
import { KEYS } from "./resources.ts";

const CLUSTER: KeyOwner = { kind: "ClusterImageVerifyPolicy", namespace: undefined };
const NAMESPACED: KeyOwner = { kind: "ImageVerifyPolicy", namespace: "prod" };
const sources: KeySources = { ...NO_KEY_SOURCES, namespace: "system", isAllowed: (name) => name === "shared" };

function secretOf(secret: { name: string; namespace?: string; key?: string }, owner = CLUSTER): SecretKeySource {
  const source = keySourceOf({ secret }, owner, sources);
  assert.ok(source?.kind === "secret");
  return source;
}

describe("policy/key-source", () => {
  it("is cosign.pub in Sealgate's own namespace, unless the policy says otherwise", () => {
    assert.equal(DEFAULT_SECRET_KEY, "cosign.pub");
    const source = secretOf({ name: "release" });
    assert.deepEqual(source, {
      kind: "secret",
      namespace: "system",
      name: "release",
      key: "cosign.pub",
      owner: "ClusterImageVerifyPolicy",
    });
    const written = secretOf({ name: "release", namespace: "shared", key: "old.pub" });
    assert.equal(formatKeySource(written), 'key "old.pub" of Secret "shared/release"');
  });

  it("is in the policy's own namespace where it has one, whatever is written", () => {
    assert.equal(secretOf({ name: "release", namespace: "system" }, NAMESPACED).namespace, "prod");
  });

  it("may be read by a cluster policy where the operator said so, and by a namespaced one in its namespace", () => {
    const may = (namespace: string): boolean => mayBeRead(secretOf({ name: "a", namespace }), sources);
    assert.deepEqual([may("system"), may("shared"), may("prod")], [true, true, false]);
    assert.equal(mayBeRead(secretOf({ name: "a" }, NAMESPACED), sources), true);
  });

  it("is nowhere where nothing can be read", () => {
    const source = secretOf({ name: "a" });
    assert.equal(NO_KEY_SOURCES.isAllowed("sealgate"), false);
    assert.deepEqual(NO_KEY_SOURCES.find(source), {
      kind: "none",
      reason: "no key outside of the policy is read here",
    });
  });

  it("is at a URI of a key management service, or in the policy itself", () => {
    const kms = keySourceOf({ kms: "hashivault://release" }, CLUSTER, sources);
    assert.deepEqual(kms, { kind: "kms", uri: "hashivault://release" });
    assert.ok(mayBeRead(kms, sources));
    assert.equal(formatKeySource(kms), 'key "hashivault://release"');
    assert.equal(keySourceOf({ publicKeys: "PEM" }, CLUSTER, sources), undefined);
    const secret = secretOf({ name: "a" });
    assert.deepEqual(kmsUrisOf([secret, kms]), ["hashivault://release"]);
    assert.deepEqual(secretSourcesOf([secret, kms]), [secret]);
  });

  it("has another key when it is another one, or when there is another reason for none", () => {
    const [a, b] = [KEYS.a, KEYS.b].map(({ pem }) => ({ kind: "key", key: parsePublicKeyPem(pem) }) as const);
    const none = (reason: string): KeyAnswer => ({ kind: "none", reason });
    assert.ok(a !== undefined && b !== undefined);
    assert.ok(isSameKey(a, { ...a }) && isSameKey(none("x"), none("x")));
    assert.ok(!isSameKey(undefined, a) && !isSameKey(undefined, none("x")));
    assert.ok(
      !isSameKey(a, b) && !isSameKey(a, none("x")) && !isSameKey(none("x"), a) && !isSameKey(none("x"), none("y")),
    );
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
