/**
 * What the configuration says of registries, proxies and time, made ready: hosts canonical, files read, and what no schema
 * can say refused with its path.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { parseNetwork } from "../encoding/ip-address.ts";
import { parsePem } from "../encoding/pem.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted } from "../failure/failure.ts";
import { canonicalHost } from "../oci/reference.ts";
import type {
  MirroredPrefix,
  ProxySettings,
  RegistryCredentials,
  RegistryEndpoint,
} from "../ports/registry-settings.ts";
import type { SchemaError } from "../schema/validator.ts";
import { isFileError } from "./file-watch.ts";
import { printedCredentials, readCredentials, type WrittenCredentials } from "./registry-credentials.ts";

/** As an operator may write it: after the schema, everything is optional. */
export interface WrittenRegistry {
  readonly host?: string;
  readonly prefix?: string;
  readonly plainHTTP?: boolean;
  readonly skipVerify?: boolean;
  readonly caBundle?: string;
  readonly caFile?: string;
  readonly clientCertificate?: { readonly certFile: string; readonly keyFile: string };
  readonly allowPrivate?: boolean;
  readonly credentials?: WrittenCredentials;
  readonly mirrors?: readonly { readonly location: string; readonly pullBy?: "Digest" | "Tag" | "All" }[];
}

export interface WrittenProxy {
  readonly from?: "Environment";
  readonly url?: string;
  readonly noProxy?: readonly string[];
}

/** Registries in force. */
export interface Registries {
  readonly endpoints: readonly RegistryEndpoint[];
  readonly mirrored: readonly MirroredPrefix[];
  readonly credentials: readonly RegistryCredentials[];
  /** Files whose change changes it. */
  readonly files: readonly string[];
  /** The same to be printed: in full, files as paths. */
  readonly printed: readonly WrittenRegistry[];
}

export interface Read<T> {
  readonly value: T;
  readonly errors: readonly SchemaError[];
}

const HOST_KEYS = ["plainHTTP", "skipVerify", "caBundle", "caFile", "clientCertificate", "allowPrivate"] as const;
const HOST_DEFAULTS = { plainHTTP: false, skipVerify: false, allowPrivate: false } as const;
const TLS_KEYS = ["skipVerify", "caBundle", "caFile", "clientCertificate"] as const;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

/** Relative paths begin at `folder`. */
export function readRegistries(written: readonly WrittenRegistry[], folder: string): Read<Registries> {
  const errors: SchemaError[] = [];
  const endpoints: RegistryEndpoint[] = [];
  const mirrored: MirroredPrefix[] = [];
  const credentials: RegistryCredentials[] = [];
  const printed: WrittenRegistry[] = [];
  const seen = new Set<string>();
  for (const [index, registry] of written.entries()) {
    const at = new Entry(`registries[${index}]`, folder, errors);
    const name = at.name(registry);
    if (name === undefined) continue;
    if (seen.has(name)) at.refuse("", `is ${quoted(name)} for the second time, want one entry for each`);
    seen.add(name);
    const own = absolute(registry, folder);
    if (registry.host !== undefined) endpoints.push(at.endpoint(name, own));
    const mirrors = at.mirrors(registry.mirrors ?? []);
    if (mirrors.length > 0) mirrored.push({ prefix: name, mirrors });
    credentials.push(...at.credentials(name, registry));
    printed.push(inFull(own, name, mirrors));
  }
  const files = printed.flatMap(({ caFile, clientCertificate, credentials: { dockerConfig } = {} }) => [
    ...(caFile === undefined ? [] : [caFile]),
    ...(dockerConfig === undefined ? [] : [dockerConfig]),
    ...(clientCertificate === undefined ? [] : [clientCertificate.certFile, clientCertificate.keyFile]),
  ]);
  return { value: { endpoints, mirrored, credentials, files, printed }, errors };
}

/** One entry of the list, and what is wrong with it. */
class Entry {
  readonly #path: string;
  readonly #folder: string;
  readonly #errors: SchemaError[];

  constructor(path: string, folder: string, errors: SchemaError[]) {
    this.#path = path;
    this.#folder = folder;
    this.#errors = errors;
  }

