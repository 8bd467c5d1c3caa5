// What keeps an object from being a trust root, each fault by its path, and the same in the rules of the definition.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { readTrustRoot, validateTrustRoot } from "../../src/policy/trust-root-check.ts";
import { TRUST_ROOT_SPEC_SCHEMA } from "../../src/policy/trust-root-schema.generated.ts";
import { publicGood } from "../sigstore/roots.ts";
import { celErrors, crd, specNode } from "./cel.ts";
import { KEYS, type Json } from "./resources.ts";
import { schemaNodes } from "./schema-leaves.ts";
import { inlineOf, keysOf, pemOf, publicPem, SIGSTORE, SINCE, trustRoot } from "./trust-roots.ts";

const NODE = specNode("trustroots");
const { intermediate, root, timestampAuthority, rekorV1 } = SIGSTORE;
const chain = pemOf(intermediate, root);
const key = publicPem(rekorV1.privateKey);

const withKeys = (keys: Json): Json => ({ sigstoreKeys: { ...keysOf(), ...keys } });

const TAKEN: Readonly<Record<string, Json>> = {
  "the public good instance": { publicGood: {} },
  "GitHub's instance": { github: {} },
  "a trusted_root.json": { inline: inlineOf() },
  parts: { sigstoreKeys: keysOf() },
  "a member of a ConfigMap": { configMap: { name: "acme.roots", key: "trusted_root.json" } },
  "a member of a Secret, and what it must bring": {
    secret: { name: "acme", key: "trusted_root.json" },
    requires: { transparencyLog: false, timestamp: true },
  },
  "parts that hold no certificate log, where none is required": {
    ...withKeys({ ctLogs: undefined }),
    requires: { signedCertificateTimestamp: false },
  },
  "time stamps in place of logs": {
    ...withKeys({ tLogs: undefined }),
    requires: { transparencyLog: false, timestamp: true },
  },
  "an authority of time stamps without its signer": withKeys({
    timestampAuthorities: [{ certChain: pemOf(timestampAuthority.intermediate, timestampAuthority.root) }],
  }),
  "an authority that is no root": withKeys({ certificateAuthorities: [{ certChain: pemOf(intermediate) }] }),
};

