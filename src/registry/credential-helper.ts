/**
 * A docker credential helper (docker-credential-helpers): the program docker-credential-NAME, asked with "get" for one
 * server on its standard input. It answers with JSON on its standard output; what it writes elsewhere, and what it answers
 * when it fails, may hold secrets and is never repeated. It has ten seconds.
 */
import { spawn } from "node:child_process";
import { asObject, asString } from "../encoding/guard.ts";
import { concatBytes, decodeUtf8 } from "../encoding/text.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import type { Credential, SourceAnswer } from "../ports/credentials.ts";
import { readAuthJson } from "./auth-entry.ts";

const ANSWER_MS = 10_000;
const MAX_ANSWER_BYTES = 65_536;
/** What helpers print, with a failure, for a server that they do not know. */
const NOT_FOUND = /credentials not found/;
/** In place of a user's name, where the secret is an identity token. */
const TOKEN_USER = "<token>";

/** Which helper is asked for which server. */
export interface HelperCall {
  readonly helper: string;
  readonly server: string;
  /** The whole of it: what has been set since this process started is none of the helper's. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Never throws for what a helper does: what went wrong is a note. */
export async function askHelper(call: HelperCall, signal: AbortSignal, timeoutMs = ANSWER_MS): Promise<SourceAnswer> {
  const program = `docker-credential-${call.helper}`;
  const outcome = await run(program, call, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
  if (typeof outcome === "string") return silent(`${program} ${outcome}`);
  try {
    const credential = readAnswer(outcome);
    return { credentials: [{ source: program, credential }], notes: [] };
  } catch (error) {
    if (error instanceof EncodingError) return silent(`${program} gave no credential: ${error.message}`);
    throw error;
  }
}

/** What it printed, or a clause on why there is none. */
async function run(
  program: string,
  { server, environment: env }: HelperCall,
  signal: AbortSignal,
): Promise<Uint8Array | string> {
  return await new Promise((resolve) => {
    // Its standard error is nobody's: not read, not shown.
    const child = spawn(program, ["get"], { env, signal, killSignal: "SIGKILL", stdio: ["pipe", "pipe", "ignore"] });
    const end = (outcome: Uint8Array | string): void => {
      child.kill("SIGKILL");
      // What it has started may hold its output open
      child.stdout.destroy();
      resolve(outcome);
    };
    const chunks: Uint8Array[] = [];
    let length = 0;
    child.stdout.on("data", (chunk: Uint8Array) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_ANSWER_BYTES) end(`printed more than ${MAX_ANSWER_BYTES} bytes`);
    });
    child.on("error", (error) => end(whyNot(error, signal)));
    // It may end without having read what it is asked
    child.stdin.on("error", () => undefined);
    child.stdin.end(server);
    child.on("close", (code) => resolve(answerOf(concatBytes(...chunks), code)));
  });
}

function whyNot(error: Error, signal: AbortSignal): string {
  if (signal.aborted) return "did not answer in time";
  return "code" in error && error.code === "ENOENT" ? "is not installed" : "cannot be started";
}

function answerOf(printed: Uint8Array, code: number | null): Uint8Array | string {
  if (code !== 0) return isNotFound(printed) ? "has no credential for it" : "failed";
  return printed.length === 0 ? "printed nothing" : printed;
}

function isNotFound(printed: Uint8Array): boolean {
  try {
    return NOT_FOUND.test(decodeUtf8(printed));
  } catch (error) {
    if (error instanceof EncodingError) return false;
    throw error;
  }
}

function readAnswer(printed: Uint8Array): Credential {
  const answer = asObject(readAuthJson(printed, "what it printed"), "what it printed");
  const username = asString(answer.get("Username") ?? "", "Username");
  const secret = asString(answer.get("Secret") ?? "", "Secret");
  if (secret === "") throw new EncodingError("Secret is empty");
  if (username === TOKEN_USER) return { username, password: "", identityToken: secret };
  return { username, password: secret };
}

function silent(note: string): SourceAnswer {
  return { credentials: [], notes: [note] };
}
