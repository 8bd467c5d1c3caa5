// Entries to requirements (policy-api.md §2.3, §2.4, §2.7): signer, content, trust root, and how many witnesses.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { parsePublicKeyPem } from "../../src/crypto/public-key.ts";
import { compileEntry, isUnavailable } from "../../src/policy/compile-entry.ts";
import { NO_SECRET, readStoredKey } from "../../src/policy/key-secret.ts";
import type { KeyAnswer } from "../../src/policy/key-source.ts";
import type { TrustRoot, TrustRoots } from "../../src/policy/trust-root.ts";
import type { EntrySpec } from "../../src/policy/types.ts";
import type { Requirement } from "../../src/verify/requirement.ts";
import { INTERMEDIATE, MATERIAL, ROOT, ROOTS } from "./instance.ts";
import { KEYS, type Json } from "./resources.ts";

const keys = { publicKeys: KEYS.a.pem };
const windowed = { ...keys, validUntil: "2027-01-01T00:00:00Z" };
const keyless = { issuer: "https://accounts.example", subject: "dev@acme.io" };
const githubActions = { repository: "acme/app", refs: ["*"] };
const certificates = { roots: ROOT.pem, intermediates: INTERMEDIATE.pem, subject: "dev@acme.io" };

function requiring(log: boolean, sct: boolean, timestamp: boolean): TrustRoot {
  return { material: MATERIAL, requires: { transparencyLog: log, signedCertificateTimestamp: sct, timestamp } };
}

const LOGGED = requiring(true, true, false);
const STAMPED = requiring(false, false, true);

function requirementOf(entry: Json, trustRoots: TrustRoots = ROOTS, ruleRoot?: string): Requirement {
  const { requirement } = compileEntry({ name: "e", ...entry } as EntrySpec, ruleRoot, trustRoots);
  assert.ok(!isUnavailable(requirement));
  return requirement;
}

describe("policy/compile-entry: witnesses", () => {
  /** Logs, certificate logs, times, time stamps. */
  const table: readonly [string, Json, TrustRoot, readonly [number, number, number, number]][] = [
    ["a key", { keys }, LOGGED, [1, 0, 0, 0]],
    ["a key at a stamping instance", { keys }, STAMPED, [0, 0, 0, 1]],
    ["a key with a stamp besides", { keys, requireTimestamp: true }, LOGGED, [1, 0, 0, 1]],
    ["a key with a stamp alone", { keys, requireTimestamp: true, insecureIgnoreTlog: true }, LOGGED, [0, 0, 0, 1]],
    ["a key with a window", { keys: windowed }, LOGGED, [1, 0, 1, 0]],
    [
      "a key with a window and a stamp alone",
      { keys: windowed, requireTimestamp: true, insecureIgnoreTlog: true },
      LOGGED,
      [0, 0, 1, 1],
    ],
    ["an identity", { keyless }, LOGGED, [1, 1, 1, 0]],
    ["an identity at a stamping instance", { keyless }, STAMPED, [0, 0, 1, 1]],
    ["an identity without SCT", { keyless, insecureIgnoreSCT: true }, LOGGED, [1, 0, 1, 0]],
    ["an identity without log", { keyless, insecureIgnoreTlog: true, requireTimestamp: true }, LOGGED, [0, 1, 1, 1]],
    [
      "what is false is not said",
      { keyless, insecureIgnoreTlog: false, insecureIgnoreSCT: false },
      LOGGED,
      [1, 1, 1, 0],
    ],
    ["an identity at an instance that requires all", { keyless }, requiring(true, true, true), [1, 1, 1, 1]],
    ["a workflow", { githubActions }, LOGGED, [1, 1, 1, 0]],
    ["a workflow without SCT", { githubActions, insecureIgnoreSCT: true }, LOGGED, [1, 0, 1, 0]],
    ["a private PKI", { certificates }, LOGGED, [1, 0, 1, 0]],
    ["a private PKI at a stamping instance", { certificates }, STAMPED, [0, 0, 1, 1]],
    [
      "a private PKI at the current time",
      { certificates: { ...certificates, insecureUseCurrentTime: true }, insecureIgnoreTlog: true },
      LOGGED,
      [0, 0, 0, 0],
    ],
    [
      "a private PKI at the current time, logged all the same",
      { certificates: { ...certificates, insecureUseCurrentTime: true } },
      LOGGED,
      [1, 0, 0, 0],
    ],
  ];
  for (const [name, entry, root, [logs, certificateLogs, times, timestamps]] of table) {
    it(`reject list: threshold < 1 unless an \`insecure…\` field or the trust root says so (${name})`, () => {
      const requirement = requirementOf(entry, () => root);
      assert.deepEqual(requirement.thresholds, { logs, certificateLogs, times, timestamps });
      assert.equal(requirement.trust, MATERIAL);
    });
  }

  it("asks for no trust root by key alone", () => {
    const roots: TrustRoots = (name) => assert.fail(`asked for ${name}`);
    const requirement = requirementOf({ keys, insecureIgnoreTlog: true }, roots);
    assert.deepEqual(requirement.thresholds, { logs: 0, certificateLogs: 0, times: 0, timestamps: 0 });
    assert.equal("trust" in requirement, false);
  });
});

