/**
 * What one host may cost (registry.md §10, §11): so many requests at a time, none while it asked to be left alone, and few
 * once it has stopped answering. So a registry that holds every request for as long as it can holds its own callers alone.
 * Who waits for a host is let in by turns among the parties, so that one with many requests delays another by one of them.
 */
import { UnavailableError } from "../ports/unavailable.ts";
import type { HttpAnswer } from "./exchange.ts";
import { pause } from "./pause.ts";

export interface HostLoadOptions {
  /** Requests under way at a time, now. */
  readonly perHost: () => number;
  /** Milliseconds since 1970, monotonic. */
  readonly now: () => number;
  /** From 0 to below 1, for pauses. */
  readonly random: () => number;
}

export interface LoadedCall {
  readonly host: string;
  /** Whom a registry throttles: everybody without a name is one. */
  readonly principal: string;
  /** On whose behalf it is made; empty for nobody in particular. */
  readonly party: string;
  /** For messages. */
  readonly place: string;
  readonly signal: AbortSignal;
}

interface Host {
  running: number;
  /** By party, the one whose turn it is first. */
  readonly waiting: Map<string, (() => void)[]>;
  /** In a row. */
  failures: number;
  closedUntil: number;
  readonly throttledUntil: Map<string, number>;
}

const FAILURES = 5;
const CLOSED_MS = 5_000;
/** Who asks a host that is closed is told after a moment: who is told at once asks again, hundreds of times a second. */
const TOLD_AFTER_MS = 250;
const MAX_THROTTLED_S = 60;
/** So short a wait is waited for, with a little more, so that not all come back in one moment. */
const MAX_WAIT_MS = 2_000;
const SPREAD_MS = 250;
const MAX_HOSTS = 1_000;
/** Of one host, that it asked to be left alone by. */
const MAX_PRINCIPALS = 100;

export class HostLoad {
  readonly #options: HostLoadOptions;
  readonly #hosts = new Map<string, Host>();

  constructor(options: HostLoadOptions) {
    this.#options = options;
  }

