/**
 * Where docker and podman keep what their user is logged in with: docker's config.json by DOCKER_CONFIG or in ~/.docker,
 * podman's auth.json by REGISTRY_AUTH_FILE, in XDG_RUNTIME_DIR or in ~/.config (containers-auth.json(5)).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface UserAuthFile {
  readonly name: string;
  readonly rules: "docker" | "podman";
  /** undefined: there is none. Throws the file system's error. */
  read(): Uint8Array | undefined;
}

/** In the order in which they are asked. */
export function userAuthFiles(environment: Readonly<Record<string, string | undefined>>): readonly UserAuthFile[] {
  const of = (name: string): string | undefined => (environment[name] === "" ? undefined : environment[name]);
  const home = of("HOME");
  const docker = of("DOCKER_CONFIG") ?? below(home, ".docker");
  const runtime = below(of("XDG_RUNTIME_DIR"), "containers", "auth.json");
  const kept = below(of("XDG_CONFIG_HOME") ?? below(home, ".config"), "containers", "auth.json");
  const named = of("REGISTRY_AUTH_FILE");
  const podman = named === undefined ? [runtime, kept] : [named];
  return [...file(below(docker, "config.json"), "docker"), ...podman.flatMap((path) => file(path, "podman"))];
}

function below(folder: string | undefined, ...path: readonly string[]): string | undefined {
  return folder === undefined ? undefined : join(folder, ...path);
}

function file(name: string | undefined, rules: UserAuthFile["rules"]): readonly UserAuthFile[] {
  return name === undefined ? [] : [{ name, rules, read: () => readIfThere(name) }];
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
