/**
 * Tokens of a registry's token service (registry.md §7.3, §7.4): asked for our repository and pull alone, whatever the
 * challenge says, over https unless the operator named the service's host as plain HTTP; kept per host, scope, source and
 * credential, for four fifths of their lifetime; asked once for concurrent callers.
 */
import { digestOf } from "../crypto/digest.ts";
import { encodeBase64 } from "../encoding/base64.ts";
import { asInteger, asObject } from "../encoding/guard.ts";
import { parseRfc3339 } from "../encoding/instant.ts";
import type { JsonObject } from "../encoding/json.ts";
import { encodeUtf8, ownText } from "../encoding/text.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { malformed } from "../failure/attempt.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { Credential, NamedCredential } from "../ports/credentials.ts";
import { UnavailableError } from "../ports/unavailable.ts";
import { readAuthJson } from "./auth-entry.ts";
import type { Challenge } from "./challenge.ts";
import type { HttpAnswer } from "./exchange.ts";
import type { HttpClient } from "./http.ts";
import { Remembered } from "./remembered.ts";

export interface TokenRequest {
  readonly challenge: Extract<Challenge, { scheme: "bearer" }>;
  readonly host: string;
  readonly scope: string;
  /** undefined: nobody. */
  readonly shown: NamedCredential | undefined;
  readonly signal: AbortSignal;
}

/** A token, or the status with which the service refused what it was shown. */
export type TokenAnswer =
  { readonly token: string; readonly isRemembered: boolean } | { readonly refused: number; readonly service: string };

const MAX_ANSWER_BYTES = 65_536;
/** What servers take as a header. */
const MAX_TOKEN_LENGTH = 16_384;
const MIN_LIFETIME_S = 60;
const MAX_LIFETIME_S = 1800;
const FRESH_FOR = 0.8;
/** Characters: some thousands of usual ones. */
const MAX_TOKENS = 4_194_304;
const CLIENT_ID = "sealgate";

type Kept = { readonly token: string; readonly until: number };
type Fetched = Extract<TokenAnswer, { refused: number }> | Kept;

export class TokenSource {
  readonly #http: HttpClient;
  readonly #now: () => number;
  readonly #tokens = new Remembered<Kept>(MAX_TOKENS, ({ token }) => token.length);
  readonly #underway = new Map<string, Promise<Fetched>>();

  /** `now` in milliseconds since 1970, monotonic. */
  constructor(http: HttpClient, now: () => number) {
    this.#http = http;
    this.#now = now;
  }

  /** The next one is asked for anew. */
  forget(ask: TokenRequest): void {
    this.#tokens.delete(keyOf(ask));
  }

