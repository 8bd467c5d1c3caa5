/** A user of the image's registry, given at the command line: the password by standard input alone, since everybody may read a command line. */
import { Option } from "commander";
import type { Credential, Keychain } from "../ports/credentials.ts";
import { UsageError, type CommandIo } from "./io.ts";

export interface RegistryUserFlags {
  readonly registryUsername?: string;
  readonly registryPasswordStdin: boolean;
}

const MAX_PASSWORD = 65_536;

export function registryUsername(): Option {
  return new Option("--registry-username <name>", "user of the image's registry, tried before all others");
}

export function registryPasswordStdin(): Option {
  return new Option("--registry-password-stdin", "read the user's password from standard input").default(false);
}

/** undefined where no user was given. Throws UsageError. */
export function registryUser(
  { registryUsername: username, registryPasswordStdin: fromInput }: RegistryUserFlags,
  io: Pick<CommandIo, "readInput">,
): Credential | undefined {
  if ((username !== undefined) !== fromInput)
    throw new UsageError("--registry-username and --registry-password-stdin go together");
  if (username === undefined) return undefined;
  const password = io.readInput().replace(/\r?\n$/, "");
  if (username === "" || username.includes(":"))
    throw new UsageError("--registry-username is no name that a user can have");
  if (password === "") throw new UsageError("--registry-password-stdin: standard input is empty, want the password");
  if (password.length > MAX_PASSWORD)
    throw new UsageError(`--registry-password-stdin: standard input has more than ${MAX_PASSWORD} characters`);
  return { username, password };
}

/** The keychain with this user before all others, for one registry. */
export function shownFirst(credential: Credential, host: string, keychain: Keychain): Keychain {
  const answer = { credentials: [{ source: "--registry-username", credential }], notes: [] };
  const first = { id: "--registry-username", ask: async () => Promise.resolve(answer) };
  return {
    id: JSON.stringify([first.id, keychain.id]),
    sourcesFor: (repository) => [...(repository.host === host ? [first] : []), ...keychain.sourcesFor(repository)],
  };
}
