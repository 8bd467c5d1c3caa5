/**
 * Sockets to registries: the name resolved and vetted here, the socket opened to the vetted address and to no other, TLS
 * as the operator set it for this host alone (registry.md §10, §11). Each step has its own limit of time.
 */
import { connect as openSocket, type LookupFunction, type Socket } from "node:net";
import * as tls from "node:tls";
import type { buildConnector } from "undici";
import type { RegistryEndpoint } from "../ports/registry-settings.ts";
import { isAddress, nameOf, portOf, type Destinations } from "./destinations.ts";
import type { ProxyOf } from "./proxy.ts";
import type { Resolve } from "./resolve.ts";
import type { OpenSocket } from "./spare-sockets.ts";
import { openTunnel } from "./tunnel.ts";

export interface ConnectOptions {
  readonly destinations: Destinations;
  readonly resolve: Resolve;
  readonly proxyOf: ProxyOf;
  /** For the name, for the connection, and for the handshake, each. */
  readonly timeoutMs: number;
}

/** Why no connection was made: a code, in the manner of the system's own. */
export class ConnectError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.name = "ConnectError";
    this.code = code;
  }
}

/** Opens vetted connections. */
export function makeOpen(options: ConnectOptions): OpenSocket {
  const contexts = new Map<string, tls.SecureContext>();
  return async (url) => openConnection(url, options, contexts);
}

/** As undici wants it. */
export function makeConnect(open: OpenSocket): buildConnector.connector {
  return ({ protocol, host, hostname }, callback) => {
    open(new URL(`${protocol}//${host ?? hostname}/`)).then(
      (socket) => callback(null, socket),
      (error: unknown) => callback(error instanceof Error ? error : new ConnectError("UNKNOWN"), null),
    );
  };
}

async function openConnection(
  url: URL,
  options: ConnectOptions,
  contexts: Map<string, tls.SecureContext>,
): Promise<Socket> {
  const { endpoint } = options.destinations.of(url);
  const proxy = options.proxyOf(url);
  const socket = proxy === undefined ? await openDirectly(url, options) : await openThrough(proxy, url, options);
  return url.protocol === "https:" ? await secure(socket, nameOf(url), endpoint, { ...options, contexts }) : socket;
}

/** What the name stands for there is the proxy's to know, and whom it calls its operator's to say. */
async function openThrough(proxy: URL, url: URL, { timeoutMs }: ConnectOptions): Promise<Socket> {
  const authority = `${url.hostname}:${portOf(url)}`;
  return await inTime(openTunnel(proxy, authority, timeoutMs), 2 * timeoutMs, "PROXY_TIMEOUT");
}

async function openDirectly(url: URL, { destinations, resolve, timeoutMs }: ConnectOptions): Promise<Socket> {
  const { isListed } = destinations.of(url);
  const name = nameOf(url);
  const addresses = isAddress(name) ? [name] : await inTime(resolve(name, isListed), timeoutMs, "NAME_TIMEOUT");
  if (addresses.length === 0) throw new ConnectError("ENOTFOUND");
  destinations.vet(url, addresses);
  return await openTcp(name, portOf(url), addresses, timeoutMs);
}

async function openTcp(name: string, port: number, addresses: readonly string[], timeoutMs: number): Promise<Socket> {
  const vetted = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  const lookup: LookupFunction = (_, __, callback) => callback(null, vetted);
  const socket = openSocket({ host: name, port, lookup, autoSelectFamily: true, noDelay: true, keepAlive: true });
  return await established(socket, "connect", timeoutMs, "CONNECT_TIMEOUT");
}

interface Handshake {
  readonly timeoutMs: number;
  readonly contexts: Map<string, tls.SecureContext>;
}

async function secure(
  socket: Socket,
  name: string,
  endpoint: RegistryEndpoint,
  { timeoutMs, contexts }: Handshake,
): Promise<Socket> {
  // What is not listed shares one context; so the map stays as small as the configuration.
  const key = isDefault(endpoint) ? "" : endpoint.host;
  const secureContext = contexts.get(key) ?? makeContext(endpoint);
  contexts.set(key, secureContext);
  const secured = tls.connect({
    socket,
    host: name,
    ...(isAddress(name) ? {} : { servername: name }),
    secureContext,
    rejectUnauthorized: endpoint.skipVerify !== true,
    ALPNProtocols: ["http/1.1"],
  });
  return await established(secured, "secureConnect", timeoutMs, "TLS_TIMEOUT");
}

function isDefault({ ca, clientCertificate }: RegistryEndpoint): boolean {
  return ca === undefined && clientCertificate === undefined;
}

/** Node's `ca` replaces the authorities that it knows: they are named again beside the operator's. */
function makeContext({ ca, clientCertificate }: RegistryEndpoint): tls.SecureContext {
  return tls.createSecureContext({
    minVersion: "TLSv1.2",
    ...(ca === undefined ? {} : { ca: [...knownAuthorities(), ca] }),
    ...clientCertificate,
  });
}

/** Newer releases of Node also tell of NODE_EXTRA_CA_CERTS and the system's. */
function knownAuthorities(): readonly string[] {
  const newer: Partial<Pick<typeof tls, "getCACertificates">> = tls;
  return newer.getCACertificates?.("default") ?? tls.rootCertificates;
}

async function established<S extends Socket>(socket: S, event: string, timeoutMs: number, code: string): Promise<S> {
  const opened = new Promise<S>((resolve, reject) => {
    socket.once(event, () => resolve(socket));
    socket.once("error", reject);
    socket.once("close", () => reject(new ConnectError("ECONNRESET")));
  });
  try {
    return await inTime(opened, timeoutMs, code);
  } catch (error) {
    socket.on("error", () => undefined).destroy();
    throw error;
  }
}

async function inTime<T>(work: Promise<T>, timeoutMs: number, code: string): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new ConnectError(code)), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
