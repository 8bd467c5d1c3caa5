/**
 * The webhook's own certificate authority and the leaves it issues, ECDSA P-256 (kubernetes.md §8). Each authority has a
 * name and a key of its own, so that an old and a new one stand side by side in a caBundle.
 */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import type { Instant } from "../encoding/instant.ts";

/** PEM, both. */
export interface Authority {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface Leaf {
  readonly certPem: string;
  readonly keyPem: string;
  readonly issuedAt: Instant;
  readonly notAfter: Instant;
}

export interface Lifetime {
  readonly now: Instant;
  readonly lifetimeMs: number;
}

/** Clocks differ: what is made now is valid on a machine whose clock is late. */
const CLOCK_SKEW_MS = 3_600_000;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
x509.cryptoProvider.set(globalThis.crypto);

export async function makeAuthority({ now, lifetimeMs }: Lifetime): Promise<Authority> {
  const keys = await generateKeys();
  const serialNumber = makeSerial();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    notBefore: new Date(now - CLOCK_SKEW_MS),
    notAfter: new Date(now + lifetimeMs),
    serialNumber,
    name: `CN=Sealgate webhook CA ${serialNumber.slice(0, 8)}`,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certPem: `${certificate.toString("pem")}\n`, keyPem: await formatKey(keys.privateKey) };
}

/** A leaf for DNS names and IP addresses; never valid longer than its authority. */
export async function issueLeaf(
  authority: Authority,
  names: readonly string[],
  { now, lifetimeMs }: Lifetime,
): Promise<Leaf> {
  const issuer = new x509.X509Certificate(authority.certPem);
  const keys = await generateKeys();
  const notAfter = Math.min(now + lifetimeMs, issuer.notAfter.getTime());
  const leaf = await x509.X509CertificateGenerator.create({
    notBefore: new Date(now - CLOCK_SKEW_MS),
    notAfter: new Date(notAfter),
    serialNumber: makeSerial(),
    subject: "CN=Sealgate webhook",
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.keyPem),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isAddress(value) ? "ip" : "dns", value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { certPem: `${leaf.toString("pem")}\n`, keyPem: await formatKey(keys.privateKey), issuedAt: now, notAfter };
}

/** The certificate of `bundle` that a key belongs to. Throws Error, with what is wrong in its sentence. */
export async function matchAuthority(bundle: readonly string[], keyPem: string): Promise<Authority> {
  const signature = await signProbe(keyPem);
  for (const certPem of bundle) {
    const certificate = parseCertificate(certPem);
    const constraints = certificate.getExtension(x509.BasicConstraintsExtension);
    if (constraints?.ca === true && (await verifiesProbe(certificate, signature))) return { certPem, keyPem };
  }
  throw new Error("the private key belongs to no CA certificate beside it");
}

/** Certificates of a PEM text, each with its own lines. Throws Error. */
export function splitCertificates(pem: string): readonly string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new Error("there is no certificate in it");
  return blocks.map((block) => `${parseCertificate(block).toString("pem")}\n`);
}

export function notAfterOf(certPem: string): Instant {
  return parseCertificate(certPem).notAfter.getTime();
}

/** Of the first certificate of a PEM text; undefined where there is none that can be read. */
export function validityOf(pem: string): { readonly notBefore: Instant; readonly notAfter: Instant } | undefined {
  try {
    const { notBefore, notAfter } = new x509.X509Certificate(pem);
    return { notBefore: notBefore.getTime(), notAfter: notAfter.getTime() };
  } catch {
    return undefined;
  }
}

const PROBE = new Uint8Array([0x73, 0x65, 0x61, 0x6c]);

async function signProbe(keyPem: string): Promise<ArrayBuffer> {
  try {
    return await crypto.subtle.sign(ALGORITHM, await importKey(keyPem), PROBE);
  } catch (error) {
    throw new Error("the private key is no ECDSA key on P-256 in PKCS #8", { cause: error });
  }
}

async function verifiesProbe(certificate: x509.X509Certificate, signature: ArrayBuffer): Promise<boolean> {
  try {
    const key = await certificate.publicKey.export(ALGORITHM, ["verify"]);
    return await crypto.subtle.verify(ALGORITHM, key, signature, PROBE);
  } catch {
    // A key of another kind: not this one.
    return false;
  }
}

function parseCertificate(pem: string): x509.X509Certificate {
  try {
    return new x509.X509Certificate(pem);
  } catch (error) {
    throw new Error("a certificate in it cannot be read", { cause: error });
  }
}

async function generateKeys() {
  return await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

async function importKey(pem: string) {
  const [der] = x509.PemConverter.decode(pem);
  if (der === undefined) throw new Error("there is no key in it");
  return await crypto.subtle.importKey("pkcs8", der, ALGORITHM, false, ["sign"]);
}

async function formatKey(key: Awaited<ReturnType<typeof importKey>>): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}

/** Positive, and never the same twice. */
function makeSerial(): string {
  return `40${crypto.randomUUID().replaceAll("-", "").slice(2)}`;
}

function isAddress(name: string): boolean {
  return /^[0-9.]+$/.test(name) || name.includes(":");
}
