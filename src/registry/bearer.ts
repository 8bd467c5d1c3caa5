/**
 * Tokens of a registry's token service (registry.md §7.3, §7.4): asked for our repository and pull alone, whatever the
 * challenge says, over https unless the operator named the service's host as plain HTTP; kept per host, scope and
 * credential; asked once for concurrent callers.
 */
import { encodeBase64 } from "../encoding/base64.ts";
import { asInteger, asObject, asString } from "../encoding/guard.ts";
import { parseJson } from "../encoding/json.ts";
import { encodeUtf8 } from "../encoding/text.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { malformed } from "../failure/attempt.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { UnavailableError } from "../ports/unavailable.ts";
import type { Challenge } from "./challenge.ts";
import type { HttpAnswer, HttpClient } from "./http.ts";

export interface Credential {
  readonly username: string;
  readonly password: string;
}

export interface TokenRequest {
  readonly challenge: Extract<Challenge, { scheme: "bearer" }>;
  readonly host: string;
  readonly scope: string;
  readonly credential: Credential | undefined;
  readonly signal: AbortSignal;
}

const MAX_TOKEN_BYTES = 65_536;
const MIN_LIFETIME_S = 60;
const MAX_LIFETIME_S = 1800;
const SKEW_S = 20;
const MAX_TOKENS = 1000;

export class TokenSource {
  readonly #http: HttpClient;
  readonly #now: () => number;
  readonly #tokens = new Map<string, { readonly token: string; readonly until: number }>();
  readonly #underway = new Map<string, Promise<string>>();

  /** `now` in milliseconds. */
  constructor(http: HttpClient, now: () => number) {
    this.#http = http;
    this.#now = now;
  }

  /** A remembered token that is still good, if any. */
  known(host: string, scope: string, credential: Credential | undefined): string | undefined {
    const found = this.#tokens.get(keyOf(host, scope, credential));
    return found !== undefined && found.until > this.#now() ? found.token : undefined;
  }

  forget(host: string, scope: string, credential: Credential | undefined): void {
    this.#tokens.delete(keyOf(host, scope, credential));
  }

  /** Fails with TokenRefused; UnavailableError when the token service is down. */
  async token(ask: TokenRequest): Promise<string> {
    const key = keyOf(ask.host, ask.scope, ask.credential);
    const underway = this.#underway.get(key);
    const shared = underway === undefined ? undefined : await joinUnderway(underway, ask.signal);
    if (shared !== undefined) return shared;
    const work = this.#fetch(ask, key);
    this.#underway.set(key, work);
    try {
      return await work;
    } finally {
      this.#underway.delete(key);
    }
  }

  async #fetch(ask: TokenRequest, key: string): Promise<string> {
    const url = realmUrl(ask, (host) => this.#http.isPlainHttp(host));
    const headers = {
      accept: "application/json",
      ...(ask.credential === undefined ? {} : { authorization: basic(ask.credential) }),
    };
    const answer = await this.#http.get({ url, headers, maxBytes: MAX_TOKEN_BYTES, signal: ask.signal });
    expectToken(answer, url.host);
    const { token, lifetime } = readToken(answer.body);
    const [oldest] = this.#tokens.size < MAX_TOKENS ? [] : this.#tokens.keys();
    if (oldest !== undefined) this.#tokens.delete(oldest);
    this.#tokens.set(key, { token, until: this.#now() + (lifetime - SKEW_S) * 1000 });
    return token;
  }
}

/** Another caller's request for the same token, unless it was that caller's time that ran out. */
async function joinUnderway(work: Promise<string>, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await work;
  } catch (error) {
    const isTheirs = error instanceof UnavailableError && error.undetermined === "DeadlineSpent" && !signal.aborted;
    if (isTheirs) return undefined;
    throw error;
  }
}

export function basic(credential: Credential): string {
  return `Basic ${encodeBase64(encodeUtf8(`${credential.username}:${credential.password}`))}`;
}

function keyOf(host: string, scope: string, credential: Credential | undefined): string {
  return JSON.stringify([host, scope, credential?.username, credential?.password]);
}

function realmUrl(ask: TokenRequest, isPlainHttp: (host: string) => boolean): URL {
  const refuse = (why: string): VerificationFailure =>
    new VerificationFailure("TokenRefused", `Cannot use the token service that ${ask.host} names: ${why}`);
  if (!URL.canParse(ask.challenge.realm)) throw refuse("its address is malformed");
  const url = new URL(ask.challenge.realm);
  if (url.username !== "" || url.password !== "") throw refuse("its address holds credentials");
  const isPlain = url.protocol === "http:" && isPlainHttp(url.host);
  if (url.protocol !== "https:" && !isPlain) throw refuse("it is not https");
  if (ask.challenge.service !== undefined) url.searchParams.set("service", ask.challenge.service);
  url.searchParams.set("scope", ask.scope);
  return url;
}

function expectToken(answer: HttpAnswer, host: string): void {
  if (answer.status === 200) return;
  if (answer.status === 429) throw new UnavailableError("RegistryThrottled", `the token service ${host} answered 429`);
  if (answer.status === 408 || answer.status >= 500) {
    throw new UnavailableError("RegistryError", `the token service ${host} answered ${answer.status}`);
  }
  throw new VerificationFailure("TokenRefused", `Cannot get a token: ${host} answered ${answer.status}`);
}

function readToken(body: Uint8Array): { token: string; lifetime: number } {
  return malformed("TokenRefused", "token answer", () => {
    const answer = asObject(parseJson(body), "answer");
    const token = asString(answer.get("token") ?? answer.get("access_token"), "token");
    if (!/^[\x21-\x7e]+$/.test(token)) throw new EncodingError("token holds characters that no header can");
    const seconds = answer.has("expires_in") ? asInteger(answer.get("expires_in"), "expires_in") : MIN_LIFETIME_S;
    return { token, lifetime: Math.min(Math.max(seconds, MIN_LIFETIME_S), MAX_LIFETIME_S) };
  });
}
