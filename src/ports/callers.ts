/** Who may call the webhook, as the operator wrote it (kubernetes.md §7): files read, tokens hashed. */
import type { Digest } from "../crypto/digest.ts";
import type { CertificateAuthority } from "../x509/chain.ts";

export type Callers =
  /** Whoever reaches the port: an API server shows nothing unless it is told to. */
  | { readonly kind: "anybody" }
  /** Who shows a certificate for clients that one of these issued, with one of these common names. */
  | {
      readonly kind: "clientCertificate";
      readonly authorities: readonly CertificateAuthority[];
      readonly commonNames: readonly string[];
    }
  /** Who sends one of the tokens with these digests. */
  | { readonly kind: "bearerToken"; readonly digests: ReadonlySet<Digest> };
