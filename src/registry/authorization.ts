/**
 * Who asks a registry (registry.md §7, §8). A host whose challenge is not known is asked without a name first; then what
 * the keychain holds is tried in its order, the next one on 401 and 403 alone, at most four, and nobody's name last. What
 * was accepted for a repository is tried first the next time. Nothing is ever shown to a host that we were redirected to.
 */
import { VerificationFailure } from "../failure/failure.ts";
import type { Repository } from "../oci/reference.ts";
import type { Keychain, NamedCredential } from "../ports/credentials.ts";
import { basic, TokenSource, type TokenRequest } from "./bearer.ts";
import { pickChallenge, type Challenge } from "./challenge.ts";
import type { HttpAnswer } from "./exchange.ts";
import type { HttpClient } from "./http.ts";
import { MAX_TRIED } from "./keyring.ts";

export interface AuthorizedAsk {
  readonly repository: Repository;
  readonly url: URL;
  readonly keychain: Keychain;
  readonly signal: AbortSignal;
  get(authorization: string | undefined): Promise<HttpAnswer>;
}

/** What came back, and the names under which it was asked: if the answer is 401 or 403, all of them were refused. */
export interface AuthorizedAnswer {
  readonly answer: HttpAnswer;
  readonly tried: readonly string[];
}

const NOBODY = "no credential";
const MAX_REMEMBERED = 10_000;
/** Outcome of one attempt: an answer, or what the token service said. */
type Attempted = HttpAnswer | { readonly refused: number; readonly service: string };

export class Authorizer {
  readonly #http: HttpClient;
  readonly #tokens: TokenSource;
  /** By host; the answer to a request without a name. */
  readonly #challenges = new Map<string, Challenge>();
  /** By keychain and repository: the source that was accepted. */
  readonly #accepted = new Map<string, string>();

  /** `now` in milliseconds since 1970, monotonic. */
  constructor(http: HttpClient, now: () => number) {
    this.#http = http;
    this.#tokens = new TokenSource(http, now);
  }

  /** Fails with TokenRefused if no token was to be had for anything in the keychain; else the answer says it. */
  async ask(ask: AuthorizedAsk): Promise<AuthorizedAnswer> {
    const { host } = ask.repository;
    if (!this.#challenges.has(host)) {
      const answer = await ask.get(undefined);
      if (isRefused(answer)) await this.#learn(ask, answer);
      // Also what another request learned meanwhile
      if (!isRefused(answer) || !this.#challenges.has(host)) return { answer, tried: [NOBODY] };
    }
    return await this.#tryInTurn(ask);
  }

  async #tryInTurn(ask: AuthorizedAsk): Promise<AuthorizedAnswer> {
    const tried: string[] = [];
    let last: HttpAnswer | undefined;
    let service: Extract<Attempted, { refused: number }> | undefined;
    for await (const shown of this.#candidates(ask)) {
      const attempted = await this.#attempt(ask, shown);
      tried.push(shown?.source ?? NOBODY);
      if ("service" in attempted) {
        service = attempted;
        continue;
      }
      last = attempted;
      if (!isRefused(attempted)) {
        this.#remember(ask, shown);
        return { answer: attempted, tried };
      }
      if (attempted.url.origin !== ask.url.origin) break;
    }
    if (last !== undefined) return { answer: last, tried };
    const by = service === undefined ? "the token service" : `${service.service} answered ${service.refused}`;
    throw new VerificationFailure("TokenRefused", `Cannot get a token: ${by}${explainRefusal(tried, ask.keychain)}`);
  }

  /** In the order in which they are tried, each asked for only when its turn comes. */
  async *#candidates({ repository, keychain, signal }: AuthorizedAsk): AsyncGenerator<NamedCredential | undefined> {
    const accepted = this.#accepted.get(acceptedKey(repository, keychain));
    if (accepted === NOBODY) yield undefined;
    const isFirst = ({ source }: { source: string }): boolean => source === accepted;
    const ordered = [...keychain.sources.filter(isFirst), ...keychain.sources.filter((each) => !isFirst(each))];
    let tried = accepted === NOBODY ? 1 : 0;
    for (const source of ordered) {
      if (tried >= MAX_TRIED) return;
      const credential = await source.credential(signal);
      if (credential === undefined) continue;
      tried += 1;
      yield { source: source.source, credential };
    }
    if (tried < MAX_TRIED && accepted !== NOBODY) yield undefined;
  }

  /** A token that was kept may have ended early, and a host may change its mind: then once more, not for ever. */
  async #attempt(ask: AuthorizedAsk, shown: NamedCredential | undefined): Promise<Attempted> {
    const first = await this.#once(ask, shown);
    if ("refused" in first.attempted || first.attempted.status !== 401) return first.attempted;
    if (!(await this.#learn(ask, first.attempted)) && !first.mayBeStale) return first.attempted;
    return (await this.#once(ask, shown)).attempted;
  }

  async #once(
    ask: AuthorizedAsk,
    shown: NamedCredential | undefined,
  ): Promise<{ readonly attempted: Attempted; readonly mayBeStale: boolean }> {
    const { host, path } = ask.repository;
    const challenge = this.#challenges.get(host);
    if (challenge?.scheme !== "bearer") {
      const authorization = shown === undefined ? undefined : basic(shown.credential);
      return { attempted: await ask.get(authorization), mayBeStale: false };
    }
    const wanted: TokenRequest = { challenge, host, scope: `repository:${path}:pull`, shown, signal: ask.signal };
    const answer = await this.#tokens.token(wanted);
    if ("refused" in answer) return { attempted: answer, mayBeStale: false };
    const attempted = await ask.get(`Bearer ${answer.token}`);
    if (attempted.status === 401) this.#tokens.forget(wanted);
    return { attempted, mayBeStale: answer.isRemembered };
  }

  /** True if a challenge was learned that was not known. One without any is asked of /v2/, as gcr.io once wanted it. */
  async #learn(ask: AuthorizedAsk, answer: HttpAnswer): Promise<boolean> {
    if (answer.status !== 401 || answer.url.origin !== ask.url.origin) return false;
    const { host } = ask.repository;
    const known = this.#challenges.get(host);
    const challenge = pickChallenge(answer.headers["www-authenticate"]) ?? (known ? undefined : await this.#probe(ask));
    if (challenge === undefined || isEqual(challenge, known)) return false;
    keep(this.#challenges, host, challenge);
    return true;
  }

  async #probe({ url, signal }: AuthorizedAsk): Promise<Challenge | undefined> {
    const probe = new URL("/v2/", url);
    const { status, headers, url: from } = await this.#http.get({ url: probe, headers: {}, maxBytes: 65_536, signal });
    return status === 401 && from.origin === url.origin ? pickChallenge(headers["www-authenticate"]) : undefined;
  }

  #remember({ repository, keychain }: AuthorizedAsk, shown: NamedCredential | undefined): void {
    keep(this.#accepted, acceptedKey(repository, keychain), shown?.source ?? NOBODY);
  }
}

/** Who was refused and who was not asked, for messages: sources alone. */
export function explainRefusal(tried: readonly string[], keychain: Keychain): string {
  const notes = keychain.notes();
  return ` to ${tried.join(", ")}${notes.length === 0 ? "" : `; ${notes.join("; ")}`}`;
}

function isRefused({ status }: HttpAnswer): boolean {
  return status === 401 || status === 403;
}

function isEqual(left: Challenge, right: Challenge | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function acceptedKey({ host, path }: Repository, { id }: Keychain): string {
  return `${host}/${path} ${id}`;
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_REMEMBERED) map.delete(map.keys().next().value ?? "");
}
