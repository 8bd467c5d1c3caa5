// What an operator can write wrongly: each with its path and what is allowed there, all at once.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import type { PolicyKind } from "../../src/policy/types.ts";
import { validatePolicy } from "../../src/policy/validate.ts";
import { KEYS, entry, policy, rule, type Json } from "./resources.ts";

const entries = (...list: readonly Json[]): Json => ({ verifyImages: [rule({ attestors: [{ entries: list }] })] });
const rules = (more: Json): Json => ({ verifyImages: [rule(more)] });
const key = (publicKeys: unknown): Json => entries(entry("release", KEYS.a, { keys: { publicKeys } }));
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const PRIVATE_PEM = String(privateKey.export({ type: "pkcs8", format: "pem" }));
const ENTRY = "spec.verifyImages[0].attestors[0].entries[0]";
const KEY_PATH = `${ENTRY}.keys.publicKeys`;

const INVALID: readonly [string, Json, path: string, message: RegExp][] = [
  [
    "an unknown action",
    { failureAction: "enforce" },
    "spec.failureAction",
    /is "enforce", want one of Enforce, Warn, Audit/,
  ],
  [
    "an unknown failure policy",
    { failurePolicy: "IgnoreIfSigned" },
    "spec.failurePolicy",
    /want one of Fail, Ignore, IgnoreIfVerified/,
  ],
  ["an unknown field", { backgrund: true }, "spec.backgrund", /is unknown, want one of failureAction/],
  [
    "a scan of running pods, which nothing makes",
    { background: true },
    "spec.background",
    /^is not supported: .* leave it out$/,
  ],
  ["no time at all", { timeoutSeconds: 0 }, "spec.timeoutSeconds", /is 0, want at least 1/],
  ["more time than a webhook can have", { timeoutSeconds: 31 }, "spec.timeoutSeconds", /is 31, want at most 30/],
  ["a fraction of a second", { timeoutSeconds: 1.5 }, "spec.timeoutSeconds", /is 1\.5, want a whole number/],
  [
    "an unknown field of an entry",
    entries(entry("a", KEYS.a, { parties: "a" })),
    "spec.verifyImages[0].attestors[0].entries[0].parties",
    /is unknown, want one of name, party, keys, keyless/,
  ],
  ["no rules", { verifyImages: [] }, "spec.verifyImages", /has 0 (?:members|characters), want at least 1/],
  ["rules that are no list", { verifyImages: "x" }, "spec.verifyImages", /is a text, want a list/],
  [
    "a rule without patterns",
    rules({ imageReferences: [] }),
    "spec.verifyImages[0].imageReferences",
    /has 0 (?:members|characters), want at least 1/,
  ],
  ["a rule with a bad name", rules({ name: "Acme" }), "spec.verifyImages[0].name", /is "Acme", want what matches/],
  ["two rules of one name", { verifyImages: [rule(), rule()] }, "spec.verifyImages[1].name", /is used twice/],
  [
    "two entries of one name",
    entries(entry("a", KEYS.a), entry("a", KEYS.b)),
    "spec.verifyImages[0].attestors[0].entries[1].name",
    /is used twice/,
  ],
  [
    "a verdict without looking beside something to look at",
    rules({ static: { action: "Pass" } }),
    "spec.verifyImages[0].static",
    /must stand alone, without attestors, attestations, validations, mutateDigest, verifyDigest, imageRegistryCredentials, trustRoot, platforms and source/,
  ],
  ...["ghcr.io/acme/sigs:v1", "ghcr.io/acme/*", "acme/signatures", "GHCR.io/acme/sigs", "ghcr.io"].map(
    (repository): (typeof INVALID)[number] => [
      `a source that is ${repository}`,
      rules({ source: { repository } }),
      "spec.verifyImages[0].source.repository",
      /want what matches|must be host\/path/,
    ],
  ),
  [
    "a source whose port is none",
    rules({ source: { repository: "ghcr.io:99999/acme/sigs" } }),
    "spec.verifyImages[0].source.repository",
    /must be host\/path, for example registry\.example\/signatures/,
  ],
  ["a rule that asks for nothing", rules({ attestors: undefined }), "spec.verifyImages[0]", /must ask for something/],
  [
    "a tag in a pattern",
    rules({ imageReferences: ["nginx:1.27"] }),
    "spec.verifyImages[0].imageReferences[0]",
    /tags select nothing/,
  ],
  [
    "a wide skip",
    rules({ skipImageReferences: ["ghcr.io/acme*"] }),
    "spec.verifyImages[0].skipImageReferences[0]",
    /must be literal/,
  ],
  [
    "a pattern twice",
    rules({ imageReferences: ["a/b", "a/b"] }),
    "spec.verifyImages[0].imageReferences",
    /has ".*" twice/,
  ],
  [
    "Ignore under Enforce with a wildcard host",
    { failurePolicy: "Ignore", ...rules({ imageReferences: ["*.acme.io/x"] }) },
    "spec.failurePolicy",
    /is Ignore, want Fail: under Enforce a pattern with a wildcard in its host/,
  ],
  [
    "a count above the entries",
    rules({ attestors: [{ count: 2, entries: [entry("a", KEYS.a)] }] }),
    "spec.verifyImages[0].attestors[0].count",
    /is 2, want at most 1/,
  ],
  [
    "a count of none",
    rules({ attestors: [{ count: 0, entries: [entry("a", KEYS.a)] }] }),
    "spec.verifyImages[0].attestors[0].count",
    /is 0, want at least 1/,
  ],
  [
    "one key for two parties",
    entries(entry("a", KEYS.a), entry("b", KEYS.a)),
    "spec.verifyImages[0].attestors[0].entries",
    /hold 1 different signers, want at least 2/,
  ],
  ["a malformed key", key("not a key".repeat(20)), KEY_PATH, /Cannot parse public key: there is no PEM block, want/],
  ["a private key", key(PRIVATE_PEM), KEY_PATH, /^holds a private key, want the public key/],
  [
    "an encrypted cosign key",
    key(PRIVATE_PEM.replaceAll("PRIVATE", "ENCRYPTED SIGSTORE PRIVATE")),
    KEY_PATH,
    /^holds a private key/,
  ],
  [
    "two PEM blocks",
    key(KEYS.a.pem + KEYS.b.pem),
    KEY_PATH,
    /^holds 2 PEM blocks, want one: write an entry for each key/,
  ],
  ["a certificate", key(KEYS.a.pem.replaceAll("PUBLIC KEY", "CERTIFICATE")), KEY_PATH, /CERTIFICATE/],
  ["a key that is no string", key(7), KEY_PATH, /is 7, want a text/],
  [
    "values with Exists",
    { match: { namespaceSelector: { matchExpressions: [{ key: "a", operator: "Exists", values: ["b"] }] } } },
    "spec.match.namespaceSelector.matchExpressions[0].values",
    /must not be with Exists/,
  ],
  [
    "In without values",
    { match: { namespaceSelector: { matchExpressions: [{ key: "a", operator: "In" }] } } },
    "spec.match.namespaceSelector.matchExpressions[0].values",
    /must be written with In/,
  ],
  [
    "a label key that no label can have",
    { match: { namespaceSelector: { matchLabels: { "a b": "c" } } } },
    "spec.match.namespaceSelector.matchLabels",
    /has the key "a b"/,
  ],
];

