/**
 * Certificate authorities out of loose certificates, as a policy or a file of a private PKI holds them: every path from an
 * issuer up to one of the roots becomes an authority (verification-spec §7.4; RFC 5280 §6.1). Chains are ordered for
 * chain.ts, which judges them.
 */
import type { Certificate } from "./certificate.ts";
import { isIssuedBy, type CertificateAuthority } from "./chain.ts";

const MAX_CHAIN = 10;

/** A root alone is an authority too. An intermediate that leads to no root takes part in none. */
export function buildAuthorities(
  roots: readonly Certificate[],
  intermediates: readonly Certificate[],
): readonly CertificateAuthority[] {
  const authorities: CertificateAuthority[] = [];
  const extend = (chain: readonly Certificate[]): void => {
    authorities.push({ chain, validFor: {} });
    if (chain.length === MAX_CHAIN) return;
    const [parent] = chain;
    for (const child of intermediates) {
      if (parent !== undefined && !chain.includes(child) && isIssuedBy(child, parent)) extend([child, ...chain]);
    }
  };
  for (const root of roots) extend([root]);
  return authorities;
}