  /**
   * A remembered token or a new one. Fails with TokenRefused when the service may not be used or answers anything but a
   * token or a refusal; UnavailableError when it is down.
   */
  async token(ask: TokenRequest): Promise<TokenAnswer> {
    const key = keyOf(ask);
    const known = this.#tokens.get(key);
    if (known !== undefined && known.until > this.#now()) return { token: known.token, isRemembered: true };
    const fetched = await this.#shared(ask, key);
    return "refused" in fetched ? fetched : { token: fetched.token, isRemembered: false };
  }

  async #shared(ask: TokenRequest, key: string): Promise<Fetched> {
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

  async #fetch(ask: TokenRequest, key: string): Promise<Fetched> {
    const url = realmUrl(ask, (realm) => this.#http.isPlainHttp(realm));
    const answer = await this.#ask(ask, url);
    if (answer.status === 401 || answer.status === 403) return { refused: answer.status, service: answer.place };
    expectToken(answer);
    const kept = readToken(answer.body, this.#now());
    this.#tokens.set(key, kept);
    return kept;
  }

  /** An identity token by POST; a service that knows no POST is asked as the others are, if there is a password. */
  async #ask(ask: TokenRequest, url: URL): Promise<HttpAnswer> {
    const { shown, challenge, scope, signal } = ask;
    const common = { maxBytes: MAX_ANSWER_BYTES, signal, place: `the token service of ${ask.host}` };
    const credential = shown?.credential;
    if (credential?.identityToken !== undefined) {
      const form = new URLSearchParams({
        grant_type: "refresh_token",
        refresh_token: credential.identityToken,
        ...(challenge.service === undefined ? {} : { service: challenge.service }),
        client_id: CLIENT_ID,
        scope,
      });
      const answer = await this.#http.post({ url, headers: { accept: "application/json" }, ...common }, form);
      if ((answer.status !== 404 && answer.status !== 405) || credential.password === "") return answer;
    }
    const authorization = credential === undefined ? {} : { authorization: basic(credential) };
    const asked = new URL(url);
    if (challenge.service !== undefined) asked.searchParams.set("service", challenge.service);
    asked.searchParams.set("scope", scope);
    return await this.#http.get({ url: asked, headers: { accept: "application/json", ...authorization }, ...common });
  }
}

/** Another caller's request for the same token, unless it was that caller's time that ran out. */
async function joinUnderway(work: Promise<Fetched>, signal: AbortSignal): Promise<Fetched | undefined> {
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

/** Equal for equal credentials alone; says nothing of them. */
export function credentialHash({ username, password, identityToken }: Credential): string {
  return digestOf(encodeUtf8(JSON.stringify([username, password, identityToken])));
}

function keyOf({ host, scope, shown, challenge }: TokenRequest): string {
  const who = shown === undefined ? [] : [shown.source, credentialHash(shown.credential)];
  return JSON.stringify([host, scope, challenge.realm, challenge.service, ...who]);
}

function realmUrl(ask: TokenRequest, isPlainHttp: (url: URL) => boolean): URL {
  const refuse = (why: string): VerificationFailure =>
    new VerificationFailure("TokenRefused", `Cannot use the token service that ${ask.host} names: ${why}`);
  if (!URL.canParse(ask.challenge.realm)) throw refuse("its address is malformed");
  const url = new URL(ask.challenge.realm);
  if (url.username !== "" || url.password !== "") throw refuse("its address holds credentials");
  const isPlain = url.protocol === "http:" && isPlainHttp(url);
  if (url.protocol !== "https:" && !isPlain) throw refuse("it is not https");
  if (ask.shown?.credential.ownHostOnly === true && url.host !== ask.host) {
    throw refuse(`it is another host, to which the credential of ${ask.shown.source} is not shown`);
  }
  url.hash = "";
  return url;
}

function expectToken({ status, place }: HttpAnswer): void {
  if (status === 200) return;
  if (status === 429) throw new UnavailableError("RegistryThrottled", `${place} answered 429`);
  if (status === 408 || status >= 500) throw new UnavailableError("RegistryError", `${place} answered ${status}`);
  throw new VerificationFailure("TokenRefused", `Cannot get a token: ${place} answered ${status}`);
}

/** What is wrong is said without a word of the answer. */
function readToken(body: Uint8Array, now: number): Kept {
  return malformed("TokenRefused", "token answer", () => {
    const answer = asObject(readAuthJson(body, "it"), "it");
    const token = answer.get("token") ?? answer.get("access_token");
    if (typeof token !== "string") throw new EncodingError("token is no string");
    if (!/^[\x21-\x7e]+$/.test(token)) throw new EncodingError("token holds characters that no header can");
    if (token.length > MAX_TOKEN_LENGTH) throw new EncodingError(`token is longer than ${MAX_TOKEN_LENGTH} characters`);
    const seconds = answer.has("expires_in") ? asInteger(answer.get("expires_in"), "expires_in") : MIN_LIFETIME_S;
    const lifetimeMs = Math.min(Math.max(seconds, MIN_LIFETIME_S), MAX_LIFETIME_S) * 1000;
    return { token: ownText(token), until: issuedAt(answer, now, lifetimeMs) + FRESH_FOR * lifetimeMs };
  });
}

/** A time that lies in the future, or too far back for the token to be any good, is another clock's: ours counts then. */
function issuedAt(answer: JsonObject, now: number, lifetimeMs: number): number {
  const written = answer.get("issued_at");
  if (typeof written !== "string") return now;
  try {
    const issued = parseRfc3339(written);
    return issued <= now && issued > now - lifetimeMs ? issued : now;
  } catch (error) {
    if (error instanceof EncodingError) return now;
    throw error;
  }
}
