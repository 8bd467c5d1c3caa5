/**
 * A serving certificate made in memory at start, for those who bring none and have no cluster to keep a CA in: a CA and a
 * leaf (kubernetes.md §8). The CA is for the webhook configuration's caBundle; its key is forgotten at once.
 */
import type { Instant } from "../encoding/instant.ts";
import { issueLeaf, makeAuthority } from "./certificate-authority.ts";

export interface ServingCertificate {
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
  readonly notAfter: Instant;
}

const YEAR_MS = 365 * 24 * 3_600_000;

/** `names` are DNS names and IP addresses of the webhook. Valid from an hour before `now` for a year. */
export async function makeServingCertificate(names: readonly string[], now: Instant): Promise<ServingCertificate> {
  const authority = await makeAuthority({ now, lifetimeMs: YEAR_MS });
  const { certPem, keyPem, notAfter } = await issueLeaf(authority, names, { now, lifetimeMs: YEAR_MS });
  return { caPem: authority.certPem, certPem, keyPem, notAfter };
}
