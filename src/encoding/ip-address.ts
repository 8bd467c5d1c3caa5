/**
 * IP addresses and networks as bytes, sixteen always: an IPv4 address is its mapped form (RFC 4291 §2.5.5.2). Read strictly:
 * no zones, no IPv4 in any but the dotted form, no leading zeros, which some take for octal.
 */

export interface Network {
  readonly base: Uint8Array;
  readonly prefix: number;
}

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const MAPPED_BITS = 96;

/** undefined for what is no address, among it zones and IPv4 in any but the dotted form. */
export function parseAddress(text: string): Uint8Array | undefined {
  const v4 = parseV4(text);
  if (v4 !== undefined) return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...v4);
  return text.includes(":") ? parseV6(text) : undefined;
}

/** "10.0.0.0/8", "fd00::/8", or one address. */
export function parseNetwork(text: string): Network | undefined {
  const [address = "", length, ...more] = text.split("/");
  const base = parseAddress(address);
  if (base === undefined || more.length > 0) return undefined;
  const offset = address.includes(":") ? 0 : MAPPED_BITS;
  if (length === undefined) return { base, prefix: 128 };
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) + offset : Number.NaN;
  return prefix <= 128 ? { base, prefix } : undefined;
}

export function isWithin(address: Uint8Array, { base, prefix }: Network): boolean {
  const whole = Math.floor(prefix / 8);
  const rest = prefix % 8;
  for (let i = 0; i < whole; i++) if (address[i] !== base[i]) return false;
  const mask = (0xff << (8 - rest)) & 0xff;
  return rest === 0 || ((address[whole] ?? 0) & mask) === ((base[whole] ?? 0) & mask);
}

function parseV4(text: string): readonly number[] | undefined {
  const parts = IPV4.exec(text)?.slice(1);
  // A leading zero is octal to some readers.
  if (parts === undefined || parts.some((part) => part.length > 1 && part.startsWith("0"))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function parseV6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, i) => (half === "" ? [] : groupsOf(half, i === halves.length - 1)));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const rest = tail ?? [];
  const missing = 16 - head.length - rest.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return Uint8Array.of(...head, ...Array.from({ length: missing }, () => 0), ...rest);
}

/** "ff9b:127.0.0.1" as bytes; IPv4 may only end it. */
function groupsOf(half: string, isLast: boolean): readonly number[] | undefined {
  const bytes: number[] = [];
  const groups = half.split(":");
  for (const [index, group] of groups.entries()) {
    const v4 = isLast && index === groups.length - 1 ? parseV4(group) : undefined;
    if (v4 !== undefined) bytes.push(...v4);
    else if (/^[0-9a-f]{1,4}$/i.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255);
    else return undefined;
  }
  return bytes;
}
