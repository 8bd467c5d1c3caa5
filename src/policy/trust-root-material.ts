/**
 * The material of a TrustRoot out of what is written in it (policy-api.md §2.7): the text of a trusted_root.json, or the
 * parts of an instance. What cannot be used is a FieldError of its field; nothing is left out silently.
 */
import type { Interval } from "../encoding/interval.ts";
import { encodeUtf8 } from "../encoding/text.ts";
import { attempt, malformed } from "../failure/attempt.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { logIdOf, materialOf } from "../sigstore/instance-parts.ts";
import { chainOf, timestampAuthorityOf } from "../sigstore/trusted-root-authorities.ts";
import { checkUnseen, isLogKey } from "../sigstore/trusted-root-logs.ts";
import { parseTrustedRoot, type TrustMaterial } from "../sigstore/trusted-root.ts";
import type { TimestampAuthority } from "../timestamp/authority.ts";
import type { TransparencyLog } from "../transparency/entry.ts";
import type { CertificateAuthority } from "../x509/chain.ts";
import { parseCertificates } from "./certificate-list.ts";
import type { FieldError } from "./field-errors.ts";
import { readKey } from "./key-check.ts";
import type { TrustRootSpec } from "./trust-root-spec.generated.ts";
import { readTime } from "./written-time.ts";

/** A value, or what keeps it from being one. */
export interface Read<T> {
  readonly value?: T;
  readonly errors: readonly FieldError[];
}

type KeysSpec = NonNullable<TrustRootSpec["sigstoreKeys"]>;
type AuthoritySpec = NonNullable<KeysSpec["certificateAuthorities"]>[number];
type LogSpec = NonNullable<KeysSpec["tLogs"]>[number];

/** The text of a trusted_root.json. */
export function readInline(text: string): Read<TrustMaterial> {
  const result = attempt(() => parseTrustedRoot(encodeUtf8(text), { isBuiltIn: false }));
  if (result.ok) return { value: result.value, errors: [] };
  return { errors: [{ path: "spec.inline", message: result.failure.message }] };
}

/** Requires a spec that the schema took. */
export function readSigstoreKeys(keys: KeysSpec): Read<TrustMaterial> {
  const errors: FieldError[] = [];
  /** Each item with its path; one that fails becomes an error. */
  const readAll = <S, T>(list: keyof KeysSpec, specs: readonly S[] = [], read: (spec: S, path: string) => T): T[] =>
    specs.flatMap((spec, index) => {
      const path = `spec.sigstoreKeys.${list}[${index}]`;
      const result = attempt(() => read(spec, path));
      if (!result.ok) errors.push({ path, message: result.failure.message });
      return result.ok ? [result.value] : [];
    });
  const [logIds, ctLogIds] = [new Set<string>(), new Set<string>()];
  const parts = {
    certificateAuthorities: readAll("certificateAuthorities", keys.certificateAuthorities, readAuthority),
    timestampAuthorities: readAll("timestampAuthorities", keys.timestampAuthorities, readTimestampAuthority),
    logs: readAll("tLogs", keys.tLogs, (spec, path) => readLog(spec, path, logIds)),
    ctLogs: readAll("ctLogs", keys.ctLogs, (spec, path) => readLog(spec, path, ctLogIds)),
  };
  return errors.length > 0 ? { errors } : { value: materialOf(parts), errors };
}

function readAuthority(spec: AuthoritySpec, path: string): CertificateAuthority {
  const certificates = parseCertificates(spec.certChain).map(({ der }) => der);
  const chain = malformed("TrustRootMalformed", "trust root", () => chainOf(certificates, path));
  return { chain, validFor: windowOf(spec) };
}

function readTimestampAuthority(spec: AuthoritySpec, path: string): TimestampAuthority {
  const authority = readAuthority(spec, path);
  return malformed("TrustRootMalformed", "trust root", () => timestampAuthorityOf(authority, path));
}

function readLog(spec: LogSpec, path: string, seen: Set<string>): TransparencyLog {
  const key = readKey(spec.publicKey);
  if (typeof key === "string") throw new VerificationFailure("TrustRootKeyMalformed", key);
  if (!isLogKey(key)) {
    throw new VerificationFailure(
      "TrustRootKeyMalformed",
      "Cannot use the key of a log: want ECDSA, Ed25519, or RSA of 2048, 3072 or 4096 bits",
    );
  }
  const { baseURL: baseUrl } = spec;
  const keyId = logIdOf(key, baseUrl === undefined ? undefined : new URL(baseUrl).hostname);
  checkUnseen(seen, keyId, path);
  return { keyId, key, validFor: windowOf(spec), isBuiltIn: false, ...(baseUrl === undefined ? {} : { baseUrl }) };
}

/** Of times that the check has read. */
function windowOf({ validFrom, validUntil }: Pick<AuthoritySpec, "validFrom" | "validUntil">): Interval {
  const [start, end] = [validFrom, validUntil].map((text) => (text === undefined ? undefined : readTime(text)));
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}
