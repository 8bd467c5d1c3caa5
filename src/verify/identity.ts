/**
 * Step: who signed, held against the policy (verification-spec §8.3 step 10; §4.4, §4.5). Values are compared whole, never
 * in part: a pattern that matched anywhere in them would also match an attacker's address that holds it.
 */
import { quoted, VerificationFailure } from "../failure/failure.ts";
import type { ExtensionName, FulcioIdentity } from "../x509/fulcio-extensions.ts";
import type { SubjectAlternativeName } from "../x509/subject-alternative-name.ts";

/** A test of one whole value. */
export interface TextMatcher {
  /** For messages: `"x"`, or `a match of "x.*"`. */
  readonly wanted: string;
  matches(value: string): boolean;
}

export interface IdentityRequirement {
  /** Of the OIDC issuer. */
  readonly issuer: TextMatcher;
  /** Of the subject alternative name; may depend on what else the certificate says, as for a reusable workflow. */
  subject(identity: FulcioIdentity): TextMatcher;
  /** Of Fulcio's extensions, by name; one that is absent matches nothing. */
  readonly extensions: ReadonlyMap<ExtensionName, TextMatcher>;
}

/** Issuer and subject that matched. Fails with IdentityIssuerMissing, IdentityIssuerMismatch, IdentitySubjectMismatch or IdentityExtensionMismatch. */
export function verifyIdentity(
  identity: FulcioIdentity,
  requirement: IdentityRequirement,
): { readonly issuer: string; readonly subject: string } {
  const issuer = matchIssuer(identity.issuer, requirement.issuer);
  const subject = matchSubject([identity.subject], requirement.subject(identity));
  for (const [name, matcher] of requirement.extensions) checkExtension(identity, name, matcher);
  return { issuer, subject };
}

/** The first name that matches; any of them may be the one (§7.4). Fails with IdentitySubjectMismatch. */
export function matchSubject(names: readonly SubjectAlternativeName[], matcher: TextMatcher): string {
  const found = names.find(({ value }) => matcher.matches(value));
  if (found !== undefined) return found.value;
  const actual = names.length === 0 ? "a certificate without subject" : `subject ${names.map(nameText).join(", ")}`;
  throw new VerificationFailure("IdentitySubjectMismatch", `Cannot accept ${actual}, want ${matcher.wanted}`, {
    actual,
    expected: matcher.wanted,
  });
}

function nameText({ value }: SubjectAlternativeName): string {
  return quoted(value);
}

/** §4.4: without an issuer the same address could come from any identity provider. */
function matchIssuer(issuer: string | undefined, matcher: TextMatcher): string {
  if (issuer === undefined || issuer === "") {
    throw new VerificationFailure(
      "IdentityIssuerMissing",
      `Cannot accept a certificate that names no OIDC issuer, want ${matcher.wanted}`,
    );
  }
  if (matcher.matches(issuer)) return issuer;
  throw new VerificationFailure(
    "IdentityIssuerMismatch",
    `Cannot accept issuer ${quoted(issuer)}, want ${matcher.wanted}`,
    { actual: quoted(issuer), expected: matcher.wanted },
  );
}

function checkExtension({ extensions }: FulcioIdentity, name: ExtensionName, matcher: TextMatcher): void {
  const value = extensions.get(name);
  if (value !== undefined && matcher.matches(value)) return;
  const actual = value === undefined ? `a certificate without ${name}` : `${name} ${quoted(value)}`;
  throw new VerificationFailure("IdentityExtensionMismatch", `Cannot accept ${actual}, want ${matcher.wanted}`, {
    actual,
    expected: matcher.wanted,
  });
}
