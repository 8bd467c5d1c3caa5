/** Distinguished names and every kind of GeneralName (RFC 5280 §4.1.2.4, §4.2.1.6). */
import { encodeUtf8 } from "../../../src/encoding/text.ts";
import { context, contextPrimitive, oid, sequence, set, utf8String } from "../der-writer.ts";

type Bytes = Uint8Array;

const ATTRIBUTES = { organization: "2.5.4.10", commonName: "2.5.4.3" } as const;

/** A Name of single attributes in the given order; `string` writes their values. */
export function distinguishedName(
  attributes: Partial<Record<keyof typeof ATTRIBUTES, string>>,
  string: (text: string) => Bytes = utf8String,
): Bytes {
  const entries = Object.entries(attributes) as [keyof typeof ATTRIBUTES, string][];
  return sequence(...entries.map(([name, value]) => set(sequence(oid(ATTRIBUTES[name]), string(value)))));
}

/** type-id of Fulcio's user names (verification-spec §4.3). */
const FULCIO_USERNAME = "1.3.6.1.4.1.57264.1.7";

/** Writers of one GeneralName each. Text goes in as UTF-8, though most kinds are IA5Strings. */
export const generalName = {
  otherName: (value: Bytes | string, type: string = FULCIO_USERNAME): Bytes =>
    context(0, oid(type), context(0, typeof value === "string" ? utf8String(value) : value)),
  email: (text: string | Bytes): Bytes => contextPrimitive(1, bytesOf(text)),
  dns: (text: string | Bytes): Bytes => contextPrimitive(2, bytesOf(text)),
  x400Address: (): Bytes => context(3),
  directoryName: (name: Bytes): Bytes => context(4, name),
  ediPartyName: (party: string): Bytes => context(5, context(1, utf8String(party))),
  uri: (text: string | Bytes): Bytes => contextPrimitive(6, bytesOf(text)),
  ip: (address: Bytes): Bytes => contextPrimitive(7, address),
  registeredId: (dotted: string): Bytes => contextPrimitive(8, oid(dotted).subarray(2)),
} as const;

function bytesOf(text: string | Bytes): Bytes {
  return typeof text === "string" ? encodeUtf8(text) : text;
}