const FAULTS: Readonly<Record<string, readonly [spec: Json, path: string, message: RegExp]>> = {
  "nothing to trust": [
    {},
    "spec",
    /^must have exactly one of publicGood, github, inline, configMap, secret, sigstoreKeys$/,
  ],
  "two variants": [{ publicGood: {}, github: {} }, "spec", /^must have exactly one of/],
  "two places": [
    { configMap: { name: "acme", key: "a" }, secret: { name: "acme", key: "a" } },
    "spec",
    /^must have exactly one of/,
  ],
  "a ConfigMap without its member": [{ configMap: { name: "acme" } }, "spec.configMap.key", /is required/],
  "a Secret without its name": [{ secret: { key: "a" } }, "spec.secret.name", /is required/],
  "a ConfigMap of another namespace": [
    { configMap: { name: "acme", namespace: "prod", key: "a" } },
    "spec.configMap.namespace",
    /is unknown/,
  ],
  "a name that is none": [{ secret: { name: "../acme", key: "a" } }, "spec.secret.name", /want what matches/],
  "a member that is none": [{ configMap: { name: "acme", key: "a/b" } }, "spec.configMap.key", /want what matches/],
  "a TUF repository": [{ tuf: { mirror: "https://tuf.example" } }, "spec.tuf", /^is not supported: write the trusted/],
  "a refresh": [{ publicGood: { refresh: true } }, "spec.publicGood.refresh", /^is not supported: .* leave it out$/],
  "a refresh of GitHub's": [
    { github: { refresh: false } },
    "spec.github.refresh",
    /^is not supported: .* leave it out$/,
  ],
  "an age of what is fetched": [
    { publicGood: {}, maxStaleness: "1d" },
    "spec.maxStaleness",
    /^is not supported: .* leave it out$/,
  ],
  "an unknown member": [{ publicGood: {}, age: "1d" }, "spec.age", /is unknown, want one of/],
  "a member where there are none": [{ github: { url: "a" } }, "spec.github.url", /^is unknown, want nothing here$/],
  "requirements of what is known": [{ github: {}, requires: { timestamp: true } }, "spec.requires", /^must not be/],
  "no proof of time": [
    { inline: inlineOf(), requires: { transparencyLog: false } },
    "spec.requires",
    /^asks for no proof of time/,
  ],
  "what is no JSON": [{ inline: "{}{" }, "spec.inline", /^Cannot parse trust root: /],
  "a root that requires a log and holds none": [
    { inline: JSON.stringify({ ...publicGood(), tlogs: [] }) },
    "spec.requires.transparencyLog",
    /^is true, and the trust root holds no transparency log that can be used$/,
  ],
  "parts that require a certificate log and hold none": [
    withKeys({ ctLogs: undefined }),
    "spec.requires.signedCertificateTimestamp",
    /holds no certificate-transparency log/,
  ],
  "parts that require time stamps and hold no authority": [
    { ...withKeys({ timestampAuthorities: undefined }), requires: { timestamp: true } },
    "spec.requires.timestamp",
    /holds no timestamp authority/,
  ],
  "no parts": [{ sigstoreKeys: {} }, "spec.sigstoreKeys", /has 0 (?:members|characters), want at least 1/],
  "an empty list of parts": [
    withKeys({ tLogs: [] }),
    "spec.sigstoreKeys.tLogs",
    /has 0 (?:members|characters), want at least 1/,
  ],
  "a chain that is no PEM": [
    withKeys({ certificateAuthorities: [{ certChain: "x".repeat(64) }] }),
    "spec.sigstoreKeys.certificateAuthorities[0].certChain",
    /want what matches/,
  ],
  "a chain of the wrong order": [
    withKeys({ certificateAuthorities: [{ certChain: pemOf(root, intermediate) }] }),
    "spec.sigstoreKeys.certificateAuthorities[0]",
    /its certificate 0 was not issued by the next$/,
  ],
  "a chain of too many certificates": [
    withKeys({ certificateAuthorities: [{ certChain: pemOf(...Array<typeof root>(11).fill(root)) }] }),
    "spec.sigstoreKeys.certificateAuthorities[0]",
    /11 certificates, want 1 to 10/,
  ],
  "a certificate that cannot be read": [
    withKeys({ certificateAuthorities: [{ certChain: chain }, { certChain: chain.replace(/MI/u, "MA") }] }),
    "spec.sigstoreKeys.certificateAuthorities[1]",
    /^Cannot /,
  ],
  "a signer of time stamps alone": [
    withKeys({ timestampAuthorities: [{ certChain: pemOf(timestampAuthority.signer) }] }),
    "spec.sigstoreKeys.timestampAuthorities[0]",
    /has a signer and no certificate of its issuer$/,
  ],
  "a log without the beginning of its window": [
    withKeys({ tLogs: [{ publicKey: key }] }),
    "spec.sigstoreKeys.tLogs[0].validFrom",
    /is required/,
  ],
  "the same log twice": [
    withKeys({
      tLogs: [
        { publicKey: key, validFrom: SINCE },
        { publicKey: key, validFrom: SINCE },
      ],
    }),
    "spec.sigstoreKeys.tLogs[1]",
    /^Cannot tell two logs of the trust root apart/,
  ],
  "a key that cannot be read": [
    withKeys({ ctLogs: [{ publicKey: key.replace(/MFk/u, "MFo"), validFrom: SINCE }] }),
    "spec.sigstoreKeys.ctLogs[0]",
    /^Cannot /,
  ],
  "two keys of one log": [
    withKeys({ ctLogs: [{ publicKey: KEYS.a.pem + KEYS.b.pem, validFrom: SINCE }] }),
    "spec.sigstoreKeys.ctLogs[0].publicKey",
    /want what matches/,
  ],
  "a time on a day that does not exist": [
    withKeys({ tLogs: [{ publicKey: key, validFrom: "2026-02-30T00:00:00Z" }] }),
    "spec.sigstoreKeys.tLogs[0].validFrom",
    /RFC 3339/,
  ],
  "a window that ends before it begins": [
    withKeys({ certificateAuthorities: [{ certChain: chain, validFrom: SINCE, validUntil: "2020-01-01T00:00:00Z" }] }),
    "spec.sigstoreKeys.certificateAuthorities[0].validUntil",
    /^validUntil must not be before validFrom$/,
  ],
  "an address that is none": [
    withKeys({ tLogs: [{ publicKey: key, validFrom: SINCE, baseURL: "rekor.example" }] }),
    "spec.sigstoreKeys.tLogs[0].baseURL",
    /want what matches/,
  ],
};

