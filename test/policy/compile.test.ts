// Resources to executable policies: defaults, what an error reaches, and that nothing opens silently.
import assert from "node:assert/strict";
import { parsePublicKeyPem } from "../../src/crypto/public-key.ts";
import { compilePolicy, keySourcesOf } from "../../src/policy/compile.ts";
import { NO_SECRET } from "../../src/policy/key-secret.ts";
import { formatKeySource, NO_KEY_SOURCES, type KeyAnswer } from "../../src/policy/key-source.ts";
import type { TrustRoot, TrustRoots } from "../../src/policy/trust-root.ts";
import type { PolicyResource } from "../../src/policy/types.ts";
import { MATERIAL } from "./instance.ts";
import { compiledRule, NO_TRUST_ROOTS, KEYS, entry, image, policy, reviewed, rule } from "./resources.ts";

const APP = image("ghcr.io/acme/app");
const OTHER = image("quay.io/x/y");

function ruleOf(resource: PolicyResource, index = 0): ReturnType<typeof compilePolicy>["rules"][number] {
  const found = compilePolicy(resource, NO_TRUST_ROOTS).rules[index];
  assert.ok(found);
  return found;
}

const REQUIRED = { transparencyLog: true, signedCertificateTimestamp: true };

const STORED = { name: "release", keys: { secret: { name: "release" } }, insecureIgnoreTlog: true };

