// Whose credentials each rule of an image is judged with, and which of them resolve its tag.
import assert from "node:assert/strict";
import { imageKeychains, NOBODY, NOBODYS } from "../../src/app/keychains.ts";
import type { CompiledPolicy } from "../../src/policy/compile.ts";
import type { ApplicableRule } from "../../src/policy/match.ts";
import type { Keychains } from "../../src/ports/credentials.ts";
import { makePolicy } from "./fixtures.ts";

const pod = { namespace: "prod", names: ["regcred"] };
const secrets = (...names: readonly string[]) => ({ imageRegistryCredentials: { secrets: names } });
const cluster = (...names: readonly string[]): CompiledPolicy => makePolicy({ rule: secrets(...names) });
const inProd = (...names: readonly string[]): CompiledPolicy =>
  makePolicy({ namespace: "prod", rule: secrets(...names) });

/** Whose id is the claim itself. */
const keychains: Keychains = {
  keychain: (claim) => ({ id: JSON.stringify(claim), sourcesFor: () => [] }),
};
const idOf = (claim: unknown): string => JSON.stringify(claim);
const rulesOf = (...policies: readonly CompiledPolicy[]): readonly ApplicableRule[] =>
  policies.flatMap((policy) => policy.rules.map((rule) => ({ policy, rule })));
const ids = (...policies: readonly CompiledPolicy[]): readonly string[] => {
  const { image, rules } = imageKeychains(keychains, rulesOf(...policies), pod);
  return [image, ...rules].map(({ id }) => id);
};

describe("credentials: of an image", () => {
  it("a cluster policy's are the pod's, its Secrets in the controller's namespace, and the operator's", () => {
    const claim = { pod, secrets: [{ name: "a" }], isOperators: true };
    assert.deepEqual(ids(cluster("a")), [idOf(claim), idOf(claim)]);
  });

  it("a namespaced policy's are the pod's and its Secrets in its own namespace", () => {
    const claim = { pod, secrets: [{ namespace: "prod", name: "a" }], isOperators: false };
    assert.deepEqual(ids(inProd("a")), [idOf(claim), idOf(claim)]);
  });

  it("each rule has its own, and the tag is resolved with all of them", () => {
    const [image, one, two] = ids(cluster("a"), inProd("a"));
    const own = { namespace: "prod", name: "a" };
    assert.equal(one, idOf({ pod, secrets: [{ name: "a" }], isOperators: true }));
    assert.equal(two, idOf({ pod, secrets: [own], isOperators: false }));
    assert.equal(image, idOf({ pod, secrets: [{ name: "a" }, own], isOperators: true }));
  });

  it("Secrets of a source are shown for it alone, before the rule's", () => {
    const source = { repository: "sigs.io/acme/signatures", secrets: ["b"] };
    const policy = makePolicy({ namespace: "prod", rule: { ...secrets("a"), source } });
    const shown: string[] = [];
    const recording: Keychains = {
      keychain: (claim) => ({
        id: idOf(claim.secrets.map(({ name }) => name)),
        sourcesFor: ({ host }) => {
          shown.push(`${host}: ${claim.secrets.map(({ namespace, name }) => `${namespace}/${name}`).join(" ")}`);
          return [];
        },
      }),
    };
    const { image, rules } = imageKeychains(recording, rulesOf(policy), pod);
    for (const keychain of [image, ...rules]) {
      keychain.sourcesFor({ host: "reg.io", path: "acme/web" });
      keychain.sourcesFor({ host: "sigs.io", path: "acme/signatures" });
    }
    assert.deepEqual(shown, ["reg.io: prod/a", "sigs.io: prod/a", "reg.io: prod/a", "sigs.io: prod/b prod/a"]);
    const [own] = imageKeychains(recording, rulesOf(inProd("a")), pod).rules;
    assert.notEqual(rules[0]?.id, own?.id);
  });

  it("a Secret that two rules name stands once", () => {
    const [image] = ids(cluster("a", "b"), cluster("b", "a"));
    assert.equal(image, idOf({ pod, secrets: [{ name: "a" }, { name: "b" }], isOperators: true }));
  });

  it("without keychains, or a rule, there is nobody's", () => {
    assert.equal(imageKeychains(undefined, rulesOf(cluster("a")), pod), NOBODYS);
    const none = imageKeychains(keychains, [], undefined);
    assert.deepEqual([none.image.id, none.rules], [idOf({ secrets: [], isOperators: false }), []]);
    assert.deepEqual(NOBODY.sourcesFor({ host: "reg.io", path: "acme/web" }), []);
    assert.equal(NOBODYS.image, NOBODY);
  });
});
