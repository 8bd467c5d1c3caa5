/** The logs of a trust root: each rule of verification-spec §7.2 broken alone, keys of every supported kind. */
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { TrustMaterial } from "../../src/sigstore/trusted-root.ts";
import { failsWith } from "../support/failures.ts";
import { logKey, p256, parseRoot, publicGood, smallRoot, type Json } from "./roots.ts";

const [first = {}] = publicGood().tlogs;
const key = first["publicKey"] as Json;

/** The small root with another log. */
function withLog(change: Json): unknown {
  return { ...smallRoot(), tlogs: [{ ...first, ...change }] };
}

function withKey(change: Json): unknown {
  return withLog({ publicKey: { ...key, ...change } });
}

function withWindow(validFor: unknown): unknown {
  return withKey({ validFor });
}

function rsa(modulusLength: number): KeyObject {
  return generateKeyPairSync("rsa", { modulusLength }).publicKey;
}

describe("readLogs()", () => {
  const keys: Readonly<Record<string, KeyObject>> = {
    PKIX_ECDSA_P256_SHA_256: p256(),
    PKIX_ECDSA_P384_SHA_384: generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey,
    PKIX_ECDSA_P521_SHA_512: generateKeyPairSync("ec", { namedCurve: "P-521" }).publicKey,
    PKIX_RSA_PKCS1V15_2048_SHA256: rsa(2048),
    PKIX_RSA_PKCS1V15_3072_SHA256: rsa(3072),
    PKIX_ED25519: generateKeyPairSync("ed25519").publicKey,
  };
  for (const [details, publicKey] of Object.entries(keys)) {
    it(`takes a key of ${details}`, () => {
      const { logs, warnings } = parseRoot(withLog({ publicKey: logKey(publicKey, details) }));
      assert.deepEqual(warnings, []);
      assert.ok(publicKey.export({ type: "spki", format: "der" }).equals(logs[0]?.key.spki ?? Buffer.of()));
    });

    it(`refuses another key under ${details}`, () => {
      const other = details === "PKIX_ED25519" ? p256() : generateKeyPairSync("ed25519").publicKey;
      failsWith("TrustRootKeyMismatch", () => parseRoot(withLog({ publicKey: logKey(other, details) })));
    });
  }

  it("refuses an RSA key of another size than its details say", () => {
    const publicKey = logKey(rsa(2048), "PKIX_RSA_PKCS1V15_4096_SHA256");
    failsWith("TrustRootKeyMismatch", () => parseRoot(withLog({ publicKey })));
  });

  const leftOut: Readonly<Record<string, unknown>> = {
    "PKCS#1 details": withKey({ keyDetails: "PKCS1_RSA_PKCS1V5" }),
    "PSS details": withKey({ keyDetails: "PKIX_RSA_PSS_2048_SHA256" }),
    "prehashed Ed25519": withKey({ keyDetails: "PKIX_ED25519_PH" }),
    "details of tomorrow": withKey({ keyDetails: "PKIX_FUTURE" }),
    "no details": withKey({ keyDetails: undefined }),
    "another hash": withLog({ hashAlgorithm: "SHA2_512" }),
    "no hash": withLog({ hashAlgorithm: undefined }),
  };
  for (const [name, root] of Object.entries(leftOut)) {
    it(`leaves a log with ${name} out, and says so`, () => {
      const { logs, warnings } = parseRoot(root);
      assert.equal(logs.length, 0);
      assert.match(warnings.join("\n"), /^tlogs\[0\] of the trust root is left out: its (?:keyDetails|hashAlgorithm) /);
    });
  }

  it("takes a window that is open at its end, absent or null, and one with fractions and offset", () => {
    const start = "2024-01-01T01:00:00.5+01:00";
    const windowOf = ({ logs }: TrustMaterial): unknown => logs[0]?.validFor;
    const open = { start: Date.parse("2024-01-01T00:00:00.500Z") };
    assert.deepEqual(windowOf(parseRoot(withWindow({ start }))), open);
    assert.deepEqual(windowOf(parseRoot(withWindow({ start, end: null }))), open);
    assert.deepEqual(windowOf(parseRoot(withWindow({ start, end: "2024-01-02T00:00:00Z" }))), {
      ...open,
      end: Date.parse("2024-01-02T00:00:00Z"),
    });
  });

  it("hands out base URL and checkpoint key id where they are written", () => {
    const [log] = parseRoot(withLog({ checkpointKeyId: { keyId: "AAEC" }, operator: "o" })).logs;
    assert.deepEqual([...(log?.checkpointKeyId ?? [])], [0, 1, 2]);
    assert.equal(log?.baseUrl, "https://rekor.sigstore.dev");
    const [bare] = parseRoot(withLog({ baseUrl: "", checkpointKeyId: null })).logs;
    assert.deepEqual([bare?.baseUrl, bare?.checkpointKeyId], [undefined, undefined]);
  });

  it("takes a log of entries and a log of certificates with one key id", () => {
    assert.equal(parseRoot({ ...smallRoot(), ctlogs: [first] }).ctLogs.length, 1);
  });

  const refused: Readonly<Record<string, [FailureCode, unknown]>> = {
    "a log without window": ["TrustRootLogStartMissing", withWindow(undefined)],
    "a window without start": ["TrustRootLogStartMissing", withWindow({ end: "2024-01-01T00:00:00Z" })],
    "a null start": ["TrustRootLogStartMissing", withWindow({ start: null })],
    "a log of certificates without start": [
      "TrustRootLogStartMissing",
      { ...smallRoot(), ctlogs: [{ ...first, publicKey: { ...key, validFor: {} } }] },
    ],
    "a log without start that would be left out": [
      "TrustRootLogStartMissing",
      withKey({ keyDetails: "PKIX_FUTURE", validFor: {} }),
    ],
    "a window that ends before it starts": [
      "TrustRootMalformed",
      withWindow({ start: "2024-01-01T00:00:00Z", end: "2023-12-31T23:59:59.999Z" }),
    ],
    "a start that is no time": ["TrustRootMalformed", withWindow({ start: "2024-01-01" })],
    "two logs with one key id": ["TrustRootLogDuplicate", { ...smallRoot(), tlogs: [first, first] }],
    "two logs of certificates with one key id": ["TrustRootLogDuplicate", { ...smallRoot(), ctlogs: [first, first] }],
    "a key id of a log that is left out": [
      "TrustRootLogDuplicate",
      { ...smallRoot(), tlogs: [first, { ...first, hashAlgorithm: "SHA2_512" }] },
    ],
    "a key with a byte behind": [
      "TrustRootKeyMalformed",
      withKey({
        rawBytes: Buffer.concat([Buffer.from(key["rawBytes"] as string, "base64"), Buffer.of(0)]).toString("base64"),
      }),
    ],
    "a key that is no DER": ["TrustRootKeyMalformed", withKey({ rawBytes: "AAEC" })],
    "a key of a curve that is not supported": [
      "TrustRootKeyMalformed",
      withLog({
        publicKey: logKey(generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey, "PKIX_ECDSA_P256_SHA_256"),
      }),
    ],
    "a key that is not base64": ["TrustRootMalformed", withKey({ rawBytes: "*" })],
    "a log without key": ["TrustRootMalformed", withLog({ publicKey: undefined })],
    "a log without key bytes": ["TrustRootMalformed", withKey({ rawBytes: "" })],
    "a log without id": ["TrustRootMalformed", withLog({ logId: undefined })],
    "a log with an empty id": ["TrustRootMalformed", withLog({ logId: { keyId: "" } })],
    "key details by number": ["TrustRootMalformed", withKey({ keyDetails: 5 })],
    "an empty checkpoint key id": ["TrustRootMalformed", withLog({ checkpointKeyId: {} })],
  };
  for (const [name, [code, root]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => parseRoot(root)));
  }

  it("reject list: trust root with tlog lacking validFor.start, duplicate keyIds, unparsable keys", () => {
    failsWith("TrustRootLogStartMissing", () => parseRoot(withWindow({})));
    failsWith("TrustRootLogDuplicate", () => parseRoot({ ...smallRoot(), tlogs: [first, first] }));
    failsWith("TrustRootKeyMalformed", () => parseRoot(withKey({ rawBytes: "AAEC" })));
  });
});
