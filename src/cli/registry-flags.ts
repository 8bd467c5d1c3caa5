/** How single registries are reached, as flags: beside what the configuration says of them. */
import { Option } from "commander";
import { EncodingError } from "../failure/encoding-error.ts";
import { canonicalHost } from "../oci/reference.ts";
import type { RegistryEndpoint } from "../ports/registry-settings.ts";
import { UsageError } from "./io.ts";

export interface RegistryFlags {
  /** "host[:port]" each, as typed. */
  readonly plainHttp: readonly string[];
  readonly allowPrivate: readonly string[];
}

export function plainHttp(): Option {
  return hosts("--plain-http <host[:port]>", "registry that is spoken to without TLS; may be given again");
}

export function allowPrivate(): Option {
  const what = "registry that may be at a private address, or on this machine if it is named so; may be given again";
  return hosts("--allow-private <host[:port]>", what);
}

function hosts(flags: string, description: string): Option {
  const collect = (host: string, given: readonly string[]): readonly string[] => [...given, host];
  return new Option(flags, description).argParser(collect).default([]);
}

/** What is configured, with what the flags add to it. Throws UsageError. */
export function endpointsOf(
  flags: RegistryFlags,
  configured: readonly RegistryEndpoint[],
): readonly RegistryEndpoint[] {
  const endpoints = new Map(configured.map((endpoint) => [endpoint.host, endpoint]));
  const add = (flag: string, given: string, more: Partial<RegistryEndpoint>): void => {
    const host = registryHost(flag, given);
    endpoints.set(host, { ...(endpoints.get(host) ?? { host }), ...more });
  };
  for (const host of flags.plainHttp) add("--plain-http", host, { plainHttp: true });
  for (const host of flags.allowPrivate) add("--allow-private", host, { allowPrivate: true });
  return [...endpoints.values()];
}

function registryHost(flag: string, host: string): string {
  try {
    return canonicalHost(host);
  } catch (error) {
    if (error instanceof EncodingError) throw new UsageError(`${flag} ${host}: ${error.message}`);
    throw error;
  }
}
