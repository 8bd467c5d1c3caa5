/** The certificates of the tests are sound, held against node's reader and OpenSSL, not against the code under test. */
import assert from "node:assert/strict";
import { createHash, createPublicKey, verify, X509Certificate } from "node:crypto";
import {
  authorityOf,
  ISSUED_AT,
  makeIntermediate,
  makeLeaf,
  makeRoot,
  makeTimestampLeaf,
  type TestCertificate,
} from "./certificate.ts";
import { PROMISED_AT, TestCtLog } from "./ct-log.ts";
import { fulcioExtensions, poison, subjectAltName } from "./extension.ts";
import type { KeyKind } from "./key.ts";
import { generalName } from "./name.ts";

const root = makeRoot();
const intermediate = makeIntermediate(root);

function read({ der }: TestCertificate): X509Certificate {
  return new X509Certificate(der);
}

describe("makeCertificate()", () => {
  it("signs a chain that OpenSSL follows, with keys of every kind", () => {
    for (const key of ["P-256", "P-384", "P-521", "RSA-2048", "Ed25519"] as KeyKind[]) {
      const top = makeRoot({ key });
      const middle = makeIntermediate(top, { key });
      const leaf = makeLeaf(middle, { key });
      assert.ok(read(top).verify(createPublicKey(top.privateKey)), key);
      assert.ok(read(middle).verify(createPublicKey(top.privateKey)), key);
      assert.ok(read(leaf).verify(createPublicKey(middle.privateKey)), key);
      assert.ok(read(middle).checkIssued(read(top)), key);
      assert.ok(read(leaf).checkIssued(read(middle)), key);
    }
  });

  it("writes names, validity and purposes that node reads", () => {
    const names = [
      generalName.email("a@b.example"),
      generalName.uri("https://b.example/w"),
      generalName.dns("d.example"),
    ];
    const certificate = read(makeLeaf(intermediate, { extensions: { subjectAltName: subjectAltName(names) } }));
    assert.equal(certificate.subjectAltName, "email:a@b.example, URI:https://b.example/w, DNS:d.example");
    assert.equal(Date.parse(certificate.validFrom), ISSUED_AT);
    assert.equal(certificate.issuer, "O=sigstore.example\nCN=intermediate");
    assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.3"]);
    assert.equal(read(intermediate).ca, true);
    assert.equal(certificate.ca, false);
    assert.deepEqual(read(makeTimestampLeaf(intermediate)).keyUsage, ["1.3.6.1.5.5.7.3.8"]);
  });

  it("leaves out, replaces and doubles extensions as told", () => {
    const plain = makeLeaf(intermediate, { extensions: { ...fulcioExtensions({ 1: "i", 8: "i" }) } }).parsed;
    assert.ok(plain.extensions.has("1.3.6.1.4.1.57264.1.8"));
    const bare = makeLeaf(intermediate, { extensions: { keyUsage: undefined } }).parsed;
    assert.equal(bare.keyUsage, undefined);
    const twice = makeLeaf(intermediate, { extra: [subjectAltName([])] });
    assert.throws(() => twice.parsed, /twice/);
    const precertificate = read(makeLeaf(intermediate, { extra: [poison()] }));
    assert.ok(precertificate.raw.includes(Buffer.from("2b06010401d679020403", "hex")));
  });

  it("is an authority as a trust root names it, the issuer first", () => {
    const { chain } = authorityOf([intermediate, root]);
    assert.deepEqual(chain, [intermediate.parsed, root.parsed]);
  });
});

describe("TestCtLog", () => {
  it("signs the certificate as it is without the list", () => {
    for (const privateKey of [undefined, makeRoot({ key: "RSA-2048" }).privateKey]) {
      const log = new TestCtLog(privateKey && { privateKey });
      const leaf = makeLeaf(intermediate, { promises: [log.promise()] });
      const sct = Buffer.from(log.promise()({ tbs: leaf.precertificateTbs, issuerSpki: intermediate.spki }));
      assert.equal(Number(sct.readBigUInt64BE(33)), PROMISED_AT);
      const length = Buffer.alloc(3);
      length.writeUIntBE(leaf.precertificateTbs.length, 0, 3);
      const signed = Buffer.concat([
        Buffer.of(0, 0),
        sct.subarray(33, 41),
        Buffer.of(0, 1),
        createHash("sha256").update(intermediate.spki).digest(),
        length,
        leaf.precertificateTbs,
        Buffer.of(0, 0),
      ]);
      assert.ok(verify("sha256", signed, createPublicKey(log.privateKey), sct.subarray(47)));
      assert.ok(Buffer.from(leaf.der).includes(Buffer.from(log.keyId)));
    }
  });
});
