/** Real certificates of the public good instance: the known answers of verification-spec §4.6, and the chain at its time. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeHex } from "../../src/encoding/hex.ts";
import { sha256 } from "../../src/crypto/digest.ts";
import { parsePublicKeySpki } from "../../src/crypto/public-key.ts";
import { parsePem } from "../../src/encoding/pem.ts";
import { isSelfIssued, parseCertificate } from "../../src/x509/certificate.ts";
import { isSignedBy, verifyChain, type CertificateAuthority } from "../../src/x509/chain.ts";
import { fulcioIdentity } from "../../src/x509/fulcio-extensions.ts";
import { tbsWithoutSctList } from "../../src/x509/precertificate.ts";
import { verifyScts } from "../../src/x509/sct.ts";
import { fulcioSubject, subjectAlternativeNames } from "../../src/x509/subject-alternative-name.ts";
import { failsWith } from "../support/failures.ts";

const REAL = join("test", "vectors", "real");
const leaf = parseCertificate(
  parsePem(readFileSync(join(REAL, "containers-image/fulcio-rekor-loose/fulcio-cert"), "utf8")).der,
);
const root = JSON.parse(readFileSync(join(REAL, "root-signing/targets/trusted_root.json"), "utf8")) as {
  certificateAuthorities: { certChain: { certificates: { rawBytes: string }[] } }[];
  ctlogs: { publicKey: { rawBytes: string }; logId: { keyId: string } }[];
};
const authorities: readonly CertificateAuthority[] = root.certificateAuthorities.map(({ certChain }) => ({
  chain: certChain.certificates.map(({ rawBytes }) => parseCertificate(Buffer.from(rawBytes, "base64"))),
  validFor: {},
}));
const logs = root.ctlogs.map(({ publicKey, logId }) => ({
  keyId: Buffer.from(logId.keyId, "base64"),
  key: parsePublicKeySpki(Buffer.from(publicKey.rawBytes, "base64")),
  validFor: {},
}));
const SIGNED_AT = Date.parse("2022-12-12T18:48:19Z");

describe("a real Fulcio certificate of 2022", () => {
  it("names its subject and issuer", () => {
    const { subject, issuer } = fulcioIdentity(leaf);
    assert.deepEqual(subject, { kind: "email", value: "mitr@redhat.com" });
    assert.equal(issuer, "https://github.com/login/oauth");
  });

  it("is not self-issued, as a root is", () => {
    assert.equal(isSelfIssued(leaf), false);
    assert.deepEqual(authorities[1]?.chain.map(isSelfIssued), [false, true]);
  });

  it("chains to the public good root while it was valid, and at no other time", () => {
    const times = [leaf.notBefore, SIGNED_AT, leaf.notAfter];
    assert.equal(verifyChain(leaf, authorities, times, "codeSigning").issuer, authorities[1]?.chain[0]);
    for (const time of [leaf.notBefore - 1, leaf.notAfter + 1]) {
      failsWith("CertificateNotValid", () => verifyChain(leaf, authorities, [SIGNED_AT, time], "codeSigning"));
    }
  });

  it("carries the promise of the public log, over the issuer that signed it and no other", () => {
    const { issuer } = verifyChain(leaf, authorities, [SIGNED_AT], "codeSigning");
    const [sct] = verifyScts(leaf, issuer, logs);
    assert.equal(sct?.logId, "dd3d306ac6c7113263191e1c99673702a24a5eb8de3cadff878a72802f29ee8e");
    const other = authorities[0]?.chain[0];
    assert.ok(other);
    failsWith("SctSignatureInvalid", () => verifyScts(leaf, other, logs));
    failsWith("SctLogUnknown", () => verifyScts(leaf, issuer, []));
  });
});

describe("a real chain of a private PKI", () => {
  const pems = (file: string): string[] =>
    readFileSync(join(REAL, "containers-image", file), "utf8").match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? [];
  const [certificate, ...chain] = [...pems("pki-loose/pki-cert"), ...pems("pki-loose/pki-chain")].map((pem) =>
    parseCertificate(parsePem(pem).der),
  );
  assert.ok(certificate);

  it("names an e-mail address and a host", () => {
    assert.deepEqual(subjectAlternativeNames(certificate), [
      { kind: "email", value: "qiwan@redhat.com" },
      { kind: "dns", value: "myhost.example.com" },
    ]);
    failsWith("CertificateNameCount", () => fulcioSubject(certificate));
  });

  it("is signed from leaf to root with RSA keys of 4096 bits", () => {
    assert.equal(chain.length, 2);
    [certificate, ...chain].forEach((child, i) => {
      assert.ok(isSignedBy(child, chain[i] ?? child));
    });
  });

  it("does not sign images as certificates of Fulcio do: its leaf says no purpose", () => {
    const times = [certificate.notBefore];
    failsWith("CertificatePurposeMissing", () =>
      verifyChain(certificate, [{ chain, validFor: {} }], times, "codeSigning"),
    );
  });

  it("signs for a private PKI, whose leaves need not say a purpose", () => {
    const authority = { chain, validFor: {} };
    const check = (time: number): unknown => verifyChain(certificate, [authority], [time], "privateSigning").issuer;
    assert.equal(check(certificate.notBefore), chain[0]);
    // it outlives its issuer by two seconds
    failsWith("CertificateAuthorityNotValid", () => check(certificate.notAfter));
  });
});

describe("the known answer of §4.6", () => {
  const file = readFileSync(join(REAL, "containers-image/dir-img-cosign-fulcio-rekor-valid/signature-1"), "utf8");
  const layer = JSON.parse(file.slice(file.indexOf("{"))) as { annotations: Record<string, string> };
  const certificate = parseCertificate(parsePem(layer.annotations["dev.sigstore.cosign/certificate"] ?? "").der);

  it("is the reduced TBS of 409 bytes", () => {
    const tbs = tbsWithoutSctList(certificate.tbs);
    assert.equal(tbs.length, 409);
    assert.equal(encodeHex(sha256(tbs)), "ff204d25b1910c5e534cbcc4cd15207549f469b47d87c512194e6ce8d3c3f7f2");
  });

  it("is the issuer's key hash and the log's time", () => {
    const { issuer } = verifyChain(certificate, authorities, [certificate.notBefore], "codeSigning");
    assert.equal(encodeHex(sha256(issuer.spki)), "c355ee53d69e68aade04e5c6cc202cfac11fbcaa67e9a2ba7a64ced2aec8ccd0");
    assert.deepEqual(
      verifyScts(certificate, issuer, logs).map(({ time }) => time),
      [1674247891374],
    );
  });
});
