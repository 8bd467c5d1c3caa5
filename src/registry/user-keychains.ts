/**
 * What the person at the command line is logged in with: what the configuration says, then the files of docker and podman,
 * each by the rules of its own tool, with the credential helpers that they name. A file is looked into once a registry asks
 * for a credential; one that cannot be used is passed over, and a note says so.
 */
import type { Repository } from "../oci/reference.ts";
import type {
  CredentialClaim,
  CredentialSource,
  Keychain,
  Keychains,
  OperatorSource,
  SourceAnswer,
} from "../ports/credentials.ts";
import { AuthFileError, parseAuthFile, type AuthFile, type AuthFileRules } from "./auth-file.ts";
import { askHelper, type HelperCall } from "./credential-helper.ts";

/** A file that may be there. */
export interface UserAuthFile {
  /** For messages: its path. */
  readonly name: string;
  readonly rules: AuthFileRules;
  /** undefined: there is none. Throws the file system's error. */
  read(): Uint8Array | undefined;
}

/** The same keychains, whoever's policy asks: at a command line all credentials are those of its user. */
export class UserKeychains implements Keychains {
  readonly #keychains: Keychains;

  constructor(keychains: Keychains) {
    this.#keychains = keychains;
  }

  keychain(claim: CredentialClaim): Keychain {
    return this.#keychains.keychain({ ...claim, isOperators: true });
  }
}

/** For every registry that the file knows. Helpers that it names are started with `environment`. */
export function authFileSource(file: UserAuthFile, environment: HelperCall["environment"]): OperatorSource {
  let parsed: AuthFile | string | undefined;
  const ask = async (repository: Repository, signal: AbortSignal): Promise<SourceAnswer> => {
    parsed ??= open(file);
    if (typeof parsed === "string") return silent(parsed);
    const found = parsed.find(repository);
    if (found === undefined) return silent("");
    if (found.kind === "helper") return await askHelper({ ...found, environment }, signal);
    return { credentials: [{ source: file.name, credential: found.credential }], notes: [] };
  };
  return {
    sourceOf: (repository): CredentialSource => ({
      id: `file ${file.name}`,
      ask: (signal) => ask(repository, signal),
    }),
  };
}

/** The file, or what is said of it: nothing where there is none. */
function open(file: UserAuthFile): AuthFile | string {
  const { name, rules } = file;
  try {
    const bytes = file.read();
    return bytes === undefined ? "" : parseAuthFile(bytes, name, rules);
  } catch (error) {
    if (error instanceof AuthFileError) return error.message;
    if (error instanceof Error && "code" in error) return `${name} cannot be read (${String(error.code)})`;
    throw error;
  }
}

function silent(note: string): SourceAnswer {
  return { credentials: [], notes: note === "" ? [] : [note] };
}
