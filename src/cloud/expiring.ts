/**
 * Something that holds for a time and is then asked for again, as tokens are: renewed in the background once 80 % of its life
 * are over, so that nobody waits for it, and never given out after its end. Concurrent callers share one call.
 */
export interface Lasting<T> {
  readonly value: T;
  /** Milliseconds from now. */
  readonly lifetimeMs: number;
}

export interface ExpiringOptions<T> {
  /** Asks for a new one. What it throws reaches those who have no other. */
  fetch(signal: AbortSignal): Promise<Lasting<T>>;
  /** Milliseconds, monotonic. */
  now(): number;
}

interface Kept<T> {
  readonly value: T;
  readonly renewAt: number;
  readonly endsAt: number;
}

const RENEWED_AT = 0.8;
/** After a renewal that failed. */
const RETRY_MS = 30_000;
const FETCH_MS = 15_000;

export class Expiring<T> {
  readonly #options: ExpiringOptions<T>;
  #kept: Kept<T> | undefined;
  #underway: Promise<T> | undefined;
  #retryAt = 0;

  constructor(options: ExpiringOptions<T>) {
    this.#options = options;
  }

  /** What is kept, or a new one. Rejects with what fetch() threw, or with the signal's reason. */
  async get(signal: AbortSignal): Promise<T> {
    const now = this.#options.now();
    if (this.#kept === undefined || now >= this.#kept.endsAt) return await inTime(this.#fetch(), signal);
    if (now >= this.#kept.renewAt && now >= this.#retryAt) this.#renew();
    return this.#kept.value;
  }

  /** It was refused: the next caller has a new one. */
  drop(): void {
    this.#kept = undefined;
  }

  #renew(): void {
    this.#retryAt = this.#options.now() + RETRY_MS;
    // What is kept still holds: the next renewal may do better, and whoever finds it ended is told why.
    this.#fetch().catch(() => undefined);
  }

  #fetch(): Promise<T> {
    this.#underway ??= this.#ask().finally(() => {
      this.#underway = undefined;
    });
    return this.#underway;
  }

  async #ask(): Promise<T> {
    const { value, lifetimeMs } = await this.#options.fetch(AbortSignal.timeout(FETCH_MS));
    const now = this.#options.now();
    this.#kept = { value, renewAt: now + lifetimeMs * RENEWED_AT, endsAt: now + lifetimeMs };
    return value;
  }
}

/** One value for each scope, for as long as it holds. */
export function tokensByScope(
  now: () => number,
  fetchToken: (scope: string, signal: AbortSignal) => Promise<Lasting<string>>,
): (scope: string) => Expiring<string> {
  const tokens = new Map<string, Expiring<string>>();
  return (scope) => {
    const known = tokens.get(scope);
    if (known !== undefined) return known;
    const token = new Expiring({ now, fetch: (signal) => fetchToken(scope, signal) });
    tokens.set(scope, token);
    return token;
  };
}

/** The call goes on for those who share it; who has no more time leaves. */
export async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let leave = (): void => undefined;
  const spent = new Promise<never>((_, reject) => {
    leave = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", leave, { once: true });
  });
  if (signal.aborted) leave();
  try {
    return await Promise.race([work, spent]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
