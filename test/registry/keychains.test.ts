// Whose credentials are tried, in which order, and who never gets the operator's.
import assert from "node:assert/strict";
import type { CredentialClaim, Keychain, OperatorSource } from "../../src/ports/credentials.ts";
import { PullKeychains } from "../../src/registry/keychains.ts";
import { SecretSources } from "../../src/registry/secret-source.ts";
import { sourceOf } from "./fixtures.ts";
import { fakeReader } from "./pull-secret-reader.ts";

const REPOSITORY = { host: "reg.io", path: "acme/web" };
const robot = { username: "robot", password: "pl4nted" };
const of = (id: string, host = "reg.io"): OperatorSource => ({
  sourceOf: (repository) => (repository.host === host ? sourceOf(id, [robot]) : undefined),
});

function keychain(claim: Partial<CredentialClaim>, operator: readonly OperatorSource[] = []): Keychain {
  const keychains = new PullKeychains(new SecretSources(fakeReader([]), "sealgate"), () => operator);
  return keychains.keychain({ secrets: [], isOperators: false, ...claim });
}

const ids = (each: Keychain, repository = REPOSITORY): readonly string[] =>
  each.sourcesFor(repository).map(({ id }) => id);
const pod = { namespace: "prod", names: ["a"] };
const secrets = [{ namespace: undefined, name: "b" }];

describe("credentials: keychains", () => {
  it("the pod's come first, then the rule's, then the operator's in their order", () => {
    const all = keychain({ pod, secrets, isOperators: true }, [of("config"), of("cloud")]);
    assert.deepEqual(ids(all), ["secrets prod/a", "secrets sealgate/b", "config", "cloud"]);
  });

  it("one that is named twice is asked once", () => {
    assert.deepEqual(ids(keychain({ isOperators: true }, [of("cloud"), of("config"), of("cloud")])), [
      "cloud",
      "config",
    ]);
  });

  it("a claim that is not the operator's gets none of the operator's", () => {
    assert.deepEqual(ids(keychain({ pod, secrets }, [of("config")])), ["secrets prod/a", "secrets sealgate/b"]);
  });

  it("the operator's serve their own registries alone, whatever image the keychain was made for", () => {
    const all = keychain({ isOperators: true }, [of("config"), of("other", "other.io")]);
    assert.deepEqual(ids(all), ["config"]);
    assert.deepEqual(ids(all, { host: "other.io", path: "acme/signatures" }), ["other"]);
    assert.deepEqual(ids(all, { host: "evil.example", path: "acme/web" }), []);
  });

  it("a template's account stands in place of a list", () => {
    const named = { namespace: "prod", names: [], serviceAccount: "builder" };
    assert.deepEqual(ids(keychain({ pod: named })), ["account prod/builder"]);
  });

  it("a name written twice is looked at once", () => {
    assert.deepEqual(ids(keychain({ pod: { namespace: "prod", names: ["a", "a"] } })), ["secrets prod/a"]);
  });

  it("without anything to show it is nobody's", () => {
    const nobodys = keychain({ pod: { namespace: "prod", names: [] }, isOperators: true });
    assert.deepEqual([nobodys.id, ids(nobodys)], ["", []]);
  });

  it("the id is equal for the same names in the same order alone", () => {
    const all = [
      keychain({ pod }),
      keychain({ secrets }),
      keychain({ pod, secrets }),
      keychain({ secrets: [{ namespace: "prod", name: "a" }] }),
      keychain({ pod: { ...pod, namespace: "other" } }),
      keychain({ pod: { ...pod, names: ["a", "b"] } }),
      keychain({ pod: { ...pod, names: ["b", "a"] } }),
      keychain({ pod: { namespace: "prod", names: [], serviceAccount: "a" } }),
      keychain({ pod, isOperators: true }, [of("config")]),
      keychain({ isOperators: true }, [of("config")]),
      keychain({}),
    ].map(({ id }) => id);
    assert.equal(new Set(all).size, all.length);
    assert.equal(keychain({ pod, isOperators: true }).id, keychain({ pod }).id);
    assert.equal(keychain({ pod }).id, keychain({ pod: { ...pod } }).id);
  });
});
