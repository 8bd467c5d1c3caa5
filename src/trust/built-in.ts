/**
 * The trust roots that are embedded in the program: Sigstore's public good instance, GitHub's own, and Sigstore's staging,
 * which nobody trusts but who tests. Each is read once, when it is first asked for.
 */
import { encodeUtf8 } from "../encoding/text.ts";
import type { TrustRequirements, TrustRoot } from "../ports/trust.ts";
import { parseTrustedRoot } from "../sigstore/trusted-root.ts";
import { BUILT_IN_ROOTS } from "./built-in-roots.generated.ts";

type BuiltInName = keyof typeof BUILT_IN_ROOTS;

const LOGGED: TrustRequirements = { transparencyLog: true, signedCertificateTimestamp: true, timestamp: false };
/** §7.5: GitHub's instance has no log of either kind; a time stamp proves when it signed. */
const STAMPED: TrustRequirements = { transparencyLog: false, signedCertificateTimestamp: false, timestamp: true };

const REQUIREMENTS: Readonly<Record<BuiltInName, TrustRequirements>> = {
  "sigstore-public-good": LOGGED,
  github: STAMPED,
  "sigstore-staging": LOGGED,
};

const read = new Map<BuiltInName, TrustRoot>();

/** Undefined for a name that is not built in. */
export function builtInTrustRoot(name: string): TrustRoot | undefined {
  if (!isBuiltIn(name)) return undefined;
  const root = read.get(name) ?? readRoot(name);
  read.set(name, root);
  return root;
}

function isBuiltIn(name: string): name is BuiltInName {
  return Object.hasOwn(BUILT_IN_ROOTS, name);
}

function readRoot(name: BuiltInName): TrustRoot {
  const material = parseTrustedRoot(encodeUtf8(BUILT_IN_ROOTS[name].json), { isBuiltIn: true });
  return { name, material, requires: REQUIREMENTS[name] };
}
