/**
 * Leader election by a Lease, with the semantics of client-go (kubernetes.md §10): the lease of another is waited for by
 * our own clock since it was last seen to change, never by the times in it. It is no fencing: what a leader writes must
 * be idempotent. A leader that cannot renew stops before anybody else may start.
 */
import { isJsonObject } from "../encoding/guard.ts";
import { toPlain, type JsonObject } from "../encoding/json.ts";
import { callApi } from "./api-call.ts";
import type { KubernetesApi } from "./client.ts";

export interface LeaseOptions {
  readonly api: KubernetesApi;
  readonly namespace: string;
  readonly name: string;
  /** Unlike any other's, also after a restart under the same name. */
  readonly identity: string;
  readonly times?: LeaseTimes;
  /** Leads until the signal fires; it is told nothing else. */
  lead(signal: AbortSignal): Promise<void>;
  /** Annotations that the holder keeps on it; undefined takes one away. */
  readonly annotations?: () => Readonly<Record<string, string | undefined>>;
  readonly onState: (state: LeaseState) => void;
  readonly now: () => number;
  readonly monotonicNow: () => number;
  readonly delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
}

export interface LeaseState {
  readonly isLeader: boolean;
  /** Who leads, or why that is not known. */
  readonly detail: string;
}

export interface LeaseTimes {
  readonly leaseMs: number;
  readonly renewMs: number;
  readonly retryMs: number;
}

const DEFAULT_TIMES: LeaseTimes = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 };

/** What somebody else's hold looks like, and since when it has looked so. */
interface Observed {
  readonly record: string;
  readonly since: number;
}

