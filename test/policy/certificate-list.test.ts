// Certificates of a private PKI in a policy: PEM blocks, certificates and nothing else (policy-api.md §2.4).
import assert from "node:assert/strict";
import { parseCertificates } from "../../src/policy/certificate-list.ts";
import { failsWith } from "../support/failures.ts";
import { makeIntermediate, makeRoot, pemOf } from "../support/x509/certificate.ts";
import { KEYS } from "./resources.ts";

const root = makeRoot();
const intermediate = makeIntermediate(root);

describe("policy/certificate-list", () => {
  it("reads one certificate or more, in their order", () => {
    const ders = (pem: string): readonly Buffer[] => parseCertificates(pem).map(({ der }) => Buffer.from(der));
    assert.deepEqual(ders(root.pem), [Buffer.from(root.der)]);
    assert.deepEqual(ders(`${intermediate.pem}\n${root.pem}`), [Buffer.from(intermediate.der), Buffer.from(root.der)]);
  });

  const malformed: readonly [string, string][] = [
    ["nothing", ""],
    ["text around a certificate", `root:\n${root.pem}`],
    ["a key", KEYS.a.pem],
    ["a certificate beside a key", root.pem + KEYS.a.pem],
    ["half of a certificate", root.pem.slice(0, root.pem.length / 2)],
    ["a certificate with a byte behind it", pemOf(Buffer.concat([root.der, Buffer.of(0)]))],
  ];
  for (const [name, pem] of malformed) {
    it(`refuses ${name}`, () => void failsWith("CertificateMalformed", () => parseCertificates(pem)));
  }
});