describe("policy/compile", () => {
  it("pins and asks for digests under Enforce, and neither under Warn and Audit", () => {
    for (const [action, expected] of [
      ["Enforce", true],
      ["Warn", false],
      ["Audit", false],
    ] as const) {
      const { mutateDigest, verifyDigest } = ruleOf(policy({ failureAction: action }));
      assert.deepEqual([mutateDigest, verifyDigest], [expected, expected]);
    }
    assert.equal(ruleOf(policy()).mutateDigest, true);
  });

  it("asks for all entries when count is absent", () => {
    const spec = { verifyImages: [rule({ attestors: [{ entries: [entry("a", KEYS.a), entry("b", KEYS.b)] }] })] };
    assert.equal(ruleOf(policy(spec)).sets[0]?.count, 2);
  });

  it("applies a namespaced policy to its own namespace alone", () => {
    const compiled = compilePolicy(policy({}, "ImageVerifyPolicy"), NO_TRUST_ROOTS);
    assert.deepEqual(compiled.id, { kind: "ImageVerifyPolicy", namespace: "prod", name: "signed" });
    assert.equal(compiled.appliesTo(reviewed("prod")), true);
    assert.equal(compiled.appliesTo(reviewed("test")), false);
  });

  it("keeps an error in one rule from the others", () => {
    const resource = policy({ verifyImages: [rule(), rule({ name: "bad", attestors: [] })] });
    assert.deepEqual(ruleOf(resource).errors, []);
    assert.equal(ruleOf(resource, 1).errors.length, 1);
    assert.equal(ruleOf(resource, 1).covers(OTHER), false);
  });

  it("makes every rule invalid, everywhere, when match is broken", () => {
    const resource = policy({ match: { namespaceSelector: { matchExpressions: [{ key: "a", operator: "In" }] } } });
    assert.equal(ruleOf(resource).errors.length, 1);
    assert.equal(compilePolicy(resource, NO_TRUST_ROOTS).appliesTo(reviewed("any", new Map())), true);
  });

  it("covers every image by an include that cannot be read, and skips none by a skip that cannot", () => {
    const resource = policy({
      verifyImages: [rule({ imageReferences: ["ghcr.*/acme/*"], skipImageReferences: ["*"] })],
    });
    assert.equal(ruleOf(resource).errors.length, 2);
    assert.equal(ruleOf(resource).covers(OTHER), true);
  });

  const shapes: readonly unknown[] = [undefined, null, 7, [], {}, { verifyImages: {} }, { verifyImages: [null] }];
  for (const spec of shapes) {
    it(`never opens and never throws for the spec ${JSON.stringify(spec)}`, () => {
      const resource = { ...policy(), spec } as PolicyResource;
      assert.ok(ruleOf(resource).errors.length > 0);
      assert.equal(ruleOf(resource).covers(OTHER), true);
      assert.equal(compilePolicy(resource, NO_TRUST_ROOTS).appliesTo(reviewed("any")), true);
    });
  }

  it("subtracts skips from its own rule", () => {
    const resource = policy({ verifyImages: [rule({ skipImageReferences: ["ghcr.io/acme/app"] })] });
    assert.equal(ruleOf(resource).covers(APP), false);
    assert.equal(ruleOf(resource).covers(image("ghcr.io/acme/web")), true);
  });

  it("hashes what decides a verdict, and nothing else", () => {
    const hash = (more: Record<string, unknown>): string => ruleOf(policy({ verifyImages: [rule(more)] })).hash;
    const base = hash({});
    assert.equal(hash({ imageReferences: ["quay.io/acme/*"] }), base);
    assert.notEqual(hash({ attestors: [{ entries: [entry("release", KEYS.b)] }] }), base);
    assert.notEqual(hash({ attestors: [{ count: 1, entries: [entry("release", KEYS.a), entry("b", KEYS.b)] }] }), base);
    assert.notEqual(hash({ verifyDigest: false }), base);
    assert.match(base, /^sha256:[0-9a-f]{64}$/);
  });

  it("hashes the trust root that decides, and none that does not", () => {
    const root: TrustRoot = { material: MATERIAL, requires: { ...REQUIRED, timestamp: false } };
    const hash = (entry: Record<string, unknown>, found: ReturnType<TrustRoots>): string => {
      const written = { name: "dev", keyless: { issuer: "https://a.example", subject: "a" }, ...entry };
      return compiledRule({ attestors: [{ entries: [written] }] }, () => found).hash;
    };
    const base = hash({}, root);
    assert.notEqual(hash({}, { ...root, material: { ...MATERIAL, hash: "2".repeat(64) } }), base);
    assert.notEqual(hash({}, { ...root, requires: { ...REQUIRED, timestamp: true } }), base);
    assert.notEqual(hash({}, "not-ready"), base);
    assert.notEqual(hash({}, undefined), hash({}, "not-ready"));
    assert.notEqual(hash({ trustRoot: "acme" }, root), base);
    assert.notEqual(hash({ annotations: { env: "prod" } }, root), base);
    const key = { keyless: undefined, keys: { publicKeys: KEYS.a.pem }, insecureIgnoreTlog: true };
    assert.equal(hash(key, root), hash(key, undefined));
  });

  it("hashes the key that a Secret holds, and that it holds none", () => {
    const written = policy({ verifyImages: [rule({ attestors: [{ entries: [STORED] }] })] });
    const hash = (answer: KeyAnswer): string =>
      compilePolicy(written, NO_TRUST_ROOTS, { ...NO_KEY_SOURCES, find: () => answer }).rules[0]?.hash ?? "";
    const key = (pem: string): KeyAnswer => ({ kind: "key", key: parsePublicKeyPem(pem) });
    const hashes = [key(KEYS.a.pem), key(KEYS.b.pem), NO_SECRET].map(hash);
    assert.equal(new Set(hashes).size, 3);
    assert.equal(hash(key(KEYS.a.pem)), hashes[0]);
  });

  it("tells which keys outside of it it needs, those of attestations too", () => {
    const attestation = { name: "vuln", predicateTypes: ["vuln"], attestors: [{ entries: [STORED] }] };
    const written = policy({ verifyImages: [rule({ attestations: [attestation] })] });
    assert.deepEqual(keySourcesOf(compilePolicy(written, NO_TRUST_ROOTS)).map(formatKeySource), [
      'key "cosign.pub" of Secret "sealgate/release"',
    ]);
    assert.deepEqual(keySourcesOf(compilePolicy(policy(), NO_TRUST_ROOTS)), []);
  });
});