describe("policy/validate", () => {
  it("takes a valid policy of each kind", () => {
    const kinds: readonly PolicyKind[] = ["ImageVerifyPolicy", "ClusterImageVerifyPolicy"];
    for (const kind of kinds) assert.deepEqual(validatePolicy(policy({}, kind)), []);
  });

  for (const [name, spec, path, message] of INVALID) {
    it(`refuses ${name}`, () => {
      // Through JSON, since a file has no undefined members
      const errors = validatePolicy(JSON.parse(JSON.stringify(policy(spec))));
      assert.deepEqual([...new Set(errors.map((error) => error.path))], [path]);
      assert.match(errors.map((error) => error.message).join("\n"), message);
    });
  }

  it("lists everything at once", () => {
    const spec = { failureAction: "x", verifyImages: [rule({ name: "A" }), rule({ imageReferences: ["nginx*"] })] };
    assert.deepEqual(
      validatePolicy(policy(spec)).map(({ path }) => path),
      ["spec.failureAction", "spec.verifyImages[0].name", "spec.verifyImages[1].imageReferences[0]"],
    );
  });

  it("never repeats a private key", () => {
    const secret = PRIVATE_PEM.split("\n")[1] ?? "";
    assert.ok(!JSON.stringify(validatePolicy(policy(key(PRIVATE_PEM)))).includes(secret.slice(0, 16)));
  });

  const resources: readonly [string, unknown, string][] = [
    ["null", null, "apiVersion kind"],
    ["another version", { ...policy(), apiVersion: "sealgate.dev/v1" }, "apiVersion"],
    ["another kind", { ...policy(), kind: "ClusterPolicy" }, "kind"],
    ["an unknown member", { ...policy(), data: {} }, "data"],
    ["no name", { ...policy(), metadata: {} }, "metadata.name"],
    [
      "a cluster policy with a namespace",
      { ...policy(), metadata: { name: "a", namespace: "b" } },
      "metadata.namespace",
    ],
    ["no namespace", { ...policy({}, "ImageVerifyPolicy"), metadata: { name: "a" } }, "metadata.namespace"],
    ["no spec", { ...policy(), spec: undefined }, "spec"],
  ];
  for (const [name, resource, paths] of resources) {
    it(`refuses ${name}`, () => {
      assert.equal(
        validatePolicy(resource)
          .map(({ path }) => path)
          .join(" "),
        paths,
      );
    });
  }
});