  refuse(member: string, message: string): void {
    this.#errors.push({ path: member === "" ? this.#path : `${this.#path}.${member}`, message });
  }

  /** The canonical host or prefix. */
  name({ host, prefix, mirrors, credentials, ...rest }: WrittenRegistry): string | undefined {
    if ((host === undefined) === (prefix === undefined)) {
      this.refuse("", "names not exactly one registry, want host or prefix");
      return undefined;
    }
    if (host !== undefined) return this.#canonical("host", host, false);
    for (const key of HOST_KEYS) if (rest[key] !== undefined) this.refuse(key, "goes with a host, not with a prefix");
    if ((mirrors ?? []).length === 0 && credentials === undefined)
      this.refuse("", "says nothing of its prefix, want mirrors or credentials");
    return this.#canonical("prefix", prefix ?? "", true);
  }

  endpoint(host: string, registry: WrittenRegistry): RegistryEndpoint {
    const { plainHTTP = false, skipVerify = false, allowPrivate = false, caBundle, caFile } = registry;
    const contradicting = TLS_KEYS.filter((key) => plainHTTP && registry[key] !== undefined && registry[key] !== false);
    for (const key of contradicting) this.refuse(key, "is about TLS, and plainHTTP is without");
    if (caBundle !== undefined && caFile !== undefined)
      this.refuse("caBundle", "stands beside caFile, want one of them");
    const ca = caFile === undefined ? caBundle : this.#text("caFile", caFile);
    if (ca !== undefined) this.#checkAuthorities(caFile === undefined ? "caBundle" : "caFile", ca);
    const clientCertificate = this.#clientCertificate(registry);
    return {
      host,
      plainHttp: plainHTTP,
      skipVerify,
      allowPrivate,
      ...(ca === undefined ? {} : { ca }),
      ...(clientCertificate === undefined ? {} : { clientCertificate }),
    };
  }

  credentials(place: string, { credentials }: WrittenRegistry): readonly RegistryCredentials[] {
    const refuse = (member: string, message: string): void => this.refuse(member, message);
    const read = credentials === undefined ? undefined : readCredentials(place, credentials, this.#folder, refuse);
    return read === undefined ? [] : [read];
  }

  mirrors(written: NonNullable<WrittenRegistry["mirrors"]>): MirroredPrefix["mirrors"] {
    return written.flatMap(({ location, pullBy = "All" }, index) => {
      const place = this.#canonical(`mirrors[${index}].location`, location, true);
      return place === undefined ? [] : [{ location: place, pullBy }];
    });
  }

  #clientCertificate({ clientCertificate: files }: WrittenRegistry): RegistryEndpoint["clientCertificate"] {
    if (files === undefined) return undefined;
    const cert = this.#text("clientCertificate.certFile", files.certFile);
    const key = this.#text("clientCertificate.keyFile", files.keyFile);
    if (cert === undefined || key === undefined) return undefined;
    try {
      createSecureContext({ cert, key });
      return { cert, key };
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "no reason";
      this.refuse("clientCertificate", `is no certificate with its key (${code})`);
      return undefined;
    }
  }

  /** Bundles hold comments between their blocks, and nobody's private key. */
  #checkAuthorities(member: string, pem: string): void {
    try {
      const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
      if (blocks.length === 0) throw new EncodingError("there is no certificate in it");
      if (pem.includes("PRIVATE KEY-----")) throw new EncodingError("there is a private key in it");
      for (const block of blocks) parsePem(block);
    } catch (error) {
      if (!(error instanceof EncodingError)) throw error;
      this.refuse(member, `is no list of certificates in PEM: ${error.message}`);
    }
  }

  #text(member: string, file: string): string | undefined {
    try {
      return readFileSync(resolve(this.#folder, file), "utf8");
    } catch (error) {
      if (!isFileError(error)) throw error;
      this.refuse(member, `cannot be read: ${error.message}`);
      return undefined;
    }
  }

  #canonical(member: string, text: string, mayHavePath: boolean): string | undefined {
    const [hostText = "", ...path] = text.split("/");
    try {
      if (path.length > 0 && !mayHavePath) throw new EncodingError("it has a path");
      if (!path.every((component) => PATH.test(component))) throw new EncodingError("bad path");
      return [canonicalHost(hostText), ...path].join("/");
    } catch (error) {
      if (!(error instanceof EncodingError)) throw error;
      const want = mayHavePath ? "host[:port], perhaps with a path" : "host[:port]";
      this.refuse(member, `is ${quoted(text)}, want ${want}: ${error.message}`);
      return undefined;
    }
  }
}

