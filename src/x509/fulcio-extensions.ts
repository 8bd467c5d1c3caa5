/**
 * What Fulcio writes into a certificate about the OIDC token that it saw (verification-spec §4.4; fulcio docs/oid-info.md,
 * arc 1.3.6.1.4.1.57264.1). .1 to .6 are raw strings, .8 to .24 DER UTF8Strings; an unknown number is ignored.
 */
import { expectTag, parseDer } from "../encoding/der.ts";
import { decodeUtf8 } from "../encoding/text.ts";
import { malformed } from "../failure/attempt.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";
import type { Certificate } from "./certificate.ts";
import { fulcioSubject, type SubjectAlternativeName } from "./subject-alternative-name.ts";

const ARC = "1.3.6.1.4.1.57264.1";
const ISSUER_V1 = `${ARC}.1`;
const ISSUER_V2 = `${ARC}.8`;
const UTF8_STRING = 0x0c;
const LAST_RAW = 6;

/** Names of policy-api.md §2.4, by the last number of the identifier. */
const NUMBERS = {
  githubWorkflowTrigger: 2,
  githubWorkflowSHA: 3,
  githubWorkflowName: 4,
  githubWorkflowRepository: 5,
  githubWorkflowRef: 6,
  buildSignerURI: 9,
  buildSignerDigest: 10,
  runnerEnvironment: 11,
  sourceRepositoryURI: 12,
  sourceRepositoryDigest: 13,
  sourceRepositoryRef: 14,
  sourceRepositoryIdentifier: 15,
  sourceRepositoryOwnerURI: 16,
  sourceRepositoryOwnerIdentifier: 17,
  buildConfigURI: 18,
  buildConfigDigest: 19,
  buildTrigger: 20,
  runInvocationURI: 21,
  sourceRepositoryVisibility: 22,
  deploymentEnvironment: 23,
  tokenSubject: 24,
} as const;

export type ExtensionName = keyof typeof NUMBERS;
export const EXTENSION_NAMES = Object.keys(NUMBERS) as readonly ExtensionName[];

const NAMED = EXTENSION_NAMES.map((name) => ({
  name,
  oid: `${ARC}.${NUMBERS[name]}`,
  isRaw: NUMBERS[name] <= LAST_RAW,
}));

export interface FulcioIdentity {
  readonly subject: SubjectAlternativeName;
  /** The OIDC issuer; absent in the oldest certificates and in those of private CAs. */
  readonly issuer?: string;
  readonly extensions: ReadonlyMap<ExtensionName, string>;
}

const identities = new WeakMap<Certificate, FulcioIdentity>();

/** Remembered for the certificate. Fails with CertificateIssuerConflict, FulcioExtensionMalformed or a CertificateName… code. */
export function fulcioIdentity(certificate: Certificate): FulcioIdentity {
  const known = identities.get(certificate);
  if (known !== undefined) return known;
  const issuer = issuerOf(certificate);
  const identity = {
    subject: fulcioSubject(certificate),
    ...(issuer === undefined ? {} : { issuer }),
    extensions: readNamed(certificate),
  };
  identities.set(certificate, identity);
  return identity;
}

function readNamed(certificate: Certificate): FulcioIdentity["extensions"] {
  const extensions = new Map<ExtensionName, string>();
  for (const { name, oid, isRaw } of NAMED) {
    const value = textOf(certificate, oid, isRaw);
    if (value !== undefined) extensions.set(name, value);
  }
  return extensions;
}

/** §4.4 issuer rule: .8 where present, else .1; different values speak for two issuers, so for none. */
function issuerOf(certificate: Certificate): string | undefined {
  const old = textOf(certificate, ISSUER_V1, true);
  const current = textOf(certificate, ISSUER_V2, false);
  if (old !== undefined && current !== undefined && old !== current) {
    throw new VerificationFailure(
      "CertificateIssuerConflict",
      `Cannot tell the OIDC issuer: the certificate names ${quoted(old)} and ${quoted(current)}`,
    );
  }
  return current ?? old;
}

function textOf({ extensions }: Certificate, oid: string, isRaw: boolean): string | undefined {
  const extension = extensions.get(oid);
  if (extension === undefined) return undefined;
  return malformed("FulcioExtensionMalformed", `extension ${oid}`, () =>
    decodeUtf8(isRaw ? extension.value : expectTag(parseDer(extension.value), UTF8_STRING, "value").content),
  );
}
