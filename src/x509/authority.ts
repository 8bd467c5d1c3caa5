/**
 * Certificate authorities out of loose certificates, as a policy or a file of a private PKI holds them: every path from an
 * issuer up to one of the roots becomes an authority (verification-spec §7.4; RFC 5280 §6.1). Chains are ordered for
 * chain.ts, which judges them.
 */
import type { Certificate } from "./certificate.ts";
import { isIssuedBy, type CertificateAuthority } from "./chain.ts";

type Path = readonly [Certificate, ...Certificate[]];

const MAX_CHAIN = 10;
/** Certificates that issue one another have paths beyond number: of these the shortest are kept, one path is enough. */
const MAX_PATHS = 100;

/** A root alone is an authority too. An intermediate that leads to no root takes part in none. */
export function buildAuthorities(
  roots: readonly Certificate[],
  intermediates: readonly Certificate[],
): readonly CertificateAuthority[] {
  const paths: Path[] = roots.map((root) => [root]);
  const issued = new Map<Certificate, readonly Certificate[]>();
  const issuedBy = (parent: Certificate): readonly Certificate[] => {
    const children = issued.get(parent) ?? intermediates.filter((child) => isIssuedBy(child, parent));
    issued.set(parent, children);
    return children;
  };
  // the list grows while it is read, by longer and longer paths
  for (const path of paths) {
    if (path.length === MAX_CHAIN) break;
    for (const child of issuedBy(path[0])) {
      if (paths.length < MAX_PATHS && !path.includes(child)) paths.push([child, ...path]);
    }
  }
  return paths.map((chain) => ({ chain, validFor: {} }));
}
