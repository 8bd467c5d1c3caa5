// The virtual Sigstore as policies see it: trust roots by name, and image signatures by identities, workflows and keys, so
// that the tests of policy/ hold entries against real verification.
import type { KeyObject } from "node:crypto";
import { attempt } from "../../src/failure/attempt.ts";
import type { Candidate } from "../../src/policy/evidence.ts";
import type { TrustRoot, TrustRoots } from "../../src/policy/trust-root.ts";
import { entityFromCosignLayer } from "../../src/verify/entity.ts";
import { email, githubWorkflow } from "../support/virtual-sigstore/identity.ts";
import { certificateSigner, signerOf, type Signer } from "../support/virtual-sigstore/signer.ts";
import { VirtualSigstore } from "../support/virtual-sigstore/virtual-sigstore.ts";
import type { CertificateParts, TestCertificate } from "../support/x509/certificate.ts";
import { generalName } from "../support/x509/name.ts";
import { IMAGE_DIGEST } from "./resources.ts";

const sigstore = new VirtualSigstore();

export const ROOT = sigstore.root;
export const INTERMEDIATE = sigstore.intermediate;
export const MATERIAL = sigstore.trust();

function requiring(log: boolean, sct: boolean, timestamp: boolean): TrustRoot {
  return { material: MATERIAL, requires: { transparencyLog: log, signedCertificateTimestamp: sct, timestamp } };
}

/** One that logs under the default name, one that stamps, one that requires nothing; "late" is not ready. */
const BY_NAME: ReadonlyMap<string, ReturnType<TrustRoots>> = new Map<string, ReturnType<TrustRoots>>([
  ["sigstore-public-good", requiring(true, true, false)],
  ["github", requiring(false, false, true)],
  ["lenient", requiring(false, false, false)],
  ["late", "not-ready"],
]);

export const ROOTS: TrustRoots = (name) => BY_NAME.get(name);

const dev = email("dev@acme.io");
const run = githubWorkflow({ repository: "acme/app" });

export const ISSUER = dev.issuer;
export const SUBJECT = dev.subject;
/** What Fulcio writes about a run of a workflow, by number. */
export const RUN = run.extensions;

export interface Signing {
  /** Of simple signing's `optional`. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly isLogged?: boolean;
  readonly isStamped?: boolean;
}

/** With a certificate for an e-mail address. */
export function mailSigner(subject = SUBJECT, issuer = ISSUER, hasSct = true, leaf: CertificateParts = {}): Signer {
  return sigstore.certify(email(subject, issuer), { isLogged: hasSct, leaf });
}

/** With a certificate for a run of a workflow, but for what `changes` says. */
export function runSigner(changes: Readonly<Record<number, string>> = {}, subject = run.subject): Signer {
  return sigstore.certify({ ...run, name: generalName.uri(subject), extensions: { ...RUN, ...changes } });
}

/** With any certificate. */
export function signerWith(certificate: TestCertificate): Signer {
  return certificateSigner(certificate, [], {});
}

export function signedByKey(privateKey: KeyObject, how: Signing = {}): Candidate {
  return signedBy(signerOf(privateKey), how);
}

/** Logged and not stamped unless said. */
export function signedBy(signer: Signer, { annotations, isLogged = true, isStamped = false }: Signing = {}): Candidate {
  const layer = sigstore.signLayer(IMAGE_DIGEST, signer, {
    ...(annotations && { annotations }),
    log: isLogged ? "v1" : "none",
    timestamp: isStamped,
  });
  const found = new Map(Object.entries(layer.annotations));
  return { subject: "cosign of the test", entity: attempt(() => entityFromCosignLayer(layer.blob, found)) };
}
