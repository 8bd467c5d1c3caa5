// Objects as policies use them: which one a name stands for, and what becomes of one that is wrong.
import assert from "node:assert/strict";
import { isUnavailable } from "../../src/policy/compile-entry.ts";
import {
  formatUnready,
  trustRootsByName,
  withObjects,
  type CompiledTrustRoot,
} from "../../src/policy/trust-root-object.ts";
import type { TrustRoot, TrustRoots } from "../../src/policy/trust-root.ts";
import { builtInTrustRoot } from "../../src/trust/built-in.ts";
import { compiledRule, type Json } from "./resources.ts";
import { compiledRoot, inlineOf, keysOf, OTHER } from "./trust-roots.ts";

const KEYLESS = { name: "dev", keyless: { issuer: "https://login.acme.io", subject: "dev@acme.io" } };

function rootOf({ root }: CompiledTrustRoot): TrustRoot {
  assert.ok(root !== "not-ready");
  return root;
}

/** The hash of a rule that names "acme". */
function ruleHash(trustRoots: TrustRoots): string {
  return compiledRule({ trustRoot: "acme", attestors: [{ entries: [KEYLESS] }] }, trustRoots).hash;
}

const only = (compiled: CompiledTrustRoot): TrustRoots =>
  withObjects(
    (name) => (name === compiled.name ? compiled : undefined),
    () => undefined,
  );

describe("compileTrustRoot()", () => {
  it("gives what is built in, as it is", () => {
    assert.equal(compiledRoot({ publicGood: {} }).root, builtInTrustRoot("sigstore-public-good"));
    assert.equal(compiledRoot({ github: {} }).root, builtInTrustRoot("github"));
  });

  it("requires a log and a certificate log, unless it says otherwise", () => {
    assert.deepEqual(rootOf(compiledRoot({ inline: inlineOf() })).requires, {
      transparencyLog: true,
      signedCertificateTimestamp: true,
      timestamp: false,
    });
    const { requires } = rootOf(
      compiledRoot({ sigstoreKeys: keysOf(), requires: { transparencyLog: false, timestamp: true } }),
    );
    assert.deepEqual(requires, { transparencyLog: false, signedCertificateTimestamp: true, timestamp: true });
  });

  it("is not ready with anything wrong, and says what", () => {
    const { root, errors } = compiledRoot({ inline: "{}" });
    assert.equal(root, "not-ready");
    assert.deepEqual(
      errors.map(({ path }) => path),
      ["spec.inline"],
    );
  });

  it("never is what is built in, however alike", () => {
    const written = rootOf(compiledRoot({ inline: inlineOf() }));
    assert.ok(written.material.logs.every(({ isBuiltIn }) => !isBuiltIn));
  });
});

describe("compileTrustRoot() of a text outside of the object", () => {
  const SOURCE = { kind: "ConfigMap", namespace: "sealgate", name: "roots", key: "acme.json" } as const;
  const spec = { configMap: { name: "roots", key: "acme.json" } };
  const of = (text: string, more: Json = {}): CompiledTrustRoot =>
    compiledRoot({ ...spec, ...more }, "acme", (source) => {
      assert.deepEqual(source, SOURCE);
      return { kind: "text", text };
    });

  it("trusts what the text says, as if it stood in the object", () => {
    const compiled = of(inlineOf());
    const written = rootOf(compiledRoot({ inline: inlineOf() }));
    assert.equal(rootOf(compiled).material.hash, written.material.hash);
    assert.deepEqual(rootOf(compiled).requires, written.requires);
    assert.deepEqual(compiled.source, SOURCE);
    assert.notEqual(ruleHash(only(compiled)), ruleHash(only(of(inlineOf(OTHER)))));
  });

  it("takes what it must bring from the object", () => {
    const requires = { transparencyLog: false, timestamp: true };
    assert.deepEqual(rootOf(of(inlineOf(), { requires })).requires, { ...requires, signedCertificateTimestamp: true });
    const { root, errors } = of(JSON.stringify({ ...(JSON.parse(inlineOf()) as Json), ctlogs: [] }));
    assert.equal(root, "not-ready");
    assert.deepEqual(errors, [
      {
        path: "spec.requires.signedCertificateTimestamp",
        message: "is true, and the trust root holds no certificate-transparency log that can be used",
      },
    ]);
  });

  it("is not ready while there is none, under the name of a built-in one too, and says where it looked", () => {
    const name = "sigstore-public-good";
    const compiled = compiledRoot(spec, name, () => ({ kind: "none", reason: "the ConfigMap does not exist" }));
    assert.deepEqual(compiled, {
      name,
      root: "not-ready",
      errors: [
        {
          path: "spec.configMap",
          message: 'member "acme.json" of ConfigMap "sealgate/roots": the ConfigMap does not exist',
        },
      ],
      source: SOURCE,
    });
    assert.equal(withObjects(() => compiled, builtInTrustRoot)(name), "not-ready");
  });

  it("is not ready while the text is broken", () => {
    const { root, errors, source } = of("{}{");
    assert.equal(root, "not-ready");
    const [{ message } = { message: "" }] = errors;
    assert.match(message, /^member "acme\.json" of ConfigMap "sealgate\/roots": Cannot parse trust root/u);
    assert.deepEqual(source, SOURCE);
  });

  it("is not ready where nothing outside is read", () => {
    const { root, errors } = compiledRoot(spec);
    assert.equal(root, "not-ready");
    assert.match(errors[0]?.message ?? "", /nothing outside of the TrustRoot is read here$/u);
  });
});

