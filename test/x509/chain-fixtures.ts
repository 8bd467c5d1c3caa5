/** Chains of three certificates of which one differs, and what the tests of chain.ts ask of them. */
import assert from "node:assert/strict";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { verifyChain, type CertificateAuthority, type Purpose } from "../../src/x509/chain.ts";
import { failsWith } from "../support/failures.ts";
import {
  authorityOf,
  ISSUED_AT,
  makeIntermediate,
  makeLeaf,
  makeRoot,
  type CertificateParts,
  type TestCertificate,
} from "../support/x509/certificate.ts";

export const root = makeRoot();
export const intermediate = makeIntermediate(root);
export const leaf = makeLeaf(intermediate);
export const authority = authorityOf([intermediate, root]);
/** A time at which all of them hold. */
export const AT = [ISSUED_AT + 1000];

export interface Link {
  readonly leaf: TestCertificate;
  readonly authority: CertificateAuthority;
}

/** A chain of three; each part says what differs in one of its certificates. */
export function chainOf(parts: {
  root?: CertificateParts;
  intermediate?: CertificateParts;
  leaf?: CertificateParts;
}): Link {
  const top = makeRoot(parts.root);
  const middle = makeIntermediate(top, parts.intermediate);
  return { leaf: makeLeaf(middle, parts.leaf), authority: authorityOf([middle, top]) };
}

export function verify(link: Link, times: readonly number[] = AT, purpose: Purpose = "codeSigning"): void {
  const { issuer, authority: by } = verifyChain(link.leaf.parsed, [link.authority], times, purpose);
  assert.equal(by, link.authority);
  assert.equal(issuer, link.authority.chain[0]);
}

export function refuses(code: FailureCode, link: Link, times: readonly number[] = AT): void {
  failsWith(code, () => verifyChain(link.leaf.parsed, [link.authority], times, "codeSigning"));
}
