/**
 * IP addresses by what lies behind them (registry.md §10; RFC 6890). Every form that carries an IPv4 address (mapped, NAT64,
 * 6to4) counts as that address. Sixteen bytes always: an IPv4 address is its mapped form.
 */

/**
 * "never" is called by nobody's leave: this host's network, link-local with the metadata services, multicast, reserved.
 * "private" and "loopback" are called where the operator opened them.
 */
export type Reach = "public" | "private" | "loopback" | "never";

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

/** What lies behind an address; what cannot be read is never called. */
export function reachOf(text: string): Reach {
  const address = parseAddress(text);
  return address === undefined ? "never" : reachOfBytes(address);
}

function reachOfBytes(address: Uint8Array): Reach {
  const carried = carriedV4(address);
  if (carried !== undefined) return reachOfBytes(carried);
  for (const [reach, networks] of RANGES) if (networks.some((network) => isWithin(address, network))) return reach;
  return "public";
}

function networks(...texts: readonly string[]): readonly Network[] {
  return texts.map((text) => {
    const network = parseNetwork(text);
    if (network === undefined) throw new Error(`"${text}" is no network`);
    return network;
  });
}

/** The first that holds an address says what it is: single addresses stand before the ranges around them. */
const RANGES: readonly (readonly [Reach, readonly Network[]])[] = [
  // Metadata services and their kin outside of link-local: AWS, Google, Alibaba, Azure's wire server
  ["never", networks("fd00:ec2::/32", "fd20:ce::254", "100.100.100.200", "168.63.129.16")],
  ["loopback", networks("127.0.0.0/8", "::1")],
  // ::/96 was IPv4-compatible (RFC 4291 §2.5.5.1): obsolete, so nobody has one but who means harm.
  ["never", networks("::/96", "0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4")],
  ["never", networks("fe80::/10", "fec0::/10", "ff00::/8", "100::/64", "2001::/32", "64:ff9b:1::/48")],
  ["private", networks("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15", "fc00::/7")],
];
/** Where in an IPv6 address an IPv4 address stands: NAT64 (RFC 6052), 6to4 (RFC 3056). */
const CARRIERS = [
  { network: networks("64:ff9b::/96")[0], offset: 12 },
  { network: networks("2002::/16")[0], offset: 2 },
] as const;
/** The mapped form of the IPv4 address that another form carries. */
function carriedV4(address: Uint8Array): Uint8Array | undefined {
  for (const { network, offset } of CARRIERS) {
    if (network === undefined || !isWithin(address, network)) continue;
    const v4 = address.subarray(offset, offset + 4);
    return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...v4);
  }
  return undefined;
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
