// The definitions that the API server gets: everything bounded and described, and the patterns that its CEL rules refuse
// are the ones that parsePattern() refuses. The rules are written so that they read the same as JavaScript.
import assert from "node:assert/strict";
import fc from "fast-check";
import { checkAttestations } from "../../src/policy/attestation-check.ts";
import { checkCount } from "../../src/policy/count-check.ts";
import { checkEntry } from "../../src/policy/entry-check.ts";
import { checkKeys } from "../../src/policy/key-check.ts";
import { parsePattern, parseSkipPattern } from "../../src/policy/pattern.ts";
import type { PolicyKind } from "../../src/policy/types.ts";
import { celErrors, crd, specNode, type CrdNode } from "./cel.ts";
import { ROOT } from "./instance.ts";
import { KEYS, type Json } from "./resources.ts";
import { schemaNodes } from "./schema-leaves.ts";

/** True if the CEL rules of `list`'s items take `text`. */
function celTakes(list: "imageReferences" | "skipImageReferences"): (text: string) => boolean {
  const node = specNode("clusterimageverifypolicies", "verifyImages", "[]", list, "[]");
  assert.ok(node["x-kubernetes-validations"]?.length);
  return (text) => celErrors(node, text, "").length === 0;
}

const PIECES = [
  "a",
  "app",
  "*",
  "**",
  "?",
  "/",
  "/",
  ":",
  ".",
  "-",
  "_",
  "@",
  "localhost",
  "ghcr.io",
  "docker.io",
  ":*",
];
const MORE = [":5000", "443", "0", "A", " ", "{", "library/", "nginx", "acme/", "*.", `@sha256:${"0".repeat(64)}`];
const patterns = fc.array(fc.constantFrom(...PIECES, ...MORE), { maxLength: 7 }).map((parts) => parts.join(""));

/** Members that are there or not, so that every union and every combination is met. */
const members = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Json> =>
  fc.record(fields, { requiredKeys: [] });
