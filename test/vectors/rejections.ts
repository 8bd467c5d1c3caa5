/**
 * Why each covered vector is refused: one failure code per candidate signature, in order. An empty list: there is no
 * candidate to verify, and no candidate is no signature.
 */
import type { FailureCode } from "../../src/failure/catalogue.ts";

/** Ours, where the index leaves it open (docs/verification.md gives clause and reason). */
export const DECISIONS: ReadonlyMap<string, "accept" | "reject"> = new Map([
  ["sigstore-go/othername", "accept"],
  ["sigstore-go/dsse", "reject"],
  ["sigstore-go/bundle-provenance", "reject"],
  ["sigstore-js/bundleV01-full-cert-chain", "reject"],
]);

export const REJECTIONS: ReadonlyMap<string, readonly FailureCode[]> = new Map<string, readonly FailureCode[]>([
  ["containers-image/dir-img-cosign-valid--wrong-key", ["SignatureInvalid"]],
  ["containers-image/dir-img-cosign-modified-manifest", ["PayloadDigestMismatch"]],
  ["containers-image/dir-img-cosign-manifest-digest-error", ["PayloadDigestMismatch"]],
  // no manifest: nothing that the signature could be held against
  ["containers-image/dir-img-cosign-no-manifest", []],
  // the only layer has another media type
  ["containers-image/dir-img-cosign-other-attachment", []],
  ["containers-image/dir-img-unsigned", []],
  // a GPG signature is no layer of a cosign signature manifest
  ["containers-image/dir-img-valid", []],
  ["containers-image/unknown-cosign-key", ["SignatureInvalid"]],
  ["sigstore-rs/legacy-keyed-no-tlog--wrong-key", ["SignatureInvalid"]],
]);
