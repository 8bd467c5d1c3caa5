/**
 * Who a bundle says signed it (verification-spec §7.1): a key that the policy must hold, or a leaf certificate. Of a chain
 * the leaf alone is used, since issuers come from the trust root; a chain that brings its own root asks to be trusted.
 */
import { asString } from "../encoding/guard.ts";
import type { JsonObject } from "../encoding/json.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { parseCertificate } from "../x509/certificate.ts";
import { isIssuedBy } from "../x509/chain.ts";
import type { BundleVersion } from "./bundle-shape.ts";
import { bytesOf, memberOf, messageOf, messagesOf } from "./protobuf-json.ts";

export type BundleSigner = { readonly kind: "public-key" } | { readonly kind: "certificate"; readonly der: Uint8Array };

const MAX_CERTIFICATES = 10;
const CHOICES = ["publicKey", "certificate", "x509CertificateChain"];

/** Fails with a Bundle… code, or a Certificate… code for a chain; throws EncodingError. */
export function readSigner(material: JsonObject, version: BundleVersion): BundleSigner {
  const present = CHOICES.filter((name) => memberOf(material, name) !== undefined);
  if (version === "0.3" && present.includes("x509CertificateChain")) {
    throw new VerificationFailure("BundleChainForbidden", "Cannot use x509CertificateChain in a bundle of version 0.3");
  }
  const [choice, ...others] = present;
  if (choice === undefined || others.length > 0) {
    throw new VerificationFailure(
      "BundleMaterialAmbiguous",
      `Cannot tell who signed: the bundle has ${present.length} of ${CHOICES.join(", ")}, want one`,
    );
  }
  if (choice === "certificate") {
    return { kind: "certificate", der: bytesOf(messageOf(material, "certificate"), "rawBytes") };
  }
  if (choice === "x509CertificateChain") return { kind: "certificate", der: readLeaf(material) };
  // §3.4: a hint, which selects nothing
  asString(memberOf(messageOf(material, "publicKey"), "hint") ?? "", "publicKey.hint");
  return { kind: "public-key" };
}

function readLeaf(material: JsonObject): Uint8Array {
  const certificates = messagesOf(messageOf(material, "x509CertificateChain"), "certificates");
  const [leaf, ...issuers] = certificates.map((certificate) => bytesOf(certificate, "rawBytes"));
  if (leaf === undefined) {
    throw new VerificationFailure("BundleChainEmpty", "Cannot use a certificate chain without certificate");
  }
  if (certificates.length > MAX_CERTIFICATES) {
    throw new VerificationFailure(
      "BundleChainTooLong",
      `Cannot use a chain of ${certificates.length} certificates, want at most ${MAX_CERTIFICATES}`,
    );
  }
  for (const der of [leaf, ...issuers]) refuseRoot(der);
  return leaf;
}

/** Names first: a signature is verified only where a certificate says that it issued itself. */
function refuseRoot(der: Uint8Array): void {
  const certificate = parseCertificate(der);
  if (!isIssuedBy(certificate, certificate)) return;
  throw new VerificationFailure(
    "BundleChainHasRoot",
    "Cannot use a certificate chain that holds a self-signed certificate, want roots from the trust root alone",
  );
}
