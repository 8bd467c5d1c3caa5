/** Who signed a bundle: exactly one of three, chains in old versions alone, never with a root. */
import assert from "node:assert/strict";
import { encodeBase64 } from "../../src/encoding/base64.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { BundleVersion } from "../../src/sigstore/bundle-shape.ts";
import { failsWith } from "../support/failures.ts";
import { bundle, MEDIA_TYPE, parseAny, realChain } from "./bundles.ts";

const [leaf, intermediate, root] = realChain();

function signedBy(verificationMaterial: unknown, version: BundleVersion = "0.3"): Uint8Array {
  return bundle({ mediaType: MEDIA_TYPE[version], verificationMaterial });
}

function chain(certificates: unknown, version: BundleVersion = "0.1"): Uint8Array {
  return signedBy({ x509CertificateChain: { certificates } }, version);
}

describe("readSigner()", () => {
  it("knows a public key, with and without hint", () => {
    for (const publicKey of [{ hint: "h" }, {}, { hint: null }]) {
      assert.deepEqual(parseAny(signedBy({ publicKey })).signer, { kind: "public-key" });
    }
  });

  it("hands out the certificate's DER, in every version", () => {
    for (const version of ["0.1", "0.2", "0.3"] as const) {
      const { signer } = parseAny(signedBy({ certificate: leaf }, version));
      assert.ok(signer.kind === "certificate");
      assert.equal(encodeBase64(signer.der), leaf?.["rawBytes"]);
    }
  });

  it("hands out the leaf of a chain of version 0.1 and 0.2", () => {
    for (const version of ["0.1", "0.2"] as const) {
      for (const certificates of [[leaf], [leaf, intermediate]]) {
        const { signer } = parseAny(chain(certificates, version));
        assert.ok(signer.kind === "certificate");
        assert.equal(encodeBase64(signer.der), leaf?.["rawBytes"]);
      }
    }
  });

  it("takes a null member for an absent one", () => {
    const material = { publicKey: null, x509CertificateChain: null, certificate: leaf };
    assert.equal(parseAny(signedBy(material)).signer.kind, "certificate");
  });

  const der = Buffer.from(intermediate?.["rawBytes"] as string, "base64");
  const refused: Readonly<Record<string, [FailureCode, Uint8Array]>> = {
    "none of the three": ["BundleMaterialAmbiguous", signedBy({})],
    "both key and certificate": ["BundleMaterialAmbiguous", signedBy({ publicKey: {}, certificate: leaf })],
    "both certificate and chain": [
      "BundleMaterialAmbiguous",
      signedBy({ certificate: leaf, x509CertificateChain: { certificates: [leaf] } }, "0.2"),
    ],
    "a chain in version 0.3": ["BundleChainForbidden", chain([leaf], "0.3")],
    "a chain beside a certificate in version 0.3": [
      "BundleChainForbidden",
      signedBy({ certificate: leaf, x509CertificateChain: {} }),
    ],
    "an empty chain": ["BundleChainEmpty", chain([])],
    "a chain without list": ["BundleChainEmpty", signedBy({ x509CertificateChain: {} }, "0.2")],
    "a chain with its root": ["BundleChainHasRoot", chain([leaf, intermediate, root])],
    "a chain of a root alone": ["BundleChainHasRoot", chain([root], "0.2")],
    "eleven certificates": ["BundleChainTooLong", chain(Array.from({ length: 11 }, () => leaf))],
    "a chain with a certificate that has a byte behind": [
      "CertificateMalformed",
      chain([leaf, { rawBytes: Buffer.concat([der, Buffer.of(0)]).toString("base64") }]),
    ],
    "a certificate without bytes": ["BundleMalformed", signedBy({ certificate: {} })],
    "a certificate of no bytes": ["BundleMalformed", signedBy({ certificate: { rawBytes: "" } })],
    "a certificate that is not base64": ["BundleMalformed", signedBy({ certificate: { rawBytes: "-----BEGIN" } })],
    "a chain with a certificate without bytes": ["BundleMalformed", chain([leaf, {}])],
    "a hint that is a number": ["BundleMalformed", signedBy({ publicKey: { hint: 1 } })],
  };
  for (const [name, [code, bytes]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith(code, () => parseAny(bytes)));
  }

  it("reject list: empty chain", () => void failsWith("BundleChainEmpty", () => parseAny(chain([]))));
  it("reject list: root in bundle chain", () => {
    failsWith("BundleChainHasRoot", () => parseAny(chain([leaf, intermediate, root])));
  });
  it("reject list: x509CertificateChain in v0.3", () => {
    failsWith("BundleChainForbidden", () => parseAny(chain([leaf], "0.3")));
  });
});
