/** The authorities of a trust root: chains that link, windows that may be open, the signer of times apart. */
import assert from "node:assert/strict";
import { encodeBase64 } from "../../src/encoding/base64.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { failsWith } from "../support/failures.ts";
import { parseRoot, publicGood, smallRoot, type Json } from "./roots.ts";

const [, authority = {}] = publicGood().certificateAuthorities;
const [stamper = {}] = publicGood().timestampAuthorities;

function certificatesOf(of: Json): readonly Json[] {
  return (of["certChain"] as { certificates: Json[] }).certificates;
}

const [intermediate = {}, root = {}] = certificatesOf(authority);
const [signer = {}, issuer = {}] = certificatesOf(stamper);

function withChain(certificates: readonly unknown[]): unknown {
  return { ...smallRoot(), certificateAuthorities: [{ ...authority, certChain: { certificates } }] };
}

function withStamper(certificates: readonly unknown[]): unknown {
  return { ...smallRoot(), timestampAuthorities: [{ ...stamper, certChain: { certificates } }] };
}

describe("readCertificateAuthorities()", () => {
  it("takes an anchor that is not self-signed", () => {
    assert.equal(parseRoot(withChain([intermediate])).certificateAuthorities[0]?.chain.length, 1);
  });

  it("leaves both ends of an absent window open, and an absent or empty uri out", () => {
    const certChain = authority["certChain"];
    for (const change of [{}, { validFor: {}, uri: "" }, { validFor: null, uri: null }]) {
      const [read] = parseRoot({
        ...smallRoot(),
        certificateAuthorities: [{ certChain, ...change }],
      }).certificateAuthorities;
      assert.deepEqual(read?.validFor, {});
      assert.ok(!("uri" in read));
    }
  });

  const der = Buffer.from(intermediate["rawBytes"] as string, "base64");
  const refused: Readonly<Record<string, [FailureCode, unknown]>> = {
    "a chain with the root first": ["TrustRootChainBroken", withChain([root, intermediate])],
    "a chain that lacks its link": ["TrustRootChainBroken", withChain([signer, root])],
    "a chain to the root of the same name and another key": [
      "TrustRootChainBroken",
      withChain([intermediate, certificatesOf(publicGood().certificateAuthorities[0] ?? {})[0]]),
    ],
    "no chain": ["TrustRootMalformed", { ...smallRoot(), certificateAuthorities: [{}] }],
    "reject list: empty chain": ["TrustRootMalformed", withChain([])],
    "eleven certificates": ["TrustRootMalformed", withChain(Array.from({ length: 11 }, () => root))],
    "a certificate without bytes": ["TrustRootMalformed", withChain([{}])],
    "a certificate with a byte behind": [
      "TrustRootCertificateMalformed",
      withChain([{ rawBytes: Buffer.concat([der, Buffer.of(0)]).toString("base64") }, root]),
    ],
    "a certificate in PEM": [
      "TrustRootCertificateMalformed",
      withChain([{ rawBytes: Buffer.from("-----BEGIN CERTIFICATE-----").toString("base64") }]),
    ],
    "a certificate whose key is on no curve that is known": [
      "TrustRootCertificateMalformed",
      withChain([{ rawBytes: withOtherCurve(der).toString("base64") }]),
    ],
  };
  for (const [name, [code, document]] of Object.entries(refused)) {
    it(name.startsWith("reject") ? name : `refuses ${name}`, () => void failsWith(code, () => parseRoot(document)));
  }
});

describe("readTimestampAuthorities()", () => {
  it("sets the signer apart from the chain that issued it", () => {
    const [read] = parseRoot(withStamper([signer, issuer])).timestampAuthorities;
    assert.equal(encodeBase64(read?.signer?.der ?? new Uint8Array()), signer["rawBytes"]);
    assert.equal(read?.chain.length, 1);
  });

  it("names no signer where the chain holds authorities alone", () => {
    const [read] = parseRoot(withStamper([issuer])).timestampAuthorities;
    assert.ok(read !== undefined && !("signer" in read));
    assert.equal(read.chain.length, 1);
  });

  it("refuses a signer without the certificate of its issuer", () => {
    failsWith("TrustRootMalformed", () => parseRoot(withStamper([signer])));
  });

  it("refuses a signer that the next certificate did not issue", () => {
    failsWith("TrustRootChainBroken", () => parseRoot(withStamper([signer, root])));
  });
});

/** secp384r1, 1.3.132.0.34, made 1.3.132.0.127: the signature is wrong too, but a trust anchor's is not asked for. */
function withOtherCurve(der: Buffer): Buffer {
  const changed = Buffer.from(der);
  const at = changed.indexOf(Buffer.from("06052b81040022", "hex"));
  changed[at + 6] = 0x7f;
  return changed;
}
