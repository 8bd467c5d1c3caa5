/**
 * A serving certificate made in memory at start, for those who bring none: a CA and a leaf, ECDSA P-256
 * (kubernetes.md §8). The CA is for the webhook configuration's caBundle; its key is forgotten at once.
 */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import type { Instant } from "../encoding/instant.ts";

export interface ServingCertificate {
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
  readonly notAfter: Instant;
}

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** `names` are DNS names and IP addresses of the webhook. Valid from an hour before `now` for a year. */
export async function makeServingCertificate(names: readonly string[], now: Instant): Promise<ServingCertificate> {
  x509.cryptoProvider.set(globalThis.crypto);
  const validity = { notBefore: new Date(now - HOUR), notAfter: new Date(now + YEAR) };
  const authority = await generateKeys();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: "01",
    name: "CN=Sealgate webhook CA",
    keys: authority,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const keys = await generateKeys();
  const leaf = await x509.X509CertificateGenerator.create({
    ...validity,
    serialNumber: "02",
    subject: "CN=Sealgate webhook",
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isAddress(value) ? "ip" : "dns", value })),
      ),
    ],
  });
  return {
    caPem: ca.toString("pem"),
    certPem: leaf.toString("pem"),
    keyPem: x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY"),
    notAfter: now + YEAR,
  };
}

async function generateKeys() {
  return await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

function isAddress(name: string): boolean {
  return /^[0-9.]+$/.test(name) || name.includes(":");
}
