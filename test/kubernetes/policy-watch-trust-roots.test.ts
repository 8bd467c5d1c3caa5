// Policies are compiled with the trust roots that there are at each moment, and again when those that they name change.
import assert from "node:assert/strict";
import type { Compilers, PolicySnapshot } from "../../src/ports/policies.ts";
import { compiledRoot, inlineOf } from "../policy/trust-roots.ts";
import { event, list, watch, type Json } from "./fake-api.ts";
import {
  CLUSTER,
  COMPILE,
  NAMESPACED,
  NAMESPACES,
  policy,
  RULE,
  run,
  TRUST_ROOTS,
  trustRoot,
} from "./policy-watching.ts";

describe("PolicyWatch: trust roots", () => {
  const keyless = { issuer: "https://login.acme.io", subject: "dev@acme.io" };
  const named = (name: string, root: string): Json =>
    policy(name, undefined, {
      verifyImages: [{ ...RULE, trustRoot: root, attestors: [{ entries: [{ name: "dev", keyless }] }] }],
    });
  const causes = (snapshot: PolicySnapshot | undefined): readonly string[] =>
    (snapshot?.policies ?? []).map(({ id, rules }) => {
      const requirement = rules[0]?.sets[0]?.entries[0]?.requirement;
      return `${id.name} ${requirement !== undefined && "cause" in requirement ? requirement.cause : "compiled"}`;
    });
  const steps = { [NAMESPACED]: [list([], "1")], [NAMESPACES]: [list([], "1")] };

  it("compiles policies with those that there are, whichever was listed first", async () => {
    const { watch: watching, details } = await run({
      ...steps,
      [CLUSTER]: [list([named("a", "here"), named("b", "broken"), named("c", "absent")], "1")],
      [TRUST_ROOTS]: [list([trustRoot("here", { publicGood: {} }), trustRoot("broken", { inline: "{}" })], "1")],
    });
    assert.deepEqual(causes(watching.snapshot()), ["a compiled", "b TrustRootNotReady", "c TrustRootMissing"]);
    assert.deepEqual(details, ["3 policies, 0 of them do not compile; 2 trust roots, 1 of them are not ready"]);
  });

  it("tells which texts they name, and compiles those whose text is another one, and what names them", async () => {
    const texts = new Map<string, string>();
    const compiled: string[] = [];
    const compile: Compilers = {
      policy: (resource, trustRoots) => {
        compiled.push(resource.metadata.name);
        return COMPILE.policy(resource, trustRoots);
      },
      trustRoot: ({ metadata, spec }) => {
        compiled.push(metadata.name);
        return compiledRoot({ ...spec }, metadata.name, ({ name }) => {
          const text = texts.get(name);
          return text === undefined ? { kind: "none", reason: "it has not been read yet" } : { kind: "text", text };
        });
      },
    };
    const stored = (name: string): Json => trustRoot(name, { configMap: { name: `${name}-text`, key: "a" } });
    const { watch: watching, rootSources } = await run(
      {
        ...steps,
        [CLUSTER]: [list([named("a", "here"), named("b", "there"), policy("c")], "1")],
        [TRUST_ROOTS]: [list([stored("here"), stored("there"), trustRoot("known", { github: {} })], "1")],
      },
      compile,
    );
    const source = (name: string): object => ({ kind: "ConfigMap", namespace: "sealgate", name, key: "a" });
    assert.deepEqual(rootSources, [[source("here-text"), source("there-text")]]);
    assert.deepEqual(causes(watching.snapshot()).slice(0, 2), ["a TrustRootNotReady", "b TrustRootNotReady"]);
    texts.set("here-text", inlineOf());
    texts.set("there-text", inlineOf());
    compiled.length = 0;
    await watching.recompileTrustRoots(({ name }) => name === "here-text");
    assert.deepEqual(compiled, ["here", "a"]);
    assert.deepEqual(causes(watching.snapshot()).slice(0, 2), ["a compiled", "b TrustRootNotReady"]);
    texts.delete("here-text");
    await watching.recompileTrustRoots(({ name }) => name === "here-text");
    assert.deepEqual(causes(watching.snapshot()).slice(0, 2), ["a TrustRootNotReady", "b TrustRootNotReady"]);
  });

  for (const [name, change, expected] of [
    ["that is made", event("ADDED", trustRoot("new", { github: {} })), ["a compiled", "b compiled"]],
    ["that is edited", event("MODIFIED", trustRoot("here", {})), ["a TrustRootNotReady", "b TrustRootMissing"]],
    ["that is deleted", event("DELETED", trustRoot("here", {})), ["a TrustRootMissing", "b TrustRootMissing"]],
  ] as const) {
    it(`compiles the policies anew that name one ${name}`, async () => {
      const compiled: string[] = [];
      const compile: Compilers = {
        ...COMPILE,
        policy: (resource, trustRoots) => {
          compiled.push(resource.metadata.name);
          return COMPILE.policy(resource, trustRoots);
        },
      };
      const { watch: watching } = await run(
        {
          ...steps,
          [CLUSTER]: [list([named("a", "here"), named("b", "new"), policy("c")], "1")],
          [TRUST_ROOTS]: [list([trustRoot("here", { publicGood: {} })], "1"), watch([change])],
        },
        compile,
      );
      assert.deepEqual(causes(watching.snapshot()).slice(0, 2), expected);
      assert.equal(compiled.filter((each) => each === "c").length, 1, compiled.join());
    });
  }
});
