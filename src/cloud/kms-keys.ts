/**
 * Keys of key management services that cluster policies name (policy-api.md §2.4): each is fetched when a policy names it and
 * again in the background. What was fetched last holds while a service cannot be asked, and its age is told; an answer that
 * there is no such key revokes at once. A new version, or an alias that was pointed elsewhere, is seen at the next look.
 */
import { isSameKey, type KeyAnswer } from "../policy/key-source.ts";
import { parseKmsUri } from "../policy/kms-uri.ts";
import { CloudError } from "./http.ts";
import type { FetchKey } from "./kms/fetch-key.ts";

export interface KmsKeysOptions {
  readonly fetchKey: FetchKey;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Waits; resolves early when the signal fires. */
  readonly delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** The key at this URI is another one, or is not at hand any more. */
  readonly onChange: (uri: string) => void;
}

interface Watched {
  readonly stop: AbortController;
  answer: KeyAnswer | undefined;
  /** When the answer was given. */
  at: number;
  /** Why the last look brought none. */
  failure: string | undefined;
}

/** How long an answer is taken for the present; the next look comes before its end. */
const LIFETIME_MS = 600_000;
const LOOK_AT = 0.8;
const RETRY = { firstMs: 5_000, maxMs: 120_000 } as const;
const FETCH_MS = 15_000;

export class KmsKeys {
  readonly #options: KmsKeysOptions;
  readonly #watched = new Map<string, Watched>();
  #isClosed = false;
  #hasSettled = false;

  constructor(options: KmsKeysOptions) {
    this.#options = options;
  }

  /** Looks after the keys at these URIs, and at no others any more. */
  follow(uris: readonly string[]): void {
    if (this.#isClosed) return;
    const wanted = new Set(uris);
    for (const [uri, { stop }] of this.#watched) {
      if (wanted.has(uri)) continue;
      stop.abort();
      this.#watched.delete(uri);
    }
    for (const uri of wanted) if (!this.#watched.has(uri)) this.#start(uri);
    this.#settle();
  }

  find(uri: string): KeyAnswer {
    const watched = this.#watched.get(uri);
    if (watched?.answer !== undefined) return watched.answer;
    const reason = watched?.failure === undefined ? "it has not been fetched yet" : watched.failure;
    return { kind: "none", reason };
  }

  /** The age in seconds of the key that was confirmed longest ago; 0 without any. */
  ageSeconds(): number {
    const known = [...this.#watched.values()].filter(({ answer }) => answer !== undefined);
    return known.length === 0 ? 0 : Math.floor((this.#options.now() - Math.min(...known.map(({ at }) => at))) / 1000);
  }

  /** Ok once every key that was named at first was asked for; from then on, what fails is told and no more. */
  readiness(): { readonly ok: boolean; readonly detail: string } {
    const all = [...this.#watched];
    const failed = all.find(([, { failure }]) => failure !== undefined);
    const known = all.filter(([, { answer }]) => answer !== undefined).length;
    const detail = `${known} of ${all.length} fetched, the oldest ${this.ageSeconds()} s ago`;
    const problem = failed === undefined ? "" : `; ${failed[0]}: ${failed[1].failure}`;
    return { ok: this.#hasSettled, detail: `${detail}${problem}` };
  }

  close(): void {
    this.#isClosed = true;
    for (const { stop } of this.#watched.values()) stop.abort();
    this.#watched.clear();
  }

  #start(uri: string): void {
    const watched: Watched = { stop: new AbortController(), answer: undefined, at: 0, failure: undefined };
    this.#watched.set(uri, watched);
    void this.#look(uri, watched);
  }

  async #look(uri: string, watched: Watched): Promise<void> {
    const { signal } = watched.stop;
    let retryMs: number = RETRY.firstMs;
    while (!signal.aborted) {
      const failure = await this.#fetch(uri, watched);
      if (signal.aborted) return;
      watched.failure = failure;
      this.#settle();
      const isWell = failure === undefined && watched.answer?.kind === "key";
      await this.#options.delay(isWell ? LIFETIME_MS * LOOK_AT : retryMs, signal);
      retryMs = isWell ? RETRY.firstMs : Math.min(retryMs * 2, RETRY.maxMs);
    }
  }

  /** Why there is no answer, or undefined. */
  async #fetch(uri: string, watched: Watched): Promise<string | undefined> {
    const parsed = parseKmsUri(uri);
    if (parsed === undefined) return "it is no URI of a key management service";
    const { signal } = watched.stop;
    try {
      const answer = await this.#options.fetchKey(parsed, AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]));
      if (!signal.aborted) this.#take(uri, watched, answer);
      return undefined;
    } catch (error) {
      // A defect must not end the looking: the key that was fetched last would hold for ever, unseen.
      return error instanceof CloudError ? error.message : "it could not be fetched";
    }
  }

  #take(uri: string, watched: Watched, answer: KeyAnswer): void {
    const before = watched.answer;
    watched.answer = answer;
    watched.at = this.#options.now();
    if (!isSameKey(before, answer)) this.#options.onChange(uri);
  }

  #settle(): void {
    this.#hasSettled ||= [...this.#watched.values()].every(
      ({ answer, failure }) => answer !== undefined || failure !== undefined,
    );
  }
}
