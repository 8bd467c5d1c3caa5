/** What a vector's policy asks for, as a requirement (verification-spec §4.4: three forms of certificate requirements). */
import { parsePublicKeyPem } from "../../src/crypto/public-key.ts";
import { parsePem } from "../../src/encoding/pem.ts";
import { parseTrustedRoot, type TrustMaterial } from "../../src/sigstore/trusted-root.ts";
import type { TextMatcher } from "../../src/verify/identity.ts";
import type { ContentRequirement, Requirement, SignerRequirement } from "../../src/verify/requirement.ts";
import { buildAuthorities } from "../../src/x509/authority.ts";
import { parseCertificate, type Certificate } from "../../src/x509/certificate.ts";
import { readVectorFile, type Vector } from "./vector.ts";

const roots = new Map<string, TrustMaterial>();

export function trustOf(path: string): TrustMaterial {
  const known = roots.get(path) ?? parseTrustedRoot(readVectorFile(path), { isBuiltIn: false });
  roots.set(path, known);
  return known;
}

export function requirementOf(vector: Vector): Requirement {
  const { tlog = 0, sct = 0, timestamps = 0 } = vector.requires ?? {};
  const trust = vector.trustedRoot === undefined ? undefined : trustOf(vector.trustedRoot);
  return {
    signer: signerOf(vector, trust),
    content: contentOf(vector),
    ...(trust && { trust }),
    thresholds: { logs: tlog, certificateLogs: sct, times: timestamps, timestamps: 0 },
  };
}

function signerOf(vector: Vector, trust: TrustMaterial | undefined): SignerRequirement {
  const { key, keyValidFor, certificate, issuer } = vector;
  if (key !== undefined) {
    const validFor = keyValidFor && { start: Date.parse(keyValidFor.start), end: Date.parse(keyValidFor.end) };
    return {
      kind: "key",
      key: parsePublicKeyPem(readVectorFile(key).toString("utf8")),
      ...(validFor && { validFor }),
    };
  }
  const subject = exactly(vector.identity ?? "");
  if (certificate !== undefined) {
    return { kind: "pinned-leaf", der: certificatesOf(certificate)[0]?.der ?? Buffer.of(), subject };
  }
  if (issuer !== undefined) {
    return {
      kind: "keyless",
      identity: { issuer: exactly(issuer), subject: () => subject, extensions: new Map() },
    };
  }
  const authorities =
    vector.caRoots === undefined
      ? (trust?.certificateAuthorities ?? [])
      : buildAuthorities(certificatesOf(vector.caRoots), certificatesOf(vector.caIntermediates));
  // A private PKI without a log or a time stamp has the current time alone
  return { kind: "authority", authorities, subject, insecureUseCurrentTime: vector.requires?.timestamps === 0 };
}

function contentOf({ kind, predicateType }: Vector): ContentRequirement {
  if (predicateType !== undefined) return { kind: "attestation", predicateTypes: [predicateType] };
  return kind === "bundle" ? { kind: "any" } : { kind: "signature" };
}

export function exactly(wanted: string): TextMatcher {
  return { wanted: JSON.stringify(wanted), matches: (value) => value === wanted };
}

/** Every certificate of a PEM file, in its order. */
export function certificatesOf(path: string | undefined): readonly Certificate[] {
  if (path === undefined) return [];
  const blocks = readVectorFile(path).toString("utf8").match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
  return (blocks ?? []).map((pem) => parseCertificate(parsePem(`${pem}\n`).der));
}
