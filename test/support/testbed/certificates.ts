// Certificates and keys for test servers and test authorities: ECDSA P-256, one day,
// made in memory. The validity starts an hour ago, so that no clock is in its way.
import "reflect-metadata";
import { createPrivateKey, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto);

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const hourMs = 3_600_000;

export interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly pem: string;
}

export interface ServingCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface LeafRequest {
  readonly subject: string;
  readonly extensions: readonly x509.Extension[];
}

function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - hourMs), notAfter: new Date(Date.now() + 24 * hourMs) };
}

function serialNumber(): string {
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)));
  bytes[0] = (bytes[0] ?? 0) & 0x7f || 1;
  return bytes.toString("hex");
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

export async function makeAuthority(subject: string): Promise<Authority> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: subject,
    ...validity(),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys, pem: pem(certificate) };
}

/** A certificate of any kind signed by `issuer`; `extensions` say which. */
export async function issue(issuer: Authority, leaf: LeafRequest): Promise<Authority> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: leaf.subject,
    issuer: issuer.certificate.subject,
    ...validity(),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    extensions: [
      ...leaf.extensions,
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
    ],
  });
  return { certificate, keys, pem: pem(certificate) };
}

/** PKCS#8 in PEM, encrypted if a password is given. */
export async function privateKeyPem(keys: webcrypto.CryptoKeyPair, password?: string): Promise<string> {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  const key = createPrivateKey({ key: bytes, format: "der", type: "pkcs8" });
  const encryption = password === undefined ? {} : { cipher: "aes-256-cbc", passphrase: password };
  return key.export({ format: "pem", type: "pkcs8", ...encryption }).toString();
}

/** A server certificate for these DNS names and IP addresses. */
export async function makeServingCertificate(
  authority: Authority,
  names: { readonly dns: readonly string[]; readonly ip: readonly string[] },
): Promise<ServingCertificate> {
  const leaf = await issue(authority, {
    subject: `CN=${names.dns[0] ?? names.ip[0] ?? "server"}`,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...names.dns.map((value) => ({ type: "dns" as const, value })),
        ...names.ip.map((value) => ({ type: "ip" as const, value })),
      ]),
    ],
  });
  return { certificate: leaf.pem, key: await privateKeyPem(leaf.keys) };
}

/** A client's certificate of that common name. */
export async function makeClientCertificate(authority: Authority, commonName: string): Promise<ServingCertificate> {
  const leaf = await issue(authority, {
    subject: `CN=${commonName}`,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    ],
  });
  return { certificate: leaf.pem, key: await privateKeyPem(leaf.keys) };
}