  /** Runs `work` in its turn. Throws UnavailableError where the host is not to be asked now. */
  async run(call: LoadedCall, work: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const host = this.#of(call.host);
    const wait = this.#shortWait(host, call);
    if (wait > 0) await this.#waitShortly(wait, call);
    else if (host.closedUntil > this.#options.now()) await pause(TOLD_AFTER_MS, call.signal);
    this.#expectOpen(host, call);
    await this.#enter(host, call);
    try {
      // What those before it learned while it waited
      this.#expectOpen(host, call);
      const answer = await work();
      host.failures = 0;
      this.#noteThrottling(host, call, answer);
      return answer;
    } catch (error) {
      this.#noteFailure(host, error);
      throw error;
    } finally {
      host.running -= 1;
      while (host.running < this.#options.perHost() && host.waiting.size > 0) letIn(host);
      if (isIdle(host)) this.#hosts.delete(call.host);
    }
  }

  /** How many hosts are known of. */
  get size(): number {
    return this.#hosts.size;
  }

  /** True for an answer that asks for so short a wait that the same call may be made again: it will be waited for. */
  isShortWait(answer: HttpAnswer): boolean {
    if (answer.status !== 429) return false;
    const seconds = retryAfterOf(answer, this.#options.now());
    return seconds !== undefined && seconds * 1000 <= MAX_WAIT_MS;
  }

  /** Milliseconds, where they are few enough. */
  #shortWait(host: Host, { principal }: LoadedCall): number {
    const left = (host.throttledUntil.get(principal) ?? 0) - this.#options.now();
    return left <= MAX_WAIT_MS ? left : 0;
  }

  async #waitShortly(milliseconds: number, { place, signal }: LoadedCall): Promise<void> {
    await pause(milliseconds + this.#options.random() * SPREAD_MS, signal);
    if (signal.aborted) throw spent(place);
  }

  #expectOpen(host: Host, { place, principal }: LoadedCall): void {
    const now = this.#options.now();
    const throttled = (host.throttledUntil.get(principal) ?? 0) - now;
    if (throttled > 0) {
      const retryAfterSeconds = Math.ceil(throttled / 1000);
      throw new UnavailableError("RegistryThrottled", `${place} answered 429 a moment ago`, { retryAfterSeconds });
    }
    if (host.closedUntil > now) {
      throw new UnavailableError("RegistryUnreachable", `${place} did not answer ${FAILURES} times in a row`);
    }
  }

  async #enter(host: Host, { signal, place, party }: LoadedCall): Promise<void> {
    if (signal.aborted) throw spent(place);
    if (host.running < this.#options.perHost()) {
      host.running += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        removeWaiting(host, party, enter);
        reject(spent(place));
      };
      const enter = (): void => {
        signal.removeEventListener("abort", leave);
        // Before anybody else can take the place
        host.running += 1;
        resolve();
      };
      host.waiting.set(party, [...(host.waiting.get(party) ?? []), enter]);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  #noteThrottling(host: Host, { principal }: LoadedCall, answer: HttpAnswer): void {
    const seconds = answer.status === 429 ? retryAfterOf(answer, this.#options.now()) : undefined;
    if (seconds === undefined) return;
    if (host.throttledUntil.size >= MAX_PRINCIPALS) host.throttledUntil.clear();
    host.throttledUntil.set(principal, this.#options.now() + Math.min(seconds, MAX_THROTTLED_S) * 1000);
  }

  /** A host that is closed lets one request in when its time is over: the next failure closes it again. */
  #noteFailure(host: Host, error: unknown): void {
    if (!(error instanceof UnavailableError) || error.undetermined !== "RegistryUnreachable") return;
    host.failures += 1;
    if (host.failures >= FAILURES) host.closedUntil = this.#options.now() + CLOSED_MS;
  }

  #of(name: string): Host {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const fresh: Host = { running: 0, waiting: new Map(), failures: 0, closedUntil: 0, throttledUntil: new Map() };
    if (this.#hosts.size >= MAX_HOSTS) this.#forgetOldest();
    this.#hosts.set(name, fresh);
    return fresh;
  }

  #forgetOldest(): void {
    for (const [name, host] of this.#hosts) {
      if (host.running > 0 || host.waiting.size > 0) continue;
      this.#hosts.delete(name);
      return;
    }
  }
}

/** The first of the party whose turn it is, which then stands behind all others. */
function letIn({ waiting }: Host): void {
  const [turn] = waiting;
  if (turn === undefined) return;
  const [party, [first, ...others]] = turn;
  waiting.delete(party);
  if (others.length > 0) waiting.set(party, others);
  first?.();
}

function removeWaiting({ waiting }: Host, party: string, enter: () => void): void {
  const left = (waiting.get(party) ?? []).filter((each) => each !== enter);
  if (left.length === 0) waiting.delete(party);
  else waiting.set(party, left);
}

function spent(place: string): UnavailableError {
  return new UnavailableError("DeadlineSpent", `the time was spent waiting for other requests to ${place}`);
}

function isIdle({ running, waiting, failures, throttledUntil }: Host): boolean {
  return running === 0 && waiting.size === 0 && failures === 0 && throttledUntil.size === 0;
}

/** Seconds, or a date (RFC 9110 §10.2.3); undefined where it says neither. */
export function retryAfterOf({ headers }: Pick<HttpAnswer, "headers">, now: number): number | undefined {
  const header = headers["retry-after"];
  if (typeof header !== "string") return undefined;
  if (/^[0-9]{1,9}$/.test(header)) return Number(header);
  const date = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(header)
    ? Date.parse(header)
    : NaN;
  return Number.isNaN(date) ? undefined : Math.max(Math.ceil((date - now) / 1000), 0);
}
