/**
 * What the configuration says is shown to a registry: a Secret by name, a docker config.json beside the file, or who the
 * controller is in the cloud that the registry belongs to.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { quoted } from "../failure/failure.ts";
import { cloudRegistryOf, type CloudProvider } from "../oci/cloud-registry.ts";
import type { RegistryCredentials } from "../ports/registry-settings.ts";
import { isFileError } from "./file-watch.ts";

export interface WrittenCredentials {
  readonly secret?: string;
  readonly dockerConfig?: string;
  readonly provider?: CloudProvider;
}

/** A relative path begins at `folder`. What is wrong goes to `refuse`, by member. */
export function readCredentials(
  place: string,
  written: WrittenCredentials,
  folder: string,
  refuse: (member: string, message: string) => void,
): RegistryCredentials | undefined {
  const { secret, dockerConfig, provider } = written;
  if ([secret, dockerConfig, provider].filter((each) => each !== undefined).length !== 1) {
    refuse("credentials", "names not exactly one source, want secret, dockerConfig or provider");
    return undefined;
  }
  if (provider !== undefined) {
    if (cloudRegistryOf(place.split("/")[0] ?? "")?.provider === provider)
      return { place, from: { kind: "provider", provider } };
    refuse("credentials.provider", `is ${provider}, whose registries have other hosts than ${quoted(place)}`);
    return undefined;
  }
  if (dockerConfig === undefined) return { place, from: { kind: "secret", name: secret ?? "" } };
  const file = resolve(folder, dockerConfig);
  try {
    return { place, from: { kind: "dockerConfig", file, bytes: readFileSync(file) } };
  } catch (error) {
    if (!isFileError(error)) throw error;
    refuse("credentials.dockerConfig", `cannot be read: ${error.message}`);
    return undefined;
  }
}

/** Files as paths. */
export function printedCredentials(written: WrittenCredentials, folder: string): WrittenCredentials {
  const { secret, dockerConfig, provider } = written;
  if (provider !== undefined) return { provider };
  if (dockerConfig !== undefined) return { dockerConfig: resolve(folder, dockerConfig) };
  return secret === undefined ? {} : { secret };
}
