/** Real tokens of three authorities: the known answer of verification-spec §6, and each held to its own trust root. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../src/crypto/digest.ts";
import { encodeHex } from "../../src/encoding/hex.ts";
import { concatBytes, equalBytes } from "../../src/encoding/text.ts";
import { readResponse } from "../../src/timestamp/response.ts";
import { readSignedAttributes } from "../../src/timestamp/signed-attributes.ts";
import { readSignedData } from "../../src/timestamp/signed-data.ts";
import type { TimestampAuthority } from "../../src/timestamp/authority.ts";
import { verifyTimestamp, verifyTimestamps } from "../../src/timestamp/timestamp.ts";
import { parseTstInfo } from "../../src/timestamp/tst-info.ts";
import { parseCertificate } from "../../src/x509/certificate.ts";
import { failsWith, isAccepted } from "../support/failures.ts";

const REAL = join("test", "vectors", "real");

interface StampedBundle {
  readonly verificationMaterial: {
    readonly timestampVerificationData: { readonly rfc3161Timestamps: readonly { readonly signedTimestamp: string }[] };
  };
  readonly messageSignature?: { readonly signature: string };
  readonly dsseEnvelope?: { readonly signatures: readonly { readonly sig: string }[] };
}

interface TrustedRoot {
  readonly timestampAuthorities: readonly {
    readonly uri: string;
    readonly certChain: { readonly certificates: readonly { readonly rawBytes: string }[] };
    readonly validFor: { readonly start: string; readonly end?: string };
  }[];
}

function read(path: string): { token: Uint8Array; signature: Uint8Array } {
  const bundle = JSON.parse(readFileSync(join(REAL, path), "utf8")) as StampedBundle;
  const [stamp] = bundle.verificationMaterial.timestampVerificationData.rfc3161Timestamps;
  const signature = bundle.messageSignature?.signature ?? bundle.dsseEnvelope?.signatures[0]?.sig;
  assert.ok(stamp && signature);
  return { token: Buffer.from(stamp.signedTimestamp, "base64"), signature: Buffer.from(signature, "base64") };
}

function authoritiesOf(path: string): readonly TimestampAuthority[] {
  const root = JSON.parse(readFileSync(join(REAL, path), "utf8")) as TrustedRoot;
  return root.timestampAuthorities.map(({ uri, certChain, validFor }) => {
    const [leaf, ...chain] = certChain.certificates.map(({ rawBytes }) =>
      parseCertificate(Buffer.from(rawBytes, "base64")),
    );
    assert.ok(leaf);
    const window = {
      start: Date.parse(validFor.start),
      ...(validFor.end === undefined ? {} : { end: Date.parse(validFor.end) }),
    };
    return { signer: leaf, chain, validFor: window, uri };
  });
}

const publicGood = authoritiesOf("root-signing/targets/trusted_root.json");
const staging = authoritiesOf("root-signing-staging/targets/trusted_root.json");
const gitHub = authoritiesOf("kyverno/github-trusted-root/github-trusted-root.json");
const privateRoot = authoritiesOf("sigstore-go/trusted-roots/public-key-validity.json");

const image = read("sigstore-rs/bundle_v03/bundle_v03.json");
const keyed = read("sigstore-go/public-key-validity/public-key-validity.sigstore.json");
const wheel = read("cli/github_provenance_demo-0.0.12-bundle/github_provenance_demo-0.0.12-py3-none-any-bundle.jsonl");

describe("the known answer of §6", () => {
  const data = readSignedData(readResponse(image.token));

  it("is the TSTInfo's digest, which the signed attributes hold", () => {
    const attributes = readSignedAttributes(data.signer.attributes);
    const digest = "f9e3cc1594d7cbb3847b54a80d837429ba8dcfedf3ac25be450184c61767163e";
    assert.equal(encodeHex(sha256(data.content)), digest);
    assert.equal(encodeHex(attributes.messageDigest), digest);
    assert.equal(
      encodeHex(sha256(attributes.signed)),
      "d70edc264c6d27c613c6624d29185611b2b26eb2829b127026cb202cb2afbbef",
    );
  });

  it("is the imprint of the raw signature and the time", () => {
    const { imprint, genTime } = parseTstInfo(data.content);
    assert.equal(genTime, Date.parse("2026-04-09T07:23:29Z"));
    assert.equal(encodeHex(imprint.hash), "4bcce1de3c36ddcc98d54938bdb5acdaf8ed4e81703b9181b98491808584a03f");
    assert.ok(equalBytes(imprint.hash, sha256(image.signature)));
  });

  it("is 717 bytes long, names no certificate and a P-384 key's signature with SHA-256", () => {
    assert.equal(image.token.length, 717);
    assert.deepEqual(data.certificates, []);
    assert.deepEqual(data.signer.algorithm, { kind: "ecdsa", hash: "sha256" });
    const [authority] = publicGood;
    assert.deepEqual(authority?.signer?.publicKey().algorithm, { kind: "ecdsa", curve: "P-384" });
    assert.ok(encodeHex(sha256(authority.signer.der)).startsWith("85f927bc"));
  });
});

describe("real tokens", () => {
  const tokens: readonly (readonly [string, typeof image, readonly TimestampAuthority[], string])[] = [
    ["the public good instance", image, publicGood, "2026-04-09T07:23:29.000Z"],
    ["a private root of sigstore-go", keyed, privateRoot, "2026-06-04T17:43:29.000Z"],
    ["GitHub, by SHA-384", wheel, gitHub, "2024-04-22T17:33:26.000Z"],
  ];
  for (const [name, { token, signature }, authorities, instant] of tokens) {
    it(`of ${name} verify against their root and no other`, () => {
      const verified = verifyTimestamp(token, signature, authorities);
      assert.equal(new Date(verified.instant).toISOString(), instant);
      const others = [publicGood, staging, gitHub, privateRoot].filter((root) => root !== authorities).flat();
      failsWith("TimestampAuthorityUnknown", () => verifyTimestamp(token, signature, others));
      assert.equal(verifyTimestamp(token, signature, [...others, ...authorities]).authority, verified.authority);
    });

    it(`of ${name} are about one signature`, () => {
      const longer = concatBytes(signature, Uint8Array.of(0));
      failsWith("TimestampImprintMismatch", () => verifyTimestamp(token, longer, authorities));
    });

    it(`of ${name} are refused cut or with a byte more, and changed anywhere but in the empty bag's tag`, () => {
      const isTaken = (bytes: Uint8Array): boolean => isAccepted(() => verifyTimestamp(bytes, signature, authorities));
      const changed: number[] = [];
      for (let at = 0; at < token.length; at += 1) {
        assert.ok(!isTaken(token.subarray(0, at)));
        assert.ok(!isTaken(concatBytes(token.subarray(0, at), Uint8Array.of(0), token.subarray(at))));
        if (isTaken(Uint8Array.from(token, (byte, index) => (index === at ? byte ^ 1 : byte)))) changed.push(at);
      }
      assert.deepEqual(changed, [Buffer.from(token).lastIndexOf(Buffer.from("a00031", "hex"))]);
    });
  }

  it("of GitHub keep to the window of their own authority, of the five that the root holds", () => {
    const { authority } = verifyTimestamp(wheel.token, wheel.signature, gitHub);
    assert.equal(authority, gitHub[0]);
    const later = gitHub.map((entry) => ({ ...entry, validFor: { start: Date.parse("2024-05-01T00:00:00Z") } }));
    failsWith("CertificateAuthorityOutsideWindow", () => verifyTimestamp(wheel.token, wheel.signature, later));
  });

  it("of two authorities over one signature count where they verify", () => {
    const { verified, refused } = verifyTimestamps([wheel.token, image.token, image.token], image.signature, [
      ...publicGood,
      ...gitHub,
    ]);
    assert.equal(verified.length, 1);
    assert.deepEqual(
      refused.map(({ code }) => code),
      ["TimestampImprintMismatch"],
    );
  });
});
