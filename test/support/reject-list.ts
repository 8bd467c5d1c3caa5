/**
 * The reject list, verification-spec §12: every negative case by its list and clause, as they stand there. Test titles name
 * them: "reject list: LIST: CLAUSE", or "reject list: CLAUSE" where no other list has a clause that begins alike. Behind the
 * clause a title says which of its cases it is. test/reject-list.test.ts finds the clause that no test names.
 */
export const REJECT_LIST: Readonly<Record<string, readonly string[]>> = {
  "Container/registry": [
    "manifest digest ≠ requested",
    "blob digest/size ≠ descriptor",
    "too many layers/referrers/bytes",
    "unexpected media type",
    "more than one layer in a bundle manifest",
    "registry outage treated as absence (must be Undetermined)",
    '`.sig` layer without the signature annotation or with ""',
    "invalid base64/PEM/JSON annotation",
  ],
  Payload: [
    "digest claim ≠ D",
    "wrong `critical.type`",
    "unknown critical member",
    "requested annotation missing/different",
    "payloadType ≠ in-toto",
    "0 or > 1 DSSE signatures",
    "bad PAE signature",
    "`_type` unknown",
    "no subject / null subject / no matching sha256",
    "predicateType ≠ rule",
    "predicate missing",
    "duplicate keys",
  ],
  Key: [
    "unsupported type/curve/size/hash",
    "private key given",
    "wrong key",
    "bundle has key but rule is keyless and vice versa",
    "key window violated, or window without a proven time",
  ],
  Certificate: [
    "malformed/BER/trailing",
    "empty chain",
    "root in bundle chain",
    "x509CertificateChain in v0.3",
    "no path to a CA of the selected root",
    "wrong signature",
    "name mismatch",
    "expired/not-yet-valid leaf or CA at any verified time",
    "CA window",
    "leaf is CA",
    "missing codeSigning",
    "CA without cA/keyCertSign",
    "pathLen",
    "unknown critical extension",
    "duplicate extension",
    "weak algorithm",
    "zero or > 1 SAN",
    "unsupported SAN kind",
    "issuer missing or .1/.8 conflict",
    "identity or extension mismatch",
  ],
  SCT: [
    "none",
    "list malformed",
    "unknown log only",
    "outside log window",
    "bad signature",
    "wrong issuer key",
    "below threshold",
    "precert poison",
  ],
  "Tlog v1": [
    "none",
    "unknown log",
    "log window",
    "SET missing where required (v0.1, legacy, integrated time) or invalid",
    "proof missing (≥ v0.2), without checkpoint, malformed, wrong",
    "checkpoint unsigned/bad hint/bad signature/bad origin/root or size mismatch",
    "body not decodable",
    "kind/version unsupported or ≠ kindVersion",
    "signature, key/cert, digest, algorithm, payloadHash, envelopeHash mismatch",
    "negative index",
    "duplicate entry (logID, index)",
    "> 32",
    "integratedTime outside leaf validity or in the future",
  ],
  "Tlog v2": [
    "no proof/checkpoint",
    "origin ≠ host",
    "baseUrl missing",
    "body ≠ reconstruction",
    "no RFC 3161 time (certificate)",
    "unknown kind",
  ],
  TSA: [
    "status ≠ 0",
    "malformed/trailing",
    "wrong content type",
    "≠ 1 signer",
    "signer not the trusted leaf",
    "missing/duplicate attributes",
    "messageDigest mismatch",
    "bad signature",
    "weak hash",
    "imprint ≠ H(signature)",
    "chain/EKU/CA-flag",
    "genTime outside chain, TSA window, leaf validity, or future",
    "none when required",
    "> 32",
  ],
  Time: ["zero verified times for a certificate", "current time used without `insecureUseCurrentTime`"],
  "Bundle/trust root": [
    "unknown version/media type",
    "both or neither of a oneof",
    "unknown member",
    "messageDigest ≠ artifact",
    "bundle from another instance",
    "trust root with tlog lacking validFor.start, duplicate keyIds, unparsable keys",
  ],
  Policy: [
    "rule without issuer or subject",
    "regex that does not compile in RE2",
    "threshold < 1 unless an `insecure…` field or the trust root says so",
    "`count` satisfied by one principal twice",
  ],
};

const PREFIX = "reject list: ";

/** The clauses, as "LIST: CLAUSE", that none of the titles names. */
export function unnamedClauses(titles: readonly string[]): readonly string[] {
  const named = titles.flatMap((title) => title.split(PREFIX).slice(1));
  return Object.entries(REJECT_LIST).flatMap(([list, clauses]) =>
    clauses
      .filter((clause) => !named.some((name) => namesClause(name, list, clause)))
      .map((clause) => `${list}: ${clause}`),
  );
}

function namesClause(name: string, list: string, clause: string): boolean {
  const rest = name.startsWith(`${list}: `) ? name.slice(list.length + 2) : isUnique(clause) ? name : "";
  // Behind the clause no word may go on: "none" is not "nonetheless"
  return rest.startsWith(clause) && !/^[\p{L}\p{N}]/u.test(rest.slice(clause.length));
}

function isUnique(clause: string): boolean {
  return (
    Object.values(REJECT_LIST)
      .flat()
      .filter((other) => other.startsWith(clause)).length === 1
  );
}
