/**
 * IP addresses by what lies behind them (registry.md §10; RFC 6890). Every form that carries an IPv4 address (mapped, NAT64,
 * 6to4) counts as that address.
 */
import { isWithin, parseAddress, parseNetwork, type Network } from "../encoding/ip-address.ts";

/**
 * "never" is called by nobody's leave: this host's network, link-local with the metadata services, multicast, reserved.
 * "private" and "loopback" are called where the operator opened them.
 */
export type Reach = "public" | "private" | "loopback" | "never";

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