function absolute(registry: WrittenRegistry, folder: string): WrittenRegistry {
  const { caFile, clientCertificate, credentials } = registry;
  return {
    ...registry,
    ...(credentials === undefined ? {} : { credentials: printedCredentials(credentials, folder) }),
    ...(caFile === undefined ? {} : { caFile: resolve(folder, caFile) }),
    ...(clientCertificate === undefined
      ? {}
      : {
          clientCertificate: {
            certFile: resolve(folder, clientCertificate.certFile),
            keyFile: resolve(folder, clientCertificate.keyFile),
          },
        }),
  };
}

function inFull(registry: WrittenRegistry, name: string, mirrors: MirroredPrefix["mirrors"]): WrittenRegistry {
  const { host, prefix: _, ...settings } = registry;
  if (host === undefined) return { prefix: name, ...settings, mirrors };
  return { host: name, ...HOST_DEFAULTS, ...settings, mirrors };
}

/** undefined: what the environment says. */
export function readProxy(written: WrittenProxy | undefined): Read<ProxySettings | undefined> {
  const { from, url, noProxy = [] } = written ?? {};
  const errors: SchemaError[] = [];
  const refuse = (path: string, message: string): number => errors.push({ path, message });
  if (written !== undefined && (from === undefined) === (url === undefined))
    refuse("proxy", "is unclear, want from or url");
  if (from !== undefined && noProxy.length > 0) refuse("proxy.noProxy", "goes with url; the environment has its own");
  if (url !== undefined && !URL.canParse(url))
    refuse("proxy.url", "is no address, want http:// or https://, host and port");
  for (const [index, entry] of noProxy.entries()) {
    if (!isExemption(entry))
      refuse(`proxy.noProxy[${index}]`, `is ${quoted(entry)}, want a name, an address, a network or *`);
  }
  return { value: url === undefined ? undefined : { url, noProxy }, errors };
}

function isExemption(entry: string): boolean {
  return entry.includes("/") ? parseNetwork(entry) !== undefined : /^[a-z0-9.*:[\]-]+$/i.test(entry);
}

export interface Deadline {
  readonly maxMs: number;
  readonly reserveMs: number;
}

export const DEFAULT_DEADLINE: Deadline = { maxMs: 10_000, reserveMs: 500 };

/** The longest timeout that a webhook can have. */
const MAX_TIMEOUT_MS = 30_000;

export function readDeadline(written: { readonly max?: string; readonly reserve?: string } = {}): Read<Deadline> {
  const maxMs = written.max === undefined ? DEFAULT_DEADLINE.maxMs : millisecondsOf(written.max);
  const reserveMs = written.reserve === undefined ? DEFAULT_DEADLINE.reserveMs : millisecondsOf(written.reserve);
  const errors: SchemaError[] = [];
  if (maxMs < 1000 || maxMs > MAX_TIMEOUT_MS) {
    errors.push({ path: "deadline.max", message: `is ${formatDuration(maxMs)}, want from 1s to 30s` });
  }
  if (reserveMs >= maxMs) {
    const message = `is ${formatDuration(reserveMs)}, want less than max, which is ${formatDuration(maxMs)}`;
    errors.push({ path: "deadline.reserve", message });
  }
  return { value: { maxMs, reserveMs }, errors };
}

export function formatDuration(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}

function millisecondsOf(text: string): number {
  return text.endsWith("ms") ? Number(text.slice(0, -2)) : Number(text.slice(0, -1)) * 1000;
}

/** Without the password, which a log or a terminal must not have. */
export function printedProxy(proxy: ProxySettings | undefined): WrittenProxy {
  if (proxy === undefined) return { from: "Environment" };
  const url = new URL(proxy.url);
  if (url.password !== "") url.password = "***";
  return { url: url.password === "" ? proxy.url : url.href, noProxy: proxy.noProxy };
}
