/**
 * The text of a trusted_root.json that lies outside of its TrustRoot (policy-api.md §2.7): in a ConfigMap or a Secret of
 * Sealgate's own namespace, from the API server or from a file. While it is missing or broken the root is not ready: no
 * other takes its place. Of a Secret messages name the member, never what stands there.
 */
import { decodeBase64 } from "../encoding/base64.ts";
import { isJsonObject } from "../encoding/guard.ts";
import type { JsonObject } from "../encoding/json.ts";
import { decodeUtf8, encodeUtf8 } from "../encoding/text.ts";
import { attempt } from "../failure/attempt.ts";
import { FAILURES } from "../failure/catalogue.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted } from "../failure/failure.ts";
import { parseTrustedRoot, type TrustMaterial } from "../sigstore/trusted-root.ts";
import type { Read } from "./trust-root-material.ts";

/** As it is written. */
export interface StoredRoot {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
  /** Member of its data. */
  readonly key: string;
}

export interface TrustRootSource extends StoredRoot {
  readonly namespace: string;
}

/** A text, or a clause that says why there is none: "the ConfigMap does not exist". */
export type RootText =
  { readonly kind: "text"; readonly text: string } | { readonly kind: "none"; readonly reason: string };

export type FindRootText = (source: TrustRootSource) => RootText;

/** Where texts outside of TrustRoot objects are looked up. */
export interface TrustRootSources {
  /** Sealgate's own, the only one. */
  readonly namespace: string;
  readonly find: FindRootText;
}

/** Where nothing outside of the objects can be read. */
export const NO_TRUST_ROOT_SOURCES: TrustRootSources = {
  namespace: "sealgate",
  find: () => none("nothing outside of the TrustRoot is read here"),
};

export const NO_OBJECT: Readonly<Record<StoredRoot["kind"], RootText>> = {
  ConfigMap: none("the ConfigMap does not exist"),
  Secret: none("the Secret does not exist"),
};

const MAX_BYTES = 1024 * 1024;

/** Members that hold text, and those that hold base64; `stringData` only a file has. */
const HELD = {
  ConfigMap: { text: "data", base64: "binaryData" },
  Secret: { text: "stringData", base64: "data" },
} as const;

/** `key` of a v1 ConfigMap or Secret. */
export function readRootText(kind: StoredRoot["kind"], object: JsonObject, key: string): RootText {
  const { text: texts, base64 } = HELD[kind];
  const written = memberOf(object.get(texts), key);
  const encoded = memberOf(object.get(base64), key);
  if (written === undefined && encoded === undefined) return none(`the ${kind} has no such member`);
  try {
    const bytes = written === undefined ? decodeBase64(encoded ?? "") : encodeUtf8(written);
    if (bytes.length > MAX_BYTES) return none(`it is larger than ${MAX_BYTES} bytes`);
    return { kind: "text", text: decodeUtf8(bytes) };
  } catch (error) {
    if (!(error instanceof EncodingError)) throw error;
    return none("it is not text");
  }
}

/** The material of what was found. */
export function readStoredRoot(source: TrustRootSource, found: RootText): Read<TrustMaterial> {
  const { kind, namespace, name, key } = source;
  const wrong = (reason: string): Read<TrustMaterial> => {
    const message = `member ${quoted(key)} of ${kind} ${quoted(`${namespace}/${name}`)}: ${reason}`;
    return { errors: [{ path: kind === "Secret" ? "spec.secret" : "spec.configMap", message }] };
  };
  if (found.kind === "none") return wrong(found.reason);
  const result = attempt(() => parseTrustedRoot(encodeUtf8(found.text), { isBuiltIn: false }));
  if (result.ok) return { value: result.value, errors: [] };
  // What is malformed may be quoted, and a Secret may hold something else
  const { code, message } = result.failure;
  return wrong(kind === "Secret" ? `${code}: ${FAILURES[code].hint}` : message);
}

/** Texts between which nothing has to be compiled anew. */
export function isSameText(before: RootText | undefined, after: RootText): boolean {
  if (before?.kind === "text") return after.kind === "text" && after.text === before.text;
  return after.kind === "none" && before?.reason === after.reason;
}

function memberOf(data: unknown, key: string): string | undefined {
  const value = isJsonObject(data) ? data.get(key) : undefined;
  return typeof value === "string" ? value : undefined;
}

function none(reason: string): RootText {
  return { kind: "none", reason };
}