describe("validateTrustRoot()", () => {
  for (const [name, spec] of Object.entries(TAKEN)) {
    it(`takes ${name}`, () => {
      assert.deepEqual(validateTrustRoot(trustRoot(spec)), []);
      assert.deepEqual(celErrors(NODE, spec, "spec"), []);
    });
  }

  for (const [name, [spec, path, message]] of Object.entries(FAULTS)) {
    it(`refuses ${name}, and nothing else`, () => {
      const errors = validateTrustRoot(trustRoot(spec));
      assert.deepEqual([...new Set(errors.map((error) => error.path))], [path], JSON.stringify(errors));
      assert.match(errors[0]?.message ?? "", message);
    });
  }

  it("refuses a key of RSA that no log has", () => {
    const publicKey = rsaPem(2560);
    const [error] = validateTrustRoot(trustRoot(withKeys({ tLogs: [{ publicKey, validFrom: SINCE }] })));
    assert.equal(error?.path, "spec.sigstoreKeys.tLogs[0]");
    assert.match(error.message, /want ECDSA, Ed25519, or RSA of 2048, 3072 or 4096 bits$/);
  });

  it("refuses what is around the spec of another kind of object", () => {
    const written = { ...trustRoot({ github: {} }, { namespace: "prod" }), data: {} };
    assert.deepEqual(
      validateTrustRoot(written).map(({ path }) => path),
      ["data", "metadata.namespace"],
    );
    for (const value of [undefined, null, 1, [], { spec: null }]) assert.notDeepEqual(validateTrustRoot(value), []);
  });

  it("has content where there are no errors, and none beside them", () => {
    for (const spec of Object.values(TAKEN)) assert.ok(readTrustRoot(trustRoot(spec)).value);
    for (const [spec] of Object.values(FAULTS)) assert.equal(readTrustRoot(trustRoot(spec)).value, undefined);
  });
});

describe("crds: trustroots", () => {
  it("has its scope, names and category", () => {
    const { metadata, spec } = crd("trustroots");
    assert.equal(metadata.name, "trustroots.sealgate.dev");
    assert.equal(spec.scope, "Cluster");
    assert.deepEqual([spec.names.shortNames, spec.names.categories], [["troot"], ["sealgate"]]);
  });

  it("and every other kind show whether an object is ready, beside a status of their own", () => {
    for (const plural of ["trustroots", "imageverifyexceptions", "imageverifypolicies", "clusterimageverifypolicies"]) {
      const [version] = crd(plural).spec.versions;
      const columns = version?.additionalPrinterColumns.map(({ name }) => name) ?? [];
      assert.ok(columns.includes("Ready") && columns.includes("State"), plural);
      assert.deepEqual(version?.subresources, { status: {} }, plural);
    }
  });

  it("describes and bounds every field", () => {
    for (const [path, { description = "", type, ...node }] of schemaNodes(TRUST_ROOT_SPEC_SCHEMA)) {
      assert.ok(description.length >= 20, path);
      if (type === "string") assert.ok(node.maxLength !== undefined, path);
      if (type === "array") assert.ok(node.maxItems !== undefined, path);
    }
  });

  it("refuses the same combinations in CEL as in code, with the same sentences", () => {
    const times = fc.constantFrom("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", undefined);
    const member = fc.option(fc.constant({}), { nil: undefined, freq: 2 });
    const specs = fc.record({
      publicGood: member,
      github: member,
      inline: fc.option(fc.constant("{}"), { nil: undefined, freq: 2 }),
      configMap: fc.option(fc.constant({ name: "acme", key: "a" }), { nil: undefined, freq: 2 }),
      secret: fc.option(fc.constant({ name: "acme", key: "a" }), { nil: undefined, freq: 2 }),
      sigstoreKeys: fc.option(
        fc.tuple(times, times).map(([validFrom, validUntil]) => ({
          certificateAuthorities: [{ certChain: chain, ...defined({ validFrom, validUntil }) }],
        })),
        { nil: undefined, freq: 2 },
      ),
      requires: fc.option(
        fc
          .record({ transparencyLog: fc.boolean(), timestamp: fc.boolean() }, { requiredKeys: [] })
          .map((requires) => ({ ...requires })),
        { nil: undefined, freq: 2 },
      ),
    });
    const lines = (errors: readonly { path: string; message: string }[]): readonly string[] =>
      errors.map(({ path, message }) => `${path} ${message}`).toSorted();
    let refused = 0;
    fc.assert(
      fc.property(specs, (every) => {
        const spec = defined(every);
        const inCel = celErrors(NODE, spec, "spec");
        // What stands beside known requirements is not looked at by the code
        const isKnown = inCel.some(({ message }) => message.startsWith("must not be written beside"));
        const expected = inCel.filter(({ message }) => !isKnown || !message.startsWith("asks for no"));
        const inCode = validateTrustRoot(trustRoot(spec)).filter(({ path }) =>
          /^spec(?:$|\.requires$|.*valid)/u.test(path),
        );
        assert.deepEqual(lines(inCode), lines(expected), JSON.stringify(spec));
        if (expected.length > 0) refused += 1;
      }),
      { numRuns: 300 },
    );
    assert.ok(refused > 100 && refused < 290, String(refused));
  });
});

function defined(object: Json): Json {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function rsaPem(modulusLength: number): string {
  return generateKeyPairSync("rsa", { modulusLength }).publicKey.export({ type: "spki", format: "pem" }).toString();
}
