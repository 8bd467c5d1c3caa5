/**
 * Who asks a registry (registry.md §7, §8). A host whose challenge is not known is asked without a name first; then what
 * the keychain holds is tried in its order, the next one on 401 and 403 alone, at most four, and nobody's name last. What
 * was accepted for a repository is tried first the next time. Nothing is ever shown to a host that we were redirected to.
 */
import { ownText } from "../encoding/text.ts";
import { VerificationFailure } from "../failure/failure.ts";
import type { Repository } from "../oci/reference.ts";
import type { Keychain, NamedCredential, SourceAnswer } from "../ports/credentials.ts";
import { UnavailableError } from "../ports/unavailable.ts";
import { basic, TokenSource, type TokenRequest } from "./bearer.ts";
import { pickChallenge, type Challenge } from "./challenge.ts";
import type { HttpAnswer } from "./exchange.ts";
import type { HttpClient } from "./http.ts";
import { MAX_TRIED } from "./keyring.ts";
import { Remembered } from "./remembered.ts";

export interface AuthorizedAsk {
  readonly repository: Repository;
  readonly url: URL;
  readonly keychain: Keychain;
  readonly signal: AbortSignal;
  get(authorization: string | undefined): Promise<HttpAnswer>;
}

/** What came back, and the names under which it was asked: if the answer is 401 or 403, all of them were refused. */
export interface AuthorizedAnswer extends Attempts {
  readonly answer: HttpAnswer;
}

/** Who was refused, and what was looked at and holds nothing. */
interface Attempts {
  readonly tried: readonly string[];
  readonly notes: readonly string[];
}

/** What sources without a credential have told so far. */
interface Told {
  readonly notes: string[];
  /** Of those that may have one another time. */
  readonly open: string[];
}

const NOBODY = "no credential";
/** Characters, of hosts with their challenges and of repositories with what was accepted for them: some thousands each. */
const MAX_CHALLENGES = 1_048_576;
const MAX_ACCEPTED = 2_097_152;
/** Outcome of one attempt: an answer, or what the token service said. */
type Attempted = HttpAnswer | { readonly refused: number; readonly service: string };

/** Nobody's name, or a credential by its name and the id of its source. */
interface Accepted {
  readonly id: string;
  readonly source: string;
}

/** One to be tried; without a credential it is nobody's name. */
interface Candidate {
  readonly id: string;
  readonly shown?: NamedCredential;
}

export class Authorizer {
  readonly #http: HttpClient;
  readonly #tokens: TokenSource;
  /** By host; the answer to a request without a name. */
  readonly #challenges = new Remembered(MAX_CHALLENGES, challengeLength);
  /** By keychain and repository: what was accepted. */
  readonly #accepted = new Remembered<Accepted>(MAX_ACCEPTED, ({ id, source }) => id.length + source.length);

  /** `now` in milliseconds since 1970, monotonic. */
  constructor(http: HttpClient, now: () => number) {
    this.#http = http;
    this.#tokens = new TokenSource(http, now);
  }

  /**
   * Fails with TokenRefused if no token was to be had for anything in the keychain; else the answer says it. Where all is
   * refused and a source could not be asked, it is UnavailableError.
   */
  async ask(ask: AuthorizedAsk): Promise<AuthorizedAnswer> {
    const { host } = ask.repository;
    if (this.#challenges.get(host) === undefined) {
      const answer = await ask.get(undefined);
      if (isRefused(answer)) await this.#learn(ask, answer);
      // Also what another request learned meanwhile
      if (!isRefused(answer) || this.#challenges.get(host) === undefined) return { answer, tried: [NOBODY], notes: [] };
    }
    return await this.#tryInTurn(ask);
  }

  async #tryInTurn(ask: AuthorizedAsk): Promise<AuthorizedAnswer> {
    const tried: string[] = [];
    const notes: string[] = [];
    const told: Told = { notes, open: [] };
    let last: HttpAnswer | undefined;
    let service: Extract<Attempted, { refused: number }> | undefined;
    for await (const { id, shown } of this.#candidates(ask, told)) {
      const attempted = await this.#attempt(ask, shown);
      const source = shown?.source ?? NOBODY;
      tried.push(source);
      if ("service" in attempted) {
        service = attempted;
        continue;
      }
      last = attempted;
      if (!isRefused(attempted)) {
        this.#accepted.set(acceptedKey(ask.repository, ask.keychain), { id, source });
        return { answer: attempted, tried, notes };
      }
      if (attempted.url.origin !== ask.url.origin) break;
    }
    const [open] = told.open;
    if (open !== undefined)
      throw new UnavailableError(
        "RegistryUnreachable",
        `${ask.repository.host} refused${explainRefusal({ tried, notes })}`,
      );
    if (last !== undefined) return { answer: last, tried, notes };
    const by = service === undefined ? "the token service" : `${service.service} answered ${service.refused}`;
    const reason = `Cannot get a token: ${by}${explainRefusal({ tried, notes })}`;
    throw new VerificationFailure("TokenRefused", reason);
  }

  /** In the order in which they are tried, each source asked only when its turn comes; `told` grows with its answers. */
  async *#candidates({ repository, keychain, signal }: AuthorizedAsk, told: Told): AsyncGenerator<Candidate> {
    const accepted = this.#accepted.get(acceptedKey(repository, keychain));
    const isNobody = accepted?.source === NOBODY;
    if (isNobody) yield { id: "" };
    let tried = isNobody ? 1 : 0;
    for (const source of acceptedFirst(keychain.sourcesFor(repository), ({ id }) => id === accepted?.id)) {
      if (tried >= MAX_TRIED) return;
      const answer: SourceAnswer = await source.ask(signal);
      told.notes.push(...answer.notes);
      if (answer.isOpen === true) told.open.push(...answer.notes);
      const ordered = acceptedFirst(answer.credentials, (each) => each.source === accepted?.source);
      for (const shown of ordered.slice(0, MAX_TRIED - tried)) {
        tried += 1;
        yield { id: source.id, shown };
      }
    }
    if (tried < MAX_TRIED && !isNobody) yield { id: "" };
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
    this.#challenges.set(ownText(host), challenge);
    return true;
  }

  async #probe({ url, signal }: AuthorizedAsk): Promise<Challenge | undefined> {
    const probe = new URL("/v2/", url);
    const { status, headers, url: from } = await this.#http.get({ url: probe, headers: {}, maxBytes: 65_536, signal });
    return status === 401 && from.origin === url.origin ? pickChallenge(headers["www-authenticate"]) : undefined;
  }
}

function acceptedFirst<T>(all: readonly T[], isAccepted: (each: T) => boolean): readonly T[] {
  return [...all.filter(isAccepted), ...all.filter((each) => !isAccepted(each))];
}

/** Who was refused and who was not asked, for messages: sources alone. */
export function explainRefusal({ tried, notes }: Attempts): string {
  return ` to ${tried.join(", ")}${notes.length === 0 ? "" : `; ${notes.join("; ")}`}`;
}

function isRefused({ status }: HttpAnswer): boolean {
  return status === 401 || status === 403;
}

function isEqual(left: Challenge, right: Challenge | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function acceptedKey({ host, path }: Repository, { id }: Keychain): string {
  return JSON.stringify([host, path, id]);
}

function challengeLength(challenge: Challenge): number {
  return challenge.scheme === "bearer" ? challenge.realm.length + (challenge.service?.length ?? 0) : 0;
}
