/**
 * What `sealgate verify` is asked, as the entry of a policy: cosign's flags in the words of policies. What does not go
 * together is said before anything is fetched.
 */
import type { EntrySpec } from "../policy/types.ts";
import { UsageError, type CommandIo } from "./io.ts";
import type { RegistryFlags } from "./registry-flags.ts";
import type { RegistryUserFlags } from "./registry-user.ts";

export interface VerifyFlags extends RegistryFlags, RegistryUserFlags {
  readonly key?: string;
  readonly certificateIdentity?: string;
  readonly certificateIdentityRegexp?: string;
  readonly certificateOidcIssuer?: string;
  readonly certificateOidcIssuerRegexp?: string;
  readonly trustedRoot?: string;
  readonly insecureIgnoreTlog: boolean;
  readonly insecureIgnoreSct: boolean;
  readonly requireTimestamp: boolean;
  readonly annotations: Readonly<Record<string, string>>;
  /** cosign's name of the same: there the time stamp stands in place of the log's time, here beside it. */
  readonly useSignedTimestamps: boolean;
  readonly output: "text" | "json";
  readonly config?: string;
}

/** Throws UsageError. */
export function entryOf(flags: VerifyFlags, io: CommandIo): EntrySpec {
  const { insecureIgnoreTlog, insecureIgnoreSct, annotations } = flags;
  const requireTimestamp = wantsTimestamp(flags);
  const signer = flags.key === undefined ? keylessOf(flags) : keysOf(flags.key, flags, io);
  return {
    name: "command-line",
    ...signer,
    ...(insecureIgnoreTlog ? { insecureIgnoreTlog } : {}),
    ...(insecureIgnoreSct ? { insecureIgnoreSCT: true } : {}),
    ...(requireTimestamp ? { requireTimestamp } : {}),
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
}

const CERTIFICATE_FLAGS = {
  certificateIdentity: "--certificate-identity",
  certificateIdentityRegexp: "--certificate-identity-regexp",
  certificateOidcIssuer: "--certificate-oidc-issuer",
  certificateOidcIssuerRegexp: "--certificate-oidc-issuer-regexp",
} as const;

function keysOf(file: string, flags: VerifyFlags, io: CommandIo): Pick<EntrySpec, "keys"> {
  for (const [name, flag] of Object.entries(CERTIFICATE_FLAGS)) {
    if (flags[name as keyof typeof CERTIFICATE_FLAGS] === undefined) continue;
    throw new UsageError(`--key and ${flag} exclude each other: a key has no certificate`);
  }
  if (flags.insecureIgnoreSct) {
    throw new UsageError("--key and --insecure-ignore-sct exclude each other: a key has no certificate");
  }
  return { keys: { publicKeys: io.readText(file) } };
}

function keylessOf(flags: VerifyFlags): Pick<EntrySpec, "keyless"> {
  const { certificateIdentity: subject, certificateIdentityRegexp: subjectRegExp } = flags;
  const { certificateOidcIssuer: issuer, certificateOidcIssuerRegexp: issuerRegExp } = flags;
  exactlyOne("who must have signed", subject, subjectRegExp, "--certificate-identity");
  exactlyOne("which issuer must have known the signer", issuer, issuerRegExp, "--certificate-oidc-issuer");
  if (flags.insecureIgnoreTlog && !wantsTimestamp(flags)) {
    throw new UsageError(
      "--insecure-ignore-tlog needs --require-timestamp beside a certificate: nothing else would prove when it signed",
    );
  }
  return {
    keyless: {
      ...(subject === undefined ? {} : { subject }),
      ...(subjectRegExp === undefined ? {} : { subjectRegExp }),
      ...(issuer === undefined ? {} : { issuer }),
      ...(issuerRegExp === undefined ? {} : { issuerRegExp }),
    },
  };
}

function wantsTimestamp({ requireTimestamp, useSignedTimestamps }: VerifyFlags): boolean {
  return requireTimestamp || useSignedTimestamps;
}

function exactlyOne(what: string, exact: string | undefined, expression: string | undefined, flag: string): void {
  if ((exact === undefined) !== (expression === undefined)) return;
  const wanted =
    "give --key, or one of --certificate-identity and --certificate-identity-regexp together with one of --certificate-oidc-issuer and --certificate-oidc-issuer-regexp";
  throw new UsageError(
    exact === undefined ? `Cannot tell ${what}: ${wanted}` : `${flag} and ${flag}-regexp exclude each other`,
  );
}

const FLAGS: Readonly<Record<string, string>> = {
  "keys.publicKeys": "--key",
  "keyless.subject": CERTIFICATE_FLAGS.certificateIdentity,
  "keyless.subjectRegExp": CERTIFICATE_FLAGS.certificateIdentityRegexp,
  "keyless.issuer": CERTIFICATE_FLAGS.certificateOidcIssuer,
  "keyless.issuerRegExp": CERTIFICATE_FLAGS.certificateOidcIssuerRegexp,
};

/** The flag that wrote what stands at a path of the policy. */
export function flagOf(path: string): string {
  const field = path.replace(/^.*\.entries\[0\]\./, "");
  return FLAGS[field] ?? (field.startsWith("annotations") ? "--annotations" : path);
}
