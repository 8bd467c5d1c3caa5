/**
 * Which proxy a registry is called by (registry.md §11). NO_PROXY as Go's programs read it, networks among it, since that is
 * what clusters have in it. This machine is never called by a proxy.
 */
import { isWithin, parseAddress, parseNetwork, type Network } from "../encoding/ip-address.ts";
import type { ProxySettings } from "../ports/registry-settings.ts";
import { reachOf } from "./address.ts";
import { nameOf, portOf } from "./destinations.ts";

/** The proxy for a URL; undefined: the host itself is called. */
export type ProxyOf = (url: URL) => URL | undefined;

interface Exempt {
  /** A name and all names below it. */
  readonly name?: string;
  /** Names below it alone: it was written with a dot, or "*.", before it. */
  readonly isBelow?: boolean;
  readonly network?: Network;
  readonly port?: number;
}

export function compileProxy(settings: ProxySettings | undefined): ProxyOf {
  if (settings === undefined) return () => undefined;
  const proxy = new URL(settings.url);
  const exempt = compileNoProxy(settings.noProxy);
  return (url) => (exempt(url) ? undefined : proxy);
}

/** The environment names a proxy that cannot be used. */
export class ProxyError extends Error {}

/** HTTPS_PROXY and NO_PROXY; lower case before upper, as curl has it. Everything is tunnelled, so HTTP_PROXY says nothing. Throws ProxyError. */
export function proxyOfEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): ProxySettings | undefined {
  const read = (name: string): string => environment[name.toLowerCase()] || environment[name] || "";
  const written = read("HTTPS_PROXY");
  if (written === "") return undefined;
  const url = written.includes("://") ? written : `http://${written}`;
  // It may hold a password: it is not repeated.
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new ProxyError(
      "Cannot use HTTPS_PROXY: it is no address of a proxy, want http:// or https://, host and port",
    );
  }
  return {
    url,
    noProxy: read("NO_PROXY")
      .split(/[\s,]+/)
      .filter((entry) => entry !== ""),
  };
}

/** True for what is called without a proxy. An entry that cannot be read exempts nothing. */
export function compileNoProxy(entries: readonly string[]): (url: URL) => boolean {
  const exempt = entries.map((entry) => parseExempt(entry.toLowerCase()));
  const exemptsAll = entries.includes("*");
  return (url) => exemptsAll || isThisMachine(url) || exempt.some((each) => matches(each, url));
}

function parseExempt(entry: string): Exempt {
  const network = parseNetwork(entry.replace(/^\[(.*)\]$/, "$1"));
  if (network !== undefined) return { network };
  const [, host = "", port] = /^(.*?)(?::(\d{1,5}))?$/.exec(entry) ?? [];
  const withPort = port === undefined ? {} : { port: Number(port) };
  const address = parseNetwork(host.replace(/^\[(.*)\]$/, "$1"));
  if (address !== undefined) return { network: address, ...withPort };
  const isBelow = host.startsWith(".") || host.startsWith("*.");
  return { name: host.replace(/^\*?\./, "").replace(/\.$/, ""), isBelow, ...withPort };
}

function matches({ name, isBelow, network, port }: Exempt, url: URL): boolean {
  if (port !== undefined && port !== portOf(url)) return false;
  const called = nameOf(url);
  if (network !== undefined) {
    const address = parseAddress(called);
    return address !== undefined && isWithin(address, network);
  }
  if (name === undefined || name === "") return false;
  return called.endsWith(`.${name}`) || (isBelow !== true && called === name);
}

function isThisMachine(url: URL): boolean {
  const name = nameOf(url);
  return name === "localhost" || name.endsWith(".localhost") || reachOf(name) === "loopback";
}