const times = fc.constantFrom("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "1969-01-01T00:00:00Z");
const partyNames = fc.constantFrom("a", "b", "c", "d", "e", "f", "g");
const texts = fc.constantFrom("https://a.example", "*@acme.io");
const expressions = fc.constantFrom(".*@acme\\.io", "[a", "(a");
const named = { subject: texts, subjectRegExp: expressions };
const entries = members({
  keys: members({
    publicKeys: fc.constant(KEYS.a.pem),
    secret: members({ namespace: fc.constant("prod") }).map((more) => ({ name: "release", ...more })),
    kms: fc.constant("hashivault://release"),
    validFrom: times,
    validUntil: times,
  }),
  keyless: members({ issuer: texts, issuerRegExp: expressions, ...named }),
  githubActions: members({ issuer: texts, serverURL: fc.constant("https://g.example") }),
  certificates: members({ insecureUseCurrentTime: fc.boolean(), ...named }).map((more) => ({
    roots: ROOT.pem,
    ...more,
  })),
  annotations: fc.dictionary(fc.constantFrom("", "env", "k".repeat(129)), fc.constant("x"), { noNullPrototype: true }),
  insecureIgnoreTlog: fc.boolean(),
  insecureIgnoreSCT: fc.boolean(),
  requireTimestamp: fc.boolean(),
}).chain((entry) => {
  // Most have one variant, as most that people write
  const variants = ["keys", "keyless", "githubActions", "certificates"];
  return fc.constantFrom(...variants, undefined).map((only) => {
    const dropped = variants.filter((variant) => only !== undefined && variant !== only);
    return Object.fromEntries(Object.entries(entry).filter(([name]) => !dropped.includes(name)));
  });
});

describe("crds", () => {
  it("describes every field in a sentence", () => {
    for (const [path, { description = "" }] of schemaNodes()) assert.ok(description.length >= 20, path);
  });

  it("bounds every string, list, map and number", () => {
    for (const [path, node] of schemaNodes()) {
      if (node.type === "string") assert.ok(node.maxLength !== undefined || node.enum !== undefined, path);
      if (node.type === "array") assert.ok(node.maxItems !== undefined, path);
      if (node.type === "integer") assert.ok(node.maximum !== undefined, path);
      if (node.additionalProperties instanceof Object) assert.ok(node.maxProperties !== undefined, path);
    }
  });

  for (const [plural, scope, shortName] of [
    ["imageverifypolicies", "Namespaced", "ivp"],
    ["clusterimageverifypolicies", "Cluster", "civp"],
  ] as const) {
    it(`${plural} has its scope, names and category`, () => {
      const { metadata, spec } = crd(plural);
      assert.equal(metadata.name, `${plural}.sealgate.dev`);
      assert.equal(spec.scope, scope);
      assert.ok(spec.names.shortNames.includes(shortName));
      assert.deepEqual(spec.names.categories, ["sealgate"]);
    });
  }

  it("lets the cluster kind alone select namespaces", () => {
    const fields = (plural: string): readonly string[] => Object.keys(specNode(plural, "match").properties ?? {});
    const namespaced = ["objectSelector", "podControllers", "conditions"];
    assert.deepEqual(fields("imageverifypolicies"), namespaced);
    assert.deepEqual(fields("clusterimageverifypolicies"), ["namespaceSelector", ...namespaced]);
  });

  for (const [list, parsePart] of [
    ["imageReferences", parsePattern],
    ["skipImageReferences", parseSkipPattern],
  ] as const) {
    it(`refuses the same ${list} in CEL as in code`, () => {
      const takes = celTakes(list);
      for (const text of ["*", "ghcr.io/acme/*", "ghcr.*/acme/*", "gh*/acme/app", "nginx", "localhost/a*", "a.b"]) {
        assert.equal(takes(text), parsePart(text).ok, text);
      }
      fc.assert(
        fc.property(patterns, (text) => assert.equal(takes(text), parsePart(text).ok, text)),
        { numRuns: 20_000 },
      );
    });
  }

  it("counts the parties of a set in CEL as in code", () => {
    const node = specNode("clusterimageverifypolicies", "verifyImages", "[]", "attestors", "[]");
    const parties = fc.uniqueArray(fc.tuple(partyNames, fc.option(partyNames, { nil: undefined })), {
      minLength: 1,
      maxLength: 6,
      selector: ([name]) => name,
    });
    fc.assert(
      fc.property(parties, fc.integer({ min: 1, max: 6 }), (written, count) => {
        const set = {
          count,
          entries: written.map(([name, party]) => ({
            name,
            ...(party === undefined ? {} : { party }),
            keyless: { issuerRegExp: ".*", subjectRegExp: ".*" },
          })),
        };
        const [inCode] = checkCount(set, "set").map(({ path }) => path);
        assert.equal(celErrors(node, set, "set")[0]?.path, inCode, JSON.stringify(set));
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses the same attestor entries in CEL as in code, with the same sentences", () => {
    const node = specNode("clusterimageverifypolicies", "verifyImages", "[]", "attestors", "[]", "entries", "[]");
    refusesAlike("ClusterImageVerifyPolicy", node);
  });

  it("refuses in CEL as in code what a namespaced policy may not say of a Secret", () => {
    const node = specNode("imageverifypolicies", "verifyImages", "[]", "attestors", "[]", "entries", "[]");
    refusesAlike("ImageVerifyPolicy", node);
  });

  function refusesAlike(kind: PolicyKind, node: CrdNode): void {
    // Of expressions and times the code says more
    const lines = (errors: readonly { path: string; message: string }[]): readonly string[] => {
      const texts = errors.map(({ path, message }) => (/RegExp$|\.valid/.test(path) ? path : `${path} ${message}`));
      return [...new Set(texts)].toSorted();
    };
    let refused = 0;
    fc.assert(
      fc.property(entries, (entry) => {
        const inCode = lines([...checkEntry(entry, "e"), ...checkKeys(entry["keys"], "e.keys", kind)]);
        assert.deepEqual(lines(celErrors(node, entry, "e")), inCode, JSON.stringify(entry));
        if (inCode.length > 0) refused += 1;
      }),
      { numRuns: 1000 },
    );
    assert.ok(refused > 200 && refused < 1000, String(refused));
  }

  it("refuses of an attestation what the program refuses", () => {
    const node = specNode("clusterimageverifypolicies", "verifyImages", "[]", "attestations", "[]");
    const keyed = [{ entries: [{ name: "a", keys: { publicKeys: KEYS.a.pem } }] }];
    const keyless = [{ entries: [{ name: "a", keyless: { issuer: "https://a.example", subject: "a@acme.io" } }] }];
    const own = (attestation: Json): readonly string[] =>
      celErrors(node, attestation, "").map(({ path, message }) => `${path.slice(1)} ${message}`);
    for (const [more, attestors] of [
      [{}, keyed],
      [{ maxAge: "7d" }, keyed],
      [{ match: "Latest" }, keyed],
      [{ match: "Any" }, keyed],
      [{ maxAge: "7d", match: "Latest" }, keyless],
      [{ name: "in" }, keyless],
      [{ name: "index" }, keyless],
    ] as const) {
      const attestation = { name: "vuln", predicateTypes: ["vuln"], attestors, ...more };
      const found = checkAttestations({ attestations: [attestation] }, "r", () => []);
      assert.deepEqual(
        own(attestation),
        found.map(({ path, message }) => `${path.replace("r.attestations[0].", "")} ${message}`),
      );
    }
  });
});
