/**
 * Layers of legacy cosign signature manifests (verification-spec §1.1, §1.2): the blob is the simple-signing payload,
 * the signature over it stands in an annotation. Certificate, chain and log annotations say nothing about a key
 * signature and are not read.
 */
import { decodeBase64 } from "../encoding/base64.ts";
import { malformed } from "../failure/attempt.ts";
import { VerificationFailure } from "../failure/failure.ts";

/** The only layer media type that is a legacy image signature. */
export const SIMPLE_SIGNING_MEDIA_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";

const SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";

export interface CosignAnnotations {
  readonly signature: Uint8Array;
}

/** Fails with SignatureAnnotationMissing, SignatureAnnotationEmpty or SignatureAnnotationMalformed. */
export function parseCosignAnnotations(annotations: ReadonlyMap<string, string>): CosignAnnotations {
  const text = annotations.get(SIGNATURE_ANNOTATION);
  if (text === undefined) {
    throw new VerificationFailure(
      "SignatureAnnotationMissing",
      `Cannot find a signature: the layer has no annotation "${SIGNATURE_ANNOTATION}"`,
    );
  }
  if (text === "") {
    throw new VerificationFailure(
      "SignatureAnnotationEmpty",
      `Cannot find a signature: the annotation "${SIGNATURE_ANNOTATION}" is empty`,
    );
  }
  return { signature: malformed("SignatureAnnotationMalformed", "signature annotation", () => decodeBase64(text)) };
}
