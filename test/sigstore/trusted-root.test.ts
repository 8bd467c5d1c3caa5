/** parseTrustedRoot(): the real roots of verification-spec §7.2 and what each holds; the form of the file broken. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeHex } from "../../src/encoding/hex.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { parseTrustedRoot, type TrustMaterial } from "../../src/sigstore/trusted-root.ts";
import { failsWith } from "../support/failures.ts";
import { bearsEveryInsertion, refusesEveryPrefix } from "../support/mutations.ts";
import { readVectors, VECTORS_ROOT } from "../vectors/check.ts";
import { parseRoot, publicGood, rootBytes, smallRoot, type Json } from "./roots.ts";

/** What a root says, in values that can be compared; the hash alone changes with every byte. */
function said({ certificateAuthorities, logs, ctLogs, warnings }: TrustMaterial): unknown {
  return {
    authorities: certificateAuthorities.map(({ chain, ...rest }) => ({ ...rest, chain: chain.map(({ der }) => der) })),
    logs: [...logs, ...ctLogs].map(({ key, ...rest }) => ({ ...rest, key: key.keyId })),
    warnings,
  };
}

describe("parseTrustedRoot()", () => {
  const vectors = readVectors().filter(({ kind }) => kind === "trusted-root");

  it("finds nine real roots", () => assert.equal(vectors.length, 9));

  for (const { id, path, reason } of vectors) {
    it(`reads ${id}: ${reason}`, () => {
      parseTrustedRoot(readFileSync(join(VECTORS_ROOT, path)), { isBuiltIn: false });
    });
  }

  it("reads the public good root", () => {
    const root = parseTrustedRoot(rootBytes("publicGood"), { isBuiltIn: true });
    assert.equal(root.hash, "6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66");
    assert.deepEqual(root.warnings, []);
    const [rekor, tiles] = root.logs;
    assert.equal(
      encodeHex(rekor?.keyId ?? new Uint8Array()),
      "c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d",
    );
    assert.deepEqual(rekor?.validFor, { start: Date.parse("2021-01-12T11:53:27Z") });
    assert.equal(rekor.isBuiltIn, true);
    assert.equal(tiles?.baseUrl, "https://log2025-1.rekor.sigstore.dev");
    assert.deepEqual(tiles.key.algorithm, { kind: "ed25519" });
    assert.deepEqual(
      root.certificateAuthorities.map(({ chain, validFor }) => [chain.length, validFor.end]),
      [
        [1, Date.parse("2022-12-31T23:59:59.999Z")],
        [2, undefined],
      ],
    );
    assert.deepEqual(
      root.ctLogs.map(({ validFor }) => validFor.end),
      [Date.parse("2022-10-31T23:59:59.999Z"), undefined],
    );
    const [authority] = root.timestampAuthorities;
    assert.equal(authority?.uri, "https://timestamp.sigstore.dev/api/v1/timestamp");
    assert.equal(authority.chain.length, 1);
    assert.equal(authority.signer?.basicConstraints?.isCa ?? false, false);
  });

  it("leaves the log of a PKCS#1 key in the staging root out, with a warning", () => {
    const root = parseTrustedRoot(rootBytes("staging"), { isBuiltIn: true });
    assert.deepEqual(root.warnings, [
      'ctlogs[0] of the trust root is left out: its keyDetails "PKCS1_RSA_PKCS1V5" are not supported',
    ]);
    assert.equal(root.logs.length, 5);
    assert.equal(root.ctLogs.length, 4);
  });

  it("reads GitHub's root, which has no log", () => {
    const root = parseTrustedRoot(rootBytes("github"), { isBuiltIn: true });
    assert.deepEqual([root.logs.length, root.ctLogs.length], [0, 0]);
    assert.equal(root.certificateAuthorities.length, 5);
    for (const { chain } of root.certificateAuthorities) assert.equal(chain.length, 3);
    for (const { chain, signer } of root.timestampAuthorities) {
      assert.ok(signer !== undefined);
      assert.equal(chain.length, 2);
    }
  });

  const accepted: Readonly<Record<string, Json>> = {
    "version 0.1 by its other name": { mediaType: "application/vnd.dev.sigstore.trustedroot.v0.1+json" },
    "version 0.2": { mediaType: "application/vnd.dev.sigstore.trustedroot.v0.2+json" },
    "no authority at all": { certificateAuthorities: [], timestampAuthorities: [] },
    "absent and null lists": { certificateAuthorities: undefined, timestampAuthorities: null, ctlogs: null },
  };
  for (const [name, change] of Object.entries(accepted)) {
    it(`accepts ${name}`, () => void parseRoot({ ...publicGood(), ...change }));
  }

  const refused: Readonly<Record<string, [FailureCode, unknown]>> = {
    "reject list: unknown version/media type": [
      "TrustRootVersionUnsupported",
      { ...publicGood(), mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.3" },
    ],
    "refuses a media type in other case": [
      "TrustRootVersionUnsupported",
      { ...publicGood(), mediaType: "application/vnd.dev.sigstore.trustedroot.V0.1+json" },
    ],
    "refuses a root without media type": ["TrustRootMalformed", { ...publicGood(), mediaType: undefined }],
    "reject list: unknown member": ["TrustRootMemberUnknown", { ...publicGood(), extra: 1 }],
    "refuses an unknown member of an authority": [
      "TrustRootMemberUnknown",
      { ...publicGood(), certificateAuthorities: [{ ...publicGood().certificateAuthorities[0], revoked: true }] },
    ],
    "refuses a snake_case member": ["TrustRootMemberUnknown", { ...publicGood(), timestamp_authorities: [] }],
    "refuses a list that is an object": ["TrustRootMalformed", { ...publicGood(), tlogs: {} }],
    "refuses a null in a list": ["TrustRootMalformed", { ...publicGood(), tlogs: [null] }],
    "refuses what is not an object": ["TrustRootMalformed", [publicGood()]],
  };
  for (const [name, [code, root]] of Object.entries(refused))
    it(name, () => void failsWith(code, () => parseRoot(root)));

  it("refuses a duplicate member and data behind", () => {
    const text = JSON.stringify(publicGood());
    const parse = (json: string): TrustMaterial => parseTrustedRoot(encodeUtf8(json), { isBuiltIn: false });
    failsWith("TrustRootMalformed", () => parse(text.replace("{", '{"tlogs":[],')));
    failsWith("TrustRootMalformed", () => parse(`${text}{}`));
  });

  const small = encodeUtf8(JSON.stringify(smallRoot()));
  const parseSmall = (bytes: Uint8Array): unknown => said(parseTrustedRoot(bytes, { isBuiltIn: false }));

  it("refuses every prefix", () => refusesEveryPrefix(small, parseSmall));

  it("bears one byte inserted anywhere", () => {
    // what else an algorithm could be called: the log is then left out, with a warning
    bearsEveryInsertion(small, parseSmall, ["https://rekor.sigstore.dev", "SHA2_256", "PKIX_ECDSA_P256_SHA_256"]);
  });
});
