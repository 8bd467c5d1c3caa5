/**
 * One request and its answer, without redirects (registry.md §2, §6, §11): identity encoding, a cap that holds before
 * anything is read and while it is, errors as one of two kinds. What an error says of the other side is `place`, never an
 * address, a Location or a body: those are the other side's own words.
 */
import { request, type Dispatcher } from "undici";
import type { Digest } from "../crypto/digest.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { UnavailableError } from "../ports/unavailable.ts";
import { Body, EMPTY_BODY, type ReceivedBody } from "./body.ts";
import { Blocked } from "./destinations.ts";

export interface Exchange {
  /** The body of a POST; without one it is a GET, or what `method` says. */
  readonly form?: string;
  readonly method?: "HEAD";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** How messages name the other side. */
  readonly place: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Empty unless the status is 200. */
  readonly body: Uint8Array;
  /** Of the body, by our own hash. */
  readonly digest: Digest;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  /** The same for messages. */
  readonly place: string;
}

const MAX_ERROR_BYTES = 65_536;

/** Throws VerificationFailure for what the answer is, UnavailableError where there is none. */
export async function exchange(dispatcher: Dispatcher, call: Exchange): Promise<HttpAnswer> {
  const { url, form, method, signal, place } = call;
  try {
    const headers = { ...call.headers, "accept-encoding": "identity", "user-agent": "sealgate" };
    const sent = form === undefined ? { method: method ?? "GET" } : { method: "POST", body: form };
    const response = await request(url, { ...sent, headers, dispatcher, signal });
    const received = await readBody(response, call);
    // undici gives a connection free a turn later: what is asked next shall find it, and open no other.
    await new Promise((resolve) => setImmediate(resolve));
    return { status: response.statusCode, headers: response.headers, ...received, url, place };
  } catch (error) {
    throw asPortError(error, place, signal);
  }
}

function asPortError(error: unknown, place: string, signal: AbortSignal): Error {
  if (error instanceof VerificationFailure) return error;
  if (error instanceof Blocked) return refusal(error, place);
  if (signal.aborted)
    return new UnavailableError("DeadlineSpent", `the time was spent waiting for ${place}`, { error });
  const name = errorClass(error);
  if (name === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") {
    const reason = `Cannot read the answer of ${place}: it ends before its Content-Length`;
    return new VerificationFailure("RegistryAnswerTruncated", reason, { cause: error });
  }
  if (isParserError(error) || name === "UND_ERR_HEADERS_OVERFLOW") {
    const reason = `Cannot read the answer of ${place}: it is not HTTP/1.1`;
    return new VerificationFailure("RegistryAnswerUnexpected", reason, { cause: error });
  }
  return new UnavailableError("RegistryUnreachable", `${place} cannot be reached (${name})`, { error });
}

/** A destination that may not be called: a Fail, since whoever names it could name another. */
export function refusal(blocked: Blocked, place: string): VerificationFailure {
  return new VerificationFailure(blocked.code, `Cannot call ${place}: ${blocked.message}`, { cause: blocked });
}

/** Of an answer to HEAD, or other than 200, only status and headers matter: its body is thrown away unread. */
async function readBody(response: Dispatcher.ResponseData, call: Exchange): Promise<ReceivedBody> {
  if (response.statusCode !== 200 || call.method === "HEAD") {
    await response.body.dump({ limit: MAX_ERROR_BYTES }).catch(() => undefined);
    return EMPTY_BODY;
  }
  const { place, maxBytes } = call;
  const encoding = response.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    discard(response);
    throw new VerificationFailure("RegistryAnswerUnexpected", `Cannot use the answer of ${place}: it is compressed`);
  }
  const announced = Number(response.headers["content-length"] ?? 0);
  if (announced > maxBytes) throw tooLarge(response, call);
  const body = new Body(announced, maxBytes);
  try {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      if (!body.add(chunk)) throw tooLarge(response, call);
    }
  } catch (error) {
    body.drop();
    throw error;
  }
  return body.received();
}

function tooLarge(response: Dispatcher.ResponseData, { place, maxBytes }: Exchange): VerificationFailure {
  discard(response);
  const reason = `Cannot read the answer of ${place}: more than ${maxBytes} bytes`;
  return new VerificationFailure("RegistryAnswerTooLarge", reason);
}

/** Ends the transfer; the error that undici then emits on the body is our own doing. */
function discard(response: Dispatcher.ResponseData): void {
  response.body.on("error", () => undefined);
  response.body.destroy();
}

/** Of undici's parser errors some have a code and some only their name. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === "HTTPParserError";
}

/** Only the class of an error: its text may hold an address. */
export function errorClass(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" && /^[A-Z0-9_]{1,60}$/.test(code) ? code : "network error";
}