export class LeaderElection {
  readonly #options: LeaseOptions;
  readonly #times: LeaseTimes;
  readonly #path: string;
  #observed: Observed = { record: "", since: 0 };

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#times = options.times ?? DEFAULT_TIMES;
    this.#path = `/apis/coordination.k8s.io/v1/namespaces/${options.namespace}/leases`;
  }

  /** Runs until the signal fires, then gives the lease back. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { random, delay } = this.#options;
    while (!signal.aborted) {
      const asked = this.#options.monotonicNow();
      if (await this.#acquire(signal, this.#times.renewMs)) await this.#lead(asked, signal);
      if (!signal.aborted) await delay(this.#times.retryMs * (1 + random() * 0.2), signal);
    }
  }

  async #lead(asked: number, signal: AbortSignal): Promise<void> {
    const { delay, monotonicNow, onState, identity } = this.#options;
    const leading = new AbortController();
    const work = this.#options.lead(AbortSignal.any([signal, leading.signal]));
    onState({ isLeader: true, detail: `"${identity}" leads` });
    let renewed = asked;
    for (;;) {
      await delay(this.#times.retryMs, signal);
      if (signal.aborted) break;
      const started = monotonicNow();
      const left = renewed + this.#times.renewMs - started;
      if (left <= 0) break;
      if (await this.#acquire(signal, left)) renewed = started;
    }
    leading.abort();
    onState({ isLeader: false, detail: signal.aborted ? "stopped" : "the lease could not be renewed" });
    await work;
    if (signal.aborted) await this.#release();
  }

  /** True if the lease is ours now. */
  async #acquire(signal: AbortSignal, left: number): Promise<boolean> {
    try {
      // A timer wants whole milliseconds; a monotonic clock gives fractions.
      return await this.#tryAcquire(signal, Math.ceil(left));
    } catch (error) {
      if (!signal.aborted) this.#options.onState({ isLeader: false, detail: reasonOf(error) });
      return false;
    }
  }

  async #tryAcquire(signal: AbortSignal, timeoutMs: number): Promise<boolean> {
    const { api, name, namespace } = this.#options;
    const found = await callApi(api, { method: "GET", path: `${this.#path}/${name}` }, signal, timeoutMs);
    if (found.status === 404) {
      const body = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name, namespace } };
      const spec = this.#spec(undefined);
      const made = await callApi(api, { method: "POST", path: this.#path, body: { ...body, spec } }, signal, timeoutMs);
      return this.#isTaken(made.status);
    }
    if (found.status !== 200) throw new Error(`the API server answered ${found.status}`);
    const held = specOf(found.object);
    if (this.#isHeldByAnother(held)) return false;
    const body = this.#annotated({ ...(toPlain(found.object) as Record<string, unknown>), spec: this.#spec(held) });
    const put = await callApi(api, { method: "PUT", path: `${this.#path}/${name}`, body }, signal, timeoutMs);
    return this.#isTaken(put.status);
  }

  #annotated(lease: Record<string, unknown>): Record<string, unknown> {
    const metadata = (lease["metadata"] ?? {}) as Record<string, unknown>;
    const before = metadata["annotations"] as Record<string, string> | undefined;
    // What is undefined is left out of JSON.
    return { ...lease, metadata: { ...metadata, annotations: { ...before, ...this.#options.annotations?.() } } };
  }

  /** 409: another was faster. */
  #isTaken(status: number): boolean {
    if (status === 200 || status === 201) return true;
    if (status === 409) return false;
    throw new Error(`the API server answered ${status}`);
  }

  #isHeldByAnother(held: ReadonlyMap<string, unknown>): boolean {
    const holder = held.get("holderIdentity");
    const record = JSON.stringify([holder, held.get("renewTime"), held.get("leaseTransitions")]);
    const now = this.#options.monotonicNow();
    if (record !== this.#observed.record) this.#observed = { record, since: now };
    if (typeof holder !== "string" || holder === "" || holder === this.#options.identity) return false;
    const seconds = held.get("leaseDurationSeconds");
    const durationMs = typeof seconds === "number" ? seconds * 1000 : this.#times.leaseMs;
    const isValid = now - this.#observed.since < durationMs;
    if (isValid) this.#options.onState({ isLeader: false, detail: `"${holder}" leads` });
    return isValid;
  }

  #spec(held: ReadonlyMap<string, unknown> | undefined): object {
    const now = microTime(this.#options.now());
    const isOurs = held?.get("holderIdentity") === this.#options.identity;
    const before = held?.get("leaseTransitions");
    const transitions = typeof before === "number" ? before : 0;
    return {
      holderIdentity: this.#options.identity,
      leaseDurationSeconds: Math.max(1, Math.ceil(this.#times.leaseMs / 1000)),
      acquireTime: isOurs ? (held.get("acquireTime") ?? now) : now,
      renewTime: now,
      leaseTransitions: isOurs || held === undefined ? transitions : transitions + 1,
    };
  }

  /** So that another need not wait. What fails here is waited for by the others. */
  async #release(): Promise<void> {
    const { api, name, identity } = this.#options;
    const path = `${this.#path}/${name}`;
    const signal = AbortSignal.timeout(this.#times.retryMs);
    try {
      const { status, object } = await callApi(api, { method: "GET", path }, signal);
      const held = specOf(object);
      if (status !== 200 || held.get("holderIdentity") !== identity) return;
      const now = microTime(this.#options.now());
      const spec = {
        ...Object.fromEntries(held),
        holderIdentity: "",
        leaseDurationSeconds: 1,
        renewTime: now,
        acquireTime: now,
      };
      const body = { ...(toPlain(object) as Record<string, unknown>), spec };
      await callApi(api, { method: "PUT", path, body }, signal);
    } catch {
      this.#options.onState({ isLeader: false, detail: "the lease was not given back: it runs out by itself" });
    }
  }
}

function specOf(lease: JsonObject): ReadonlyMap<string, unknown> {
  const spec = lease.get("spec");
  return isJsonObject(spec) ? spec : new Map();
}

/** RFC 3339 with microseconds, as the API server wants a MicroTime. */
export function microTime(now: number): string {
  return new Date(now).toISOString().replace("Z", "000Z");
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && "code" in error) return `the API server cannot be reached (${String(error.code)})`;
  return error instanceof Error ? error.message : "unknown error";
}
