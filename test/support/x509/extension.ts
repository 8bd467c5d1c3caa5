/** Certificate extensions as whole Extension values, by the standards' names (RFC 5280 §4.2; verification-spec §4.4). */
import { encodeUtf8 } from "../../../src/encoding/text.ts";
import {
  boolean,
  contextPrimitive,
  integer,
  namedBits,
  nul,
  octetString,
  oid,
  sequence,
  utf8String,
} from "../der-writer.ts";

type Bytes = Uint8Array;

/** Named, so that a test replaces one (the place in the order stays) or leaves one out (undefined). */
export type ExtensionSet = Readonly<Record<string, Bytes | undefined>>;

export const EXTENSION = {
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  authorityKeyId: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  fulcio: "1.3.6.1.4.1.57264.1",
  sctList: "1.3.6.1.4.1.11129.2.4.2",
  poison: "1.3.6.1.4.1.11129.2.4.3",
} as const;

export const PURPOSE = {
  any: "2.5.29.37.0",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  timeStamping: "1.3.6.1.5.5.7.3.8",
} as const;

const KEY_USAGE_BITS = {
  digitalSignature: 0,
  keyEncipherment: 2,
  keyCertSign: 5,
  cRLSign: 6,
  decipherOnly: 8,
} as const;

/** One Extension; `value` is what stands in its OCTET STRING. */
export function extension(dotted: string, value: Bytes, critical = false): Bytes {
  return sequence(oid(dotted), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** `isCa` false is the default and so is not written. */
export function basicConstraints(isCa: boolean, pathLength?: number, critical = true): Bytes {
  const members = [...(isCa ? [boolean(true)] : []), ...(pathLength === undefined ? [] : [integer(pathLength)])];
  return extension(EXTENSION.basicConstraints, sequence(...members), critical);
}

export function keyUsage(usages: readonly (keyof typeof KEY_USAGE_BITS)[], critical = true): Bytes {
  return extension(EXTENSION.keyUsage, namedBits(...usages.map((usage) => KEY_USAGE_BITS[usage])), critical);
}

export function extendedKeyUsage(purposes: readonly string[], critical = false): Bytes {
  return extension(EXTENSION.extendedKeyUsage, sequence(...purposes.map(oid)), critical);
}

export function subjectKeyId(keyId: Bytes): Bytes {
  return extension(EXTENSION.subjectKeyId, octetString(keyId));
}

export function authorityKeyId(keyId: Bytes): Bytes {
  return extension(EXTENSION.authorityKeyId, sequence(contextPrimitive(0, keyId)));
}

/** Critical unless said: the subject of a leaf is empty. */
export function subjectAltName(names: readonly Bytes[], critical = true): Bytes {
  return extension(EXTENSION.subjectAltName, sequence(...names), critical);
}

/** Marks a precertificate (RFC 6962 §3.1). */
export function poison(): Bytes {
  return extension(EXTENSION.poison, nul(), true);
}

/** Fulcio's extensions by number: 1 to 6 are raw text, the others UTF8String; bytes are the value as it is. */
export function fulcioExtensions(values: Readonly<Record<number, string | Bytes>>): ExtensionSet {
  const entries = Object.entries(values).map(([number, value]) => [
    `fulcio${number}`,
    extension(`${EXTENSION.fulcio}.${number}`, fulcioValue(Number(number), value)),
  ]);
  return Object.fromEntries(entries) as ExtensionSet;
}

function fulcioValue(number: number, value: string | Bytes): Bytes {
  if (typeof value !== "string") return value;
  return number <= 6 ? encodeUtf8(value) : utf8String(value);
}