describe("policy/compile-entry: trust roots", () => {
  const asked = (entry: Json, ruleRoot?: string): string => {
    let name = "";
    requirementOf(
      entry,
      (root) => {
        name = root;
        return LOGGED;
      },
      ruleRoot,
    );
    return name;
  };

  it("are the entry's, else the rule's, else the public good's", () => {
    assert.equal(asked({ keyless }), "sigstore-public-good");
    assert.equal(asked({ keyless }, "github"), "github");
    assert.equal(asked({ keyless, trustRoot: "acme" }, "github"), "acme");
  });

  it("that are not at hand leave the entry without a requirement", () => {
    const unavailable = (trustRoot: string): unknown =>
      compileEntry({ name: "e", keyless, trustRoot } as EntrySpec, undefined, ROOTS).requirement;
    assert.deepEqual(unavailable("nobody"), { name: "nobody", cause: "TrustRootMissing" });
    assert.deepEqual(unavailable("late"), { name: "late", cause: "TrustRootNotReady" });
  });
});

describe("policy/compile-entry: signers", () => {
  it("takes key, hash, padding and window", () => {
    const written = { ...windowed, validFrom: "2026-01-01T00:00:00+01:00", hashAlgorithm: "sha384", rsaPadding: "PSS" };
    const { signer } = requirementOf({ keys: written });
    assert.ok(signer.kind === "key");
    assert.equal(signer.hashAlgorithm, "sha384");
    assert.equal(signer.rsaPadding, "PSS");
    assert.deepEqual(signer.validFor, { start: Date.UTC(2025, 11, 31, 23), end: Date.UTC(2027, 0, 1) });
  });

  it("leaves open what a key does not say", () => {
    const { signer, content } = requirementOf({ keys });
    assert.deepEqual(Object.keys(signer), ["kind", "key"]);
    assert.deepEqual(content, { kind: "signature" });
  });

  it("holds an identity to issuer, subject and each extension", () => {
    const { signer } = requirementOf({
      keyless: { issuerRegExp: "https://.*", subject: "a", extensions: { buildTrigger: "push" } },
    });
    assert.ok(signer.kind === "keyless");
    const { identity } = signer;
    assert.equal(identity.issuer.wanted, 'a match of "https://.*"');
    assert.equal(identity.subject({ subject: { kind: "email", value: "" }, extensions: new Map() }).wanted, '"a"');
    assert.deepEqual(
      [...identity.extensions].map(([name, { wanted }]) => [name, wanted]),
      [["buildTrigger", '"push"']],
    );
  });

  it("builds the paths of a private PKI, and trusts nothing else", () => {
    const { signer } = requirementOf({ certificates });
    assert.ok(signer.kind === "authority");
    assert.deepEqual(
      signer.authorities.map(({ chain }) => chain.length),
      [1, 2],
    );
    assert.equal(signer.insecureUseCurrentTime, false);
  });

  it("asks for annotations by name", () => {
    const { content } = requirementOf({ keys, annotations: { env: "prod", team: "" } });
    assert.ok(content.kind === "signature");
    assert.deepEqual(
      [...(content.annotations ?? [])],
      [
        ["env", "prod"],
        ["team", ""],
      ],
    );
  });

  it("is a defect without a signer, or without anybody to name", () => {
    assert.throws(() => requirementOf({}), /after it was validated/);
    assert.throws(() => requirementOf({ keyless: { issuer: "a" } }), /after it was validated/);
    assert.throws(() => requirementOf({ certificates: { roots: ROOT.pem } }), /after it was validated/);
  });
});

describe("policy/compile-entry: keys in Secrets", () => {
  const ED25519 = readStoredKey(
    Buffer.from(generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" })),
  );
  const owner = { kind: "ClusterImageVerifyPolicy", namespace: undefined } as const;
  const compile = (keys: Json, answer: KeyAnswer): ReturnType<typeof compileEntry> => {
    const sources = { namespace: "system", isAllowed: () => false, find: () => answer };
    const written = { name: "e", keys, insecureIgnoreTlog: true } as EntrySpec;
    return compileEntry(written, undefined, () => undefined, { sources, owner });
  };
  const subject = 'key "cosign.pub" of Secret "system/release"';

  it("are asked for by what they are, with options and window", () => {
    const secret = { name: "release" };
    const { requirement, keySource } = compile(
      { secret, hashAlgorithm: "sha256" },
      readStoredKey(Buffer.from(KEYS.a.pem)),
    );
    assert.ok(!isUnavailable(requirement) && requirement.signer.kind === "key");
    assert.equal(requirement.signer.hashAlgorithm, "sha256");
    assert.equal(requirement.signer.key.keyId, parsePublicKeyPem(KEYS.a.pem).keyId);
    assert.ok(keySource?.kind === "secret");
    assert.equal(keySource.name, "release");
  });

  it("that are not at hand leave the entry without a requirement, and their source known", () => {
    const { requirement, keySource } = compile({ secret: { name: "release" } }, NO_SECRET);
    assert.deepEqual(requirement, { cause: "KeyUnavailable", subject, reason: "the Secret does not exist" });
    assert.ok(keySource?.kind === "secret");
    assert.equal(keySource.namespace, "system");
  });

  it("that do not have what the entry says of them are none", () => {
    const { requirement } = compile({ secret: { name: "release" }, hashAlgorithm: "sha512" }, ED25519);
    const reason = "hashAlgorithm must not be written for an Ed25519 key, which knows one hash only";
    assert.deepEqual(requirement, { cause: "KeyUnavailable", subject, reason });
  });

  it("are not even looked for in a namespace that the operator did not list", () => {
    const secret = { name: "release", namespace: "prod" };
    const { requirement, keySource } = compile({ secret }, ED25519);
    assert.equal(keySource, undefined);
    assert.ok(isUnavailable(requirement) && requirement.cause === "KeyUnavailable");
    assert.match(requirement.reason, /secretNamespaces of the configuration does not list it/);
  });
});
