/**
 * in-toto statements of version 0.1 and 1 (verification-spec §2.3). Read only from bytes that a signature covers.
 * Unknown members are ignored, as in-toto demands; subject names are ignored, since they prove nothing. An absent
 * predicate is allowed only for cosign's own image signature.
 */
import { HASH_BYTES } from "../crypto/digest.ts";
import { asArray, asObject, asString } from "../encoding/guard.ts";
import { decodeHex } from "../encoding/hex.ts";
import { parseJson, type JsonObject, type JsonValue } from "../encoding/json.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError, LimitError } from "../failure/encoding-error.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";

/** The predicate type of an image signature in the form of a statement (§2.4). */
export const SIGNATURE_PREDICATE_TYPE = "https://sigstore.dev/cosign/sign/v1";

export interface Subject {
  /** Algorithm name to hex; lower-case hex of the right length for the algorithms that we know. */
  readonly digests: ReadonlyMap<string, string>;
  readonly annotations: JsonObject;
}

export interface Statement {
  readonly subjects: readonly Subject[];
  readonly predicateType: string;
  /** Absent from an image signature alone. Integers beyond 2^53 are rounded. */
  readonly predicate?: JsonValue;
}

const STATEMENT_TYPES = ["https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"];
const MAX_SUBJECTS = 1024;
const MAX_DIGESTS = 32;
/** A hundred thousand findings of a scanner have three million; who reads so many has a thread and a time for it. */
const MAX_VALUES = 4_000_000;
const KNOWN_DIGESTS: ReadonlyMap<string, number> = new Map(Object.entries(HASH_BYTES));

/** Fails with StatementMalformed or the Statement… code of the rule that is broken. */
export function parseStatement(payload: Uint8Array): Statement {
  return malformed("StatementMalformed", "in-toto statement", () => {
    const statement = asObject(readJson(payload), "statement");
    checkType(asString(statement.get("_type"), "_type"));
    const subjects = readSubjects(statement.get("subject"));
    const predicateType = asString(statement.get("predicateType"), "predicateType");
    if (predicateType === "") throw new EncodingError("predicateType is empty");
    const predicate = statement.get("predicate") ?? undefined;
    checkPredicate(predicate, predicateType);
    return { subjects, predicateType, ...(predicate !== undefined && { predicate }) };
  });
}

/** Too much is not malformed: nobody knows what such a statement says, and a rule that asks for all of them has to fail. */
function readJson(payload: Uint8Array): JsonValue {
  try {
    return parseJson(payload, { maxValues: MAX_VALUES, roundIntegers: true });
  } catch (error) {
    throw error instanceof LimitError ? tooLarge(error.message) : error;
  }
}

function checkType(type: string): void {
  if (STATEMENT_TYPES.includes(type)) return;
  throw new VerificationFailure(
    "StatementTypeUnknown",
    `Cannot read a statement of _type ${quoted(type)}, want ${STATEMENT_TYPES.map(quoted).join(" or ")}`,
  );
}

function readSubjects(value: JsonValue | undefined): readonly Subject[] {
  const list = asArray(value ?? [], "subject");
  if (list.length === 0) {
    throw new VerificationFailure("StatementSubjectMissing", "Cannot use a statement without subject, want at least 1");
  }
  if (list.length > MAX_SUBJECTS) throw tooLarge(`${list.length} subjects, want at most ${MAX_SUBJECTS}`);
  return list.map((entry, index) => readSubject(asObject(entry, `subject[${index}]`), `subject[${index}]`));
}

function readSubject(subject: JsonObject, path: string): Subject {
  const digests = new Map<string, string>();
  for (const [algorithm, hex] of asObject(subject.get("digest"), `${path}.digest`)) {
    digests.set(algorithm, readDigest(algorithm, hex, `${path}.digest`));
  }
  if (digests.size > MAX_DIGESTS) throw tooLarge(`${digests.size} digests in ${path}, want at most ${MAX_DIGESTS}`);
  return { digests, annotations: asObject(subject.get("annotations") ?? new Map(), `${path}.annotations`) };
}

/** §0.4: a digest that two readers could take for two values names nothing. Other algorithms are kept as they stand. */
function readDigest(algorithm: string, value: unknown, path: string): string {
  const hex = asString(value, `${path} member`);
  const byteLength = KNOWN_DIGESTS.get(algorithm);
  if (byteLength !== undefined) {
    malformed("StatementDigestMalformed", `${algorithm} of ${path}`, () => decodeHex(hex, byteLength));
  }
  return hex;
}

function checkPredicate(predicate: JsonValue | undefined, predicateType: string): void {
  if (predicate !== undefined || predicateType === SIGNATURE_PREDICATE_TYPE) return;
  throw new VerificationFailure(
    "StatementPredicateMissing",
    `Cannot use a statement of predicate type ${quoted(predicateType)} without predicate`,
  );
}

function tooLarge(what: string): VerificationFailure {
  return new VerificationFailure("StatementTooLarge", `Cannot read a statement: ${what}`);
}
