/**
 * Credentials that the operator's configuration gives for a registry, or for images below a prefix (config.md `registries`):
 * a pull secret in the controller's namespace, by the kubelet's rules, a docker config.json, by docker's, or who the controller is in a cloud. None is
 * shown to another registry than the entry's, whatever else it holds. A credential helper is refused: the controller starts
 * no other program.
 */
import type { Repository } from "../oci/reference.ts";
import type { CloudSources, CredentialSource, OperatorSource, SourceAnswer } from "../ports/credentials.ts";
import type { RegistryCredentials } from "../ports/registry-settings.ts";
import { AuthFileError, parseAuthFile, type AuthFile } from "./auth-file.ts";
import type { SecretSources } from "./secret-source.ts";

/** What entries are made credentials with. */
interface Sources {
  readonly secrets: SecretSources;
  readonly clouds: CloudSources;
}

export class OperatorCredentials {
  readonly #read: () => readonly RegistryCredentials[];
  readonly #from: Sources;
  #written: readonly RegistryCredentials[];
  #sources: readonly OperatorSource[];
  #broken: string | undefined;

  /** `read` gives what the configuration says now: the same list until it changes. Throws AuthFileError. */
  constructor(read: () => readonly RegistryCredentials[], from: Sources) {
    this.#read = read;
    this.#from = from;
    this.#written = read();
    this.#sources = sourcesOf(this.#written, from);
  }

  /** The longest place first. A file that is broken by a change leaves what was in force. */
  sources(): readonly OperatorSource[] {
    const written = this.#read();
    if (written === this.#written) return this.#sources;
    this.#written = written;
    try {
      this.#sources = sourcesOf(written, this.#from);
      this.#broken = undefined;
    } catch (error) {
      if (!(error instanceof AuthFileError)) throw error;
      this.#broken = error.message;
    }
    return this.#sources;
  }

  /** For readiness. */
  detail(): string {
    const count = `for ${this.sources().length} registries`;
    return this.#broken === undefined ? count : `${count}, kept as they last were: ${this.#broken}`;
  }
}

function sourcesOf(written: readonly RegistryCredentials[], { secrets, clouds }: Sources): readonly OperatorSource[] {
  const sourceFrom = (from: RegistryCredentials["from"]): SourceIn => {
    if (from.kind === "secret") return fromSecret(from.name, secrets);
    if (from.kind === "provider") return (repository) => clouds.sourceBy(from.provider, repository);
    return fromFile(from.file, from.bytes);
  };
  const ordered = written.toSorted((left, right) => right.place.length - left.place.length);
  return ordered.map(({ place, from }) => {
    const sourceIn = sourceFrom(from);
    return { sourceOf: (repository) => (isBelow(repository, place) ? sourceIn(repository) : undefined) };
  });
}

type SourceIn = (repository: Repository) => CredentialSource | undefined;

function fromSecret(name: string, secrets: SecretSources): SourceIn {
  return (repository) => secrets.ofNames(repository, [{ namespace: undefined, name }]);
}

function fromFile(path: string, bytes: Uint8Array): SourceIn {
  const file = parseAuthFile(bytes, path, "docker");
  const [helper] = file.helpers;
  if (helper !== undefined) {
    throw new AuthFileError(path, `it names the credential helper "${helper}", and the controller starts no program`);
  }
  return (repository) => ({ id: `file ${path}`, ask: async () => Promise.resolve(askFile(file, repository)) });
}

function askFile(file: AuthFile, repository: Repository): SourceAnswer {
  const found = file.find(repository);
  if (found?.kind !== "credential")
    return { credentials: [], notes: [`${file.name} has no entry for ${repository.host}`] };
  return { credentials: [{ source: file.name, credential: found.credential }], notes: [] };
}

function isBelow({ host, path }: Repository, place: string): boolean {
  return place === host || `${host}/${path}/`.startsWith(`${place}/`);
}
