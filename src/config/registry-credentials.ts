/** What the configuration says is shown to a registry: a Secret by name, or a docker config.json beside the file. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { RegistryCredentials } from "../ports/registry-settings.ts";
import { isFileError } from "./file-watch.ts";

export interface WrittenCredentials {
  readonly secret?: string;
  readonly dockerConfig?: string;
}

/** A relative path begins at `folder`. What is wrong goes to `refuse`, by member. */
export function readCredentials(
  place: string,
  written: WrittenCredentials,
  folder: string,
  refuse: (member: string, message: string) => void,
): RegistryCredentials | undefined {
  const { secret, dockerConfig } = written;
  if ((secret === undefined) === (dockerConfig === undefined)) {
    refuse("credentials", "names not exactly one source, want secret or dockerConfig");
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
export function printedCredentials({ secret, dockerConfig }: WrittenCredentials, folder: string): WrittenCredentials {
  if (dockerConfig !== undefined) return { dockerConfig: resolve(folder, dockerConfig) };
  return secret === undefined ? {} : { secret };
}