describe("withObjects()", () => {
  const builtIn: TrustRoots = (name) => builtInTrustRoot(name);

  it("puts an object before others of its name, also while it is not ready", () => {
    for (const [spec, expected] of [
      [{ github: {} }, builtInTrustRoot("github")],
      [{ inline: "{}" }, "not-ready"],
    ] as const) {
      const compiled = compiledRoot(spec, "sigstore-public-good");
      const roots = withObjects((name) => (name === compiled.name ? compiled : undefined), builtIn);
      assert.equal(roots("sigstore-public-good"), expected);
      assert.equal(roots("github"), builtInTrustRoot("github"));
      assert.equal(roots("acme"), undefined);
    }
  });

  it("makes another rule of one whose root is another: what was proven by the first is not asked", () => {
    const roots = [
      only(compiledRoot({ inline: inlineOf() })),
      only(compiledRoot({ inline: inlineOf(OTHER) })),
      only(compiledRoot({ inline: inlineOf(), requires: { timestamp: true } })),
      only(compiledRoot({ sigstoreKeys: keysOf() })),
      only(compiledRoot({ inline: "{}" })),
      only(compiledRoot({ publicGood: {} })),
      () => undefined,
    ];
    assert.equal(new Set(roots.map(ruleHash)).size, roots.length);
  });

  it("tells what is built in from the same text in an object, whose logs are held to less", () => {
    const root = rootOf(compiledRoot({ publicGood: {} }));
    const logs = root.material.logs.map((log) => ({ ...log, isBuiltIn: false }));
    const written: TrustRoots = () => ({ ...root, material: { ...root.material, logs } });
    assert.notEqual(
      ruleHash(written),
      ruleHash(() => root),
    );
  });

  it("makes what a missing root was asked for Undetermined, and so one that is not ready", () => {
    for (const [roots, cause] of [
      [() => undefined, "TrustRootMissing"],
      [only(compiledRoot({ inline: "{}" })), "TrustRootNotReady"],
    ] as const) {
      const rule = compiledRule({ trustRoot: "acme", attestors: [{ entries: [KEYLESS] }] }, roots);
      const requirement = rule.sets[0]?.entries[0]?.requirement;
      assert.ok(requirement !== undefined && isUnavailable(requirement));
      assert.equal(requirement.cause, cause);
    }
  });
});

describe("formatUnready()", () => {
  it("says the first thing that is wrong, and nothing of what is ready", () => {
    assert.deepEqual(formatUnready(compiledRoot({ github: {} })), []);
    assert.deepEqual(formatUnready(compiledRoot({ configMap: { name: "roots", key: "a" } })), [
      'trust root acme is not ready: spec.configMap: member "a" of ConfigMap "sealgate/roots": nothing outside of the TrustRoot is read here',
    ]);
  });
});

describe("trustRootsByName()", () => {
  it("takes neither of two that have one name", () => {
    const roots = trustRootsByName([
      compiledRoot({ publicGood: {} }, "a"),
      compiledRoot({ publicGood: {} }, "b"),
      compiledRoot({ github: {} }, "a"),
      compiledRoot({ github: {} }, "a"),
    ]);
    assert.deepEqual([...roots.keys()], ["a", "b"]);
    assert.equal(roots.get("a")?.root, "not-ready");
    assert.deepEqual(roots.get("a")?.errors, [
      { path: "metadata.name", message: "is the name of another TrustRoot too" },
    ]);
    assert.notEqual(roots.get("b")?.root, "not-ready");
  });
});
