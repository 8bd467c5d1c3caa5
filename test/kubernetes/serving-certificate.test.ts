// The certificate made at start, as node reads it: what the API server asks of one (kubernetes.md §7).
import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { makeServingCertificate, type ServingCertificate } from "../../src/kubernetes/serving-certificate.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR = 3_600_000;

describe("makeServingCertificate()", () => {
  let made: ServingCertificate;
  let ca: X509Certificate;
  let leaf: X509Certificate;

  before(async () => {
    made = await makeServingCertificate(["sealgate.sealgate.svc", "localhost", "127.0.0.1", "::1"], NOW);
    ca = new X509Certificate(made.caPem);
    leaf = new X509Certificate(made.certPem);
  });

  it("names the webhook by DNS names and addresses", () => {
    for (const name of ["sealgate.sealgate.svc", "localhost"]) assert.equal(leaf.checkHost(name), name);
    for (const address of ["127.0.0.1", "::1"]) assert.ok(leaf.checkIP(address), address);
    assert.equal(leaf.checkHost("example.com"), undefined);
  });

  it("is issued by its CA, which signed itself", () => {
    assert.ok(leaf.checkIssued(ca) && leaf.verify(ca.publicKey));
    assert.ok(ca.checkIssued(ca) && ca.verify(ca.publicKey));
    assert.deepEqual([ca.ca, leaf.ca], [true, false]);
    assert.notEqual(ca.serialNumber, leaf.serialNumber);
  });

  it("is for servers alone, with an ECDSA key on P-256", () => {
    assert.deepEqual(leaf.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
    for (const { publicKey } of [ca, leaf]) {
      assert.equal(publicKey.asymmetricKeyType, "ec");
      assert.equal(publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
    }
  });

  it("is valid from an hour before now, for a year", () => {
    for (const certificate of [ca, leaf]) {
      assert.equal(Date.parse(certificate.validFrom), NOW - HOUR);
      assert.equal(Date.parse(certificate.validTo), NOW + 365 * 24 * HOUR);
    }
    assert.equal(made.notAfter, NOW + 365 * 24 * HOUR);
  });

  it("comes with the key of the leaf, and never with that of the CA", () => {
    const key = createPrivateKey(made.keyPem);
    assert.ok(leaf.checkPrivateKey(key));
    assert.ok(!ca.checkPrivateKey(key));
    assert.doesNotMatch(made.caPem + made.certPem, /PRIVATE/);
  });

  it("is another one each time", async () => {
    const again = await makeServingCertificate(["localhost"], NOW);
    assert.notEqual(again.caPem, made.caPem);
    assert.ok(!new X509Certificate(again.certPem).verify(ca.publicKey));
  });
});
