// The webhook's CA and its leaves as node reads them: what API servers ask of one (kubernetes.md §7, §8).
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import {
  issueLeaf,
  makeAuthority,
  matchAuthority,
  notAfterOf,
  splitCertificates,
  type Authority,
} from "../../src/kubernetes/certificate-authority.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR = 3_600_000;
const lasting = (lifetimeMs: number): { now: number; lifetimeMs: number } => ({ now: NOW, lifetimeMs });

describe("kubernetes/certificate-authority", () => {
  let first: Authority;
  let second: Authority;
  before(async () => {
    first = await makeAuthority(lasting(1000 * HOUR));
    second = await makeAuthority(lasting(1000 * HOUR));
  });

  it("makes each CA with a name, a serial and a key of its own", () => {
    const [a, b] = [new X509Certificate(first.certPem), new X509Certificate(second.certPem)];
    assert.notEqual(a.subject, b.subject);
    assert.notEqual(a.serialNumber, b.serialNumber);
    assert.ok(!a.verify(b.publicKey));
    assert.ok(a.ca && a.verify(a.publicKey));
  });

  it("issues leaves by the key of their CA, with an identifier that leads to it", async () => {
    const leaf = await issueLeaf(first, ["a.b.svc"], lasting(24 * HOUR));
    const certificate = new X509Certificate(leaf.certPem);
    assert.ok(certificate.checkIssued(new X509Certificate(first.certPem)));
    assert.ok(!certificate.checkIssued(new X509Certificate(second.certPem)));
    assert.equal(certificate.checkHost("a.b.svc"), "a.b.svc");
    assert.equal(leaf.notAfter, NOW + 24 * HOUR);
    assert.equal(leaf.issuedAt, NOW);
  });

  it("serves a clock that is five minutes late: what is made now was valid an hour ago", async () => {
    const leaf = await issueLeaf(first, ["a"], lasting(HOUR));
    for (const pem of [leaf.certPem, first.certPem]) {
      assert.equal(Date.parse(new X509Certificate(pem).validFrom), NOW - HOUR);
    }
  });

  it("never lets a leaf outlive its CA", async () => {
    const leaf = await issueLeaf(first, ["a"], lasting(10_000 * HOUR));
    assert.equal(leaf.notAfter, notAfterOf(first.certPem));
    assert.equal(Date.parse(new X509Certificate(leaf.certPem).validTo), notAfterOf(first.certPem));
  });

  it("finds the certificate that a key belongs to", async () => {
    const bundle = splitCertificates(first.certPem + second.certPem);
    assert.equal(bundle.length, 2);
    assert.equal((await matchAuthority(bundle, second.keyPem)).certPem, bundle[1]);
    assert.equal((await matchAuthority(bundle, first.keyPem)).certPem, bundle[0]);
  });

  it("finds none for another key, for a leaf, and for what is no key", async () => {
    const leaf = await issueLeaf(first, ["a"], lasting(HOUR));
    await assert.rejects(matchAuthority([first.certPem], second.keyPem), /belongs to no CA certificate/);
    await assert.rejects(matchAuthority([leaf.certPem], leaf.keyPem), /belongs to no CA certificate/);
    await assert.rejects(matchAuthority([first.certPem], "no key"), /no ECDSA key on P-256/);
  });

  it("reads nothing but certificates", () => {
    assert.throws(() => splitCertificates("no PEM"), /there is no certificate/);
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert.throws(() => splitCertificates(broken), /cannot be read/);
  });
});
