/** A client on an embedded registry, both closed after each test, and assertions on how a call ends. */
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { VerificationFailure } from "../../src/failure/failure.ts";
import type { Repository } from "../../src/oci/reference.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { buildRegistry, type RegistryOptions } from "../../src/registry/client.ts";
import {
  startRegistry,
  type EmbeddedRegistry,
  type RegistryOptions as ServerOptions,
} from "../support/registry/registry.ts";

export type Client = ReturnType<typeof buildRegistry>;

export interface Bench {
  readonly server: EmbeddedRegistry;
  readonly client: Client;
  readonly repository: Repository;
  readonly signal: AbortSignal;
}

export const PATH = "acme/web";
const QUICK = { connectMs: 500, firstByteMs: 100, idleMs: 100 };

/** Runs `test` against a fresh registry with short timeouts. */
export async function withRegistry(
  options: ServerOptions & Partial<RegistryOptions>,
  test: (bench: Bench) => Promise<void>,
): Promise<void> {
  const server = await startRegistry(options);
  const client = buildRegistry({ plainHttpHosts: [server.host], timeouts: QUICK, now: () => 0, ...options });
  const { signal } = new AbortController();
  try {
    await test({ server, client, repository: { host: server.host, path: PATH }, signal });
  } finally {
    await client.close();
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
