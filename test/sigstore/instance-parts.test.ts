// Ids of logs as the real instances have them (verification-spec §5.1), and the hash that tells instances apart.
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { parsePublicKeySpki } from "../../src/crypto/public-key.ts";
import { encodeHex } from "../../src/encoding/hex.ts";
import { logIdOf, materialOf, type InstanceParts } from "../../src/sigstore/instance-parts.ts";
import { parseTrustedRoot } from "../../src/sigstore/trusted-root.ts";
import { TestLog } from "../support/transparency/log.ts";
import { rootBytes } from "./roots.ts";

const PUBLIC_GOOD = parseTrustedRoot(rootBytes("publicGood"), { isBuiltIn: false });

function spki(key: KeyObject): Uint8Array {
  return key.export({ type: "spki", format: "der" });
}

describe("logIdOf()", () => {
  it("is what the public good instance writes for its logs of both generations, and for those of certificates", () => {
    const [v1, v2] = PUBLIC_GOOD.logs;
    assert.ok(v1 && v2);
    assert.equal(encodeHex(logIdOf(v1.key)), encodeHex(v1.keyId));
    assert.equal(encodeHex(logIdOf(v2.key, "log2025-1.rekor.sigstore.dev")), encodeHex(v2.keyId));
    for (const { key, keyId } of PUBLIC_GOOD.ctLogs) assert.equal(encodeHex(logIdOf(key)), encodeHex(keyId));
  });

  it("binds the name of a log of Rekor v2, but for ECDSA, whose id is the key's alone", () => {
    for (const [kind, key, isBound] of [
      ["Ed25519", generateKeyPairSync("ed25519"), true],
      ["RSA", generateKeyPairSync("rsa", { modulusLength: 2048 }), true],
      ["ECDSA", generateKeyPairSync("ec", { namedCurve: "P-256" }), false],
    ] as const) {
      const parsed = parsePublicKeySpki(spki(key.publicKey));
      const log = new TestLog({ generation: "v2", host: "log.example", privateKey: key.privateKey });
      assert.equal(encodeHex(logIdOf(parsed, "log.example")), encodeHex(log.keyId), kind);
      assert.equal(encodeHex(logIdOf(parsed, "other.example")) !== encodeHex(log.keyId), isBound, kind);
      assert.equal(encodeHex(logIdOf(parsed)), parsed.keyId, kind);
    }
  });
});

describe("materialOf()", () => {
  const parts: InstanceParts = PUBLIC_GOOD;

  it("holds the parts, and warns of nothing", () => {
    const { certificateAuthorities, timestampAuthorities, logs, ctLogs } = parts;
    const own = { certificateAuthorities, timestampAuthorities, logs, ctLogs };
    const { hash, ...material } = materialOf(own);
    assert.match(hash, /^[0-9a-f]{64}$/u);
    assert.deepEqual(material, { ...own, warnings: [] });
  });

  it("has another hash for every part that is another", () => {
    const { certificateAuthorities, timestampAuthorities, logs, ctLogs } = parts;
    const window = { start: 1, end: 2 };
    const [log, ct] = [logs[0], ctLogs[0]];
    const [authority, stamps] = [certificateAuthorities[0], timestampAuthorities[0]];
    assert.ok(log && ct && authority && stamps);
    const changed: readonly Partial<InstanceParts>[] = [
      {},
      { certificateAuthorities: [] },
      { certificateAuthorities: [authority] },
      { certificateAuthorities: [{ ...authority, validFor: window }] },
      { timestampAuthorities: [] },
      { timestampAuthorities: [{ ...stamps, validFor: window }] },
      { timestampAuthorities: [{ chain: stamps.chain, validFor: stamps.validFor }] },
      { logs: [] },
      { logs: [{ ...log, validFor: window }] },
      { logs: [{ ...log, baseUrl: "https://rekor.example" }] },
      { logs: [{ ...log, keyId: ct.keyId }] },
      { ctLogs: [] },
      { ctLogs: [ct] },
      { ctLogs: [{ ...ct, validFor: window }] },
    ];
    const hashes = changed.map((change) => materialOf({ ...parts, ...change }).hash);
    assert.equal(new Set(hashes).size, changed.length);
    assert.equal(hashes[0], materialOf({ ...parts }).hash);
  });
});
