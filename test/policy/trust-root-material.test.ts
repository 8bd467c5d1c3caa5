// The material of an instance by its parts is the material of its trusted_root.json.
import assert from "node:assert/strict";
import { encodeHex } from "../../src/encoding/hex.ts";
import { readInline, readSigstoreKeys } from "../../src/policy/trust-root-material.ts";
import type { TrustMaterial } from "../../src/sigstore/trusted-root.ts";
import type { CertificateAuthority } from "../../src/x509/chain.ts";
import { inlineOf, keysOf, SIGSTORE } from "./trust-roots.ts";

/** What both ways must have in common; the hash is of another text, and windows are what the test writes. */
function comparable({ certificateAuthorities, timestampAuthorities, logs, ctLogs }: TrustMaterial): unknown {
  const chain = (authority: CertificateAuthority): readonly string[] =>
    authority.chain.map(({ der }) => encodeHex(der));
  return {
    certificateAuthorities: certificateAuthorities.map(chain),
    timestampAuthorities: timestampAuthorities.map((each) => [
      ...chain(each),
      encodeHex(each.signer?.der ?? Uint8Array.of()),
    ]),
    logs: logs.map(({ keyId, key }) => [encodeHex(keyId), key.keyId]),
    ctLogs: ctLogs.map(({ keyId, key }) => [encodeHex(keyId), key.keyId]),
  };
}

describe("policy/trust-root-material", () => {
  it("reads parts as it reads the trusted_root.json of the same instance", () => {
    const byParts = readSigstoreKeys(keysOf() as Parameters<typeof readSigstoreKeys>[0]);
    const inline = readInline(inlineOf());
    assert.deepEqual([byParts.errors, inline.errors], [[], []]);
    assert.ok(byParts.value && inline.value);
    assert.deepEqual(comparable(byParts.value), comparable(inline.value));
    assert.deepEqual(comparable(inline.value), comparable(SIGSTORE.trust()));
    assert.notEqual(byParts.value.hash, inline.value.hash);
  });

  it("reads the windows, open where nothing is written", () => {
    const [authority] = keysOf()["certificateAuthorities"] ?? [];
    const certChain = String(authority?.["certChain"]);
    const { value } = readSigstoreKeys({
      certificateAuthorities: [
        { certChain },
        { certChain, validFrom: "2026-01-01T00:00:00Z", validUntil: "2026-01-02T00:00:00Z" },
      ],
    });
    assert.deepEqual(
      value?.certificateAuthorities.map(({ validFor }) => validFor),
      [{}, { start: Date.UTC(2026, 0, 1), end: Date.UTC(2026, 0, 2) }],
    );
  });

  it("says all that is wrong, and then has no value", () => {
    const bad = {
      publicKey: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
      validFrom: "2026-01-01T00:00:00Z",
    };
    const { value, errors } = readSigstoreKeys({ tLogs: [bad], ctLogs: [bad] });
    assert.equal(value, undefined);
    assert.deepEqual(
      errors.map(({ path }) => path),
      ["spec.sigstoreKeys.tLogs[0]", "spec.sigstoreKeys.ctLogs[0]"],
    );
  });
});
