/**
 * Step: whose key must verify the signature (verification-spec §8.3 step 3; §3.5, §4.4). For a key rule it is the policy's
 * key and never one that the entity brings; for the others it is the key of the entity's leaf, which is believed only after
 * chain and identity were verified.
 */
import { attempt, type Attempt } from "../failure/attempt.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { equalBytes } from "../encoding/text.ts";
import { parseCertificate, type Certificate } from "../x509/certificate.ts";
import type { SignedEntity } from "./entity.ts";
import type { SignerMaterial } from "./evidence.ts";
import type { KeyRequirement, SignerRequirement } from "./requirement.ts";

const leaves = new WeakMap<SignedEntity, Attempt<Certificate>>();

/** Fails with SignerMaterialMismatch, SignerCertificateMissing, PinnedCertificateMismatch, or a code of the certificate or its key. */
export function selectMaterial(entity: SignedEntity, signer: SignerRequirement): SignerMaterial {
  if (signer.kind === "key") return materialOfKey(entity, signer);
  if (entity.signer.kind === "public-key") {
    throw new VerificationFailure(
      "SignerCertificateMissing",
      "Cannot tell who signed: it was made with a bare key, want a certificate",
    );
  }
  if (signer.kind === "pinned-leaf" && !equalBytes(entity.signer.der, signer.der)) {
    throw new VerificationFailure(
      "PinnedCertificateMismatch",
      "Cannot accept a signature by another certificate than the pinned one",
    );
  }
  const leaf = parseLeaf(entity, entity.signer.der);
  return { key: leaf.publicKey(), leaf };
}

/**
 * A bundle that names a certificate was signed for a key rule only if that is the key's own certificate (§3.5). Legacy
 * layers may carry any: there the key decides, whatever the annotation says (§1.2).
 */
function materialOfKey(entity: SignedEntity, { key }: KeyRequirement): SignerMaterial {
  if (entity.signer.kind === "public-key") return { key };
  const { der } = entity.signer;
  const leaf = attempt(() => parseLeaf(entity, der));
  if (leaf.ok && equalBytes(leaf.value.spki, key.spki)) return { key, leaf: leaf.value };
  if (entity.format === "legacy-signature" || entity.format === "legacy-attestation") return { key };
  throw new VerificationFailure(
    "SignerMaterialMismatch",
    "Cannot verify a bundle signed with a certificate by a key rule, want a bundle signed with the rule's key",
  );
}

/** Read once for an entity, however many entries it is held against. */
function parseLeaf(entity: SignedEntity, der: Uint8Array): Certificate {
  const leaf = leaves.get(entity) ?? attempt(() => parseCertificate(der));
  leaves.set(entity, leaf);
  if (!leaf.ok) throw leaf.failure;
  return leaf.value;
}
