/**
 * Where this client may go (registry.md §10). Whoever writes a pod names the host, and the host's owner every redirect,
 * token service and page after it: so each is held against the same rules before it is called, and the addresses that its
 * name stands for before a socket is opened. What the operator listed may have another port and private addresses; a
 * metadata service and the API server nobody's leave opens.
 */
import type { RegistryEndpoint } from "../ports/registry-settings.ts";
import { reachOf, type Reach } from "./address.ts";

/** A host that is never called, on one port or on all. */
export interface ForbiddenHost {
  /** A name or an address, without port. */
  readonly host: string;
  readonly port?: number;
}

export interface DestinationRules {
  readonly endpoints: readonly RegistryEndpoint[];
  /** The API server, above all. */
  readonly forbidden?: readonly ForbiddenHost[];
}

/** A name of the operator's own choice may stand for addresses that a stranger's may not. */
export interface Destination {
  readonly endpoint: RegistryEndpoint;
  readonly isListed: boolean;
}

/** Why a destination is not called. Who catches it knows by which words the destination may be named. */
export class Blocked extends Error {
  readonly code: "HostBlocked" | "PortBlocked" | "AddressBlocked";

  constructor(code: Blocked["code"], why: string) {
    super(why);
    this.name = "Blocked";
    this.code = code;
  }
}

const DOCKER_HUB: ReadonlySet<string> = new Set(["registry-1.docker.io", "index.docker.io"]);
const NEVER_NAMES: readonly string[] = [
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
  "metadata",
  "metadata.google.internal",
  "instance-data",
  "instance-data.ec2.internal",
];
const WORDS: Readonly<Record<Exclude<Reach, "public">, string>> = {
  private: "a private address",
  loopback: "an address of this machine",
  never: "an address that is reserved, link-local or a metadata service's",
};

export class Destinations {
  readonly #endpoints: ReadonlyMap<string, RegistryEndpoint>;
  readonly #forbidden: readonly ForbiddenHost[];

  constructor({ endpoints, forbidden = [] }: DestinationRules) {
    this.#endpoints = new Map(endpoints.map((endpoint) => [hostOf(new URL(`https://${endpoint.host}/`)), endpoint]));
    this.#forbidden = [...NEVER_NAMES.map((host) => ({ host })), ...forbidden];
  }

  /** What the operator said of the host of `url`, by name and port. */
  of(url: URL): Destination {
    const host = hostOf(url);
    // A URL does not show that http is on port 80, and an operator may.
    const shown = url.protocol === "http:" && url.port === "" ? this.#endpoints.get(`${host}:80`) : undefined;
    const found = shown ?? this.#endpoints.get(host);
    return { endpoint: found ?? { host }, isListed: found !== undefined };
  }

  /** The base address of a registry by its canonical host: https unless the operator named it as plain HTTP. */
  baseUrl(host: string): URL {
    const wire = host === "docker.io" ? "registry-1.docker.io" : host;
    const url = new URL(`https://${wire}/`);
    return this.#endpoints.get(hostOf(url))?.plainHttp === true ? new URL(`http://${wire}/`) : url;
  }

  /** Throws Blocked: HostBlocked, PortBlocked or, for a host that is an address, AddressBlocked. */
  check(url: URL): void {
    const name = nameOf(url);
    const port = portOf(url);
    if (this.#forbidden.some((each) => isForbidden(each, name, port))) {
      throw new Blocked("HostBlocked", "it is a service of the cluster or of the machine");
    }
    if (port !== 443 && !this.of(url).isListed) throw new Blocked("PortBlocked", "its port is not listed, want 443");
    if (isAddress(name)) this.vet(url, [name]);
  }

  /** Throws Blocked if one of the addresses that the name of `url` stands for may not be called. */
  vet(url: URL, addresses: readonly string[]): void {
    const { endpoint } = this.of(url);
    for (const address of addresses) {
      const reach = reachOf(address);
      if (this.#forbidden.some((each) => isForbidden(each, address, portOf(url)))) {
        throw new Blocked("HostBlocked", "it is a service of the cluster or of the machine");
      }
      if (reach !== "public" && !mayReach(reach, nameOf(url), endpoint)) {
        throw new Blocked("AddressBlocked", `it is at ${WORDS[reach]}, want a public one`);
      }
    }
  }
}

function isForbidden({ host, port }: ForbiddenHost, called: string, calledPort: number): boolean {
  return host === called && (port ?? calledPort) === calledPort;
}

/** Loopback is this process' own pod: a name that the operator did not write as loopback must not become it. */
function mayReach(reach: Reach, name: string, { allowPrivate = false }: RegistryEndpoint): boolean {
  if (reach === "private") return allowPrivate;
  return (
    reach === "loopback" && allowPrivate && (isAddress(name) || name === "localhost" || name.endsWith(".localhost"))
  );
}

/** "host[:port]" as configuration and policies name it. */
export function hostOf(url: URL): string {
  const name = url.hostname.endsWith(".") ? url.hostname.slice(0, -1) : url.hostname;
  const host = url.port === "" ? name : `${name}:${url.port}`;
  return DOCKER_HUB.has(host) ? "docker.io" : host;
}

/** Without brackets and the dot at the end. */
export function nameOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "http:" ? 80 : 443;
}

/** URL has made one spelling of every address. */
export function isAddress(name: string): boolean {
  return name.includes(":") || /^\d+\.\d+\.\d+\.\d+$/.test(name);
}
