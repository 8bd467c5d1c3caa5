/** A client on an embedded registry, both closed after each test, and assertions on how a call ends. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { VerificationFailure } from "../../src/failure/failure.ts";
import type { Repository } from "../../src/oci/reference.ts";
import type { Credential, CredentialSource, Keychain } from "../../src/ports/credentials.ts";
import type { Registry } from "../../src/ports/registry.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { buildRegistry, type RegistryOptions } from "../../src/registry/client.ts";
import {
  loopbackEndpoint,
  startRegistry,
  type EmbeddedRegistry,
  type RegistryOptions as ServerOptions,
} from "../support/registry/registry.ts";

export interface Bench {
  readonly server: EmbeddedRegistry;
  /** With the keychain of the options, if any. */
  readonly client: Registry;
  readonly anonymous: ReturnType<typeof buildRegistry>;
  readonly repository: Repository;
  readonly signal: AbortSignal;
}

export const PATH = "acme/web";
const QUICK = { connectMs: 500, firstByteMs: 100, idleMs: 100 };

/** Runs `test` against a fresh registry with short timeouts. */
export async function withRegistry(
  options: ServerOptions & Partial<RegistryOptions> & { readonly keychain?: Keychain },
  test: (bench: Bench) => Promise<void>,
): Promise<void> {
  const server = await startRegistry(options);
  const rules = { endpoints: [loopbackEndpoint(server.host)] };
  const anonymous = buildRegistry({ rules, timeouts: QUICK, now: () => 0, ...options });
  const client = options.keychain === undefined ? anonymous : anonymous.as(options.keychain);
  const { signal } = new AbortController();
  try {
    await test({ server, client, anonymous, repository: { host: server.host, path: PATH }, signal });
  } finally {
    await anonymous.close();
    await server.stop();
  }
}

export async function rejectsWith(code: FailureCode, work: Promise<unknown>): Promise<VerificationFailure> {
  const error = await rejection(work);
  assert.ok(error instanceof VerificationFailure, `want ${code}, got ${String(error)}`);
  assert.equal(error.code, code, error.message);
  return error;
}

export async function isUnavailable(
  cause: UnavailableError["undetermined"],
  work: Promise<unknown>,
): Promise<UnavailableError> {
  const error = await rejection(work);
  assert.ok(error instanceof UnavailableError, `want ${cause}, got ${String(error)}`);
  assert.equal(error.undetermined, cause, error.message);
  return error;
}

/** Answers with status, headers and body; gives true for use as a hook. */
export function answer(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | number>> = {},
  body = "",
): boolean {
  response.writeHead(status, headers).end(body);
  return true;
}

async function rejection(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  return assert.fail("want a rejection, got a value");
}

/** Credentials by the names of their sources, in the order in which they are tried. */
export function keychainOf(credentials: Readonly<Record<string, Credential>>, notes: readonly string[] = []): Keychain {
  const sources = Object.entries(credentials).map(([source, credential]) => sourceOf(source, [credential]));
  const silent = notes.length === 0 ? [] : [sourceOf("silent", [], notes)];
  return { id: JSON.stringify(credentials), sourcesFor: () => [...sources, ...silent] };
}

/** A source that answers under its own name. */
export function sourceOf(
  source: string,
  credentials: readonly Credential[],
  notes: readonly string[] = [],
): CredentialSource {
  const answer = { credentials: credentials.map((credential) => ({ source, credential })), notes };
  return { id: source, ask: async () => Promise.resolve(answer) };
}
