/**
 * Events about what happens again and again (kubernetes.md §14): the first of a kind is posted within a second, those like it
 * are counted, and the count is written to the same Event now and then. Bounded in number, off the way of any admission, and
 * never tried again: an Event is news, and the log and the metrics have all of it.
 */
import type { Instant } from "../encoding/instant.ts";
import type { KubernetesApi } from "./client.ts";
import { patchSeries, postEvent, type ClusterEvent } from "./events.ts";

export interface EventRecorderOptions {
  readonly api: KubernetesApi;
  /** This replica. */
  readonly instance: string;
  /** Another text for each Event, of letters and digits of DNS labels. */
  readonly nextId: () => string;
  readonly now: () => Instant;
  readonly delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Kinds of events at a time: what comes beyond is not told of. */
const MAX_SERIES = 256;
const ROUND_MS = 1000;
/** Between two counts that are written. */
const AGAIN_MS = 10_000;
/** What was quiet for so long begins anew. */
const QUIET_MS = 6 * 60_000;
const MAX_NAME = 200;

interface Series {
  readonly event: ClusterEvent;
  readonly name: string;
  count: number;
  /** How many of them the API server knows; undefined before it was asked. */
  told: number | undefined;
  toldAt: Instant;
  seenAt: Instant;
  /** It did not take the first. */
  isLost: boolean;
}

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #series = new Map<string, Series>();
  readonly #stop = new AbortController();
  #isRunning = false;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  record(event: ClusterEvent): void {
    if (this.#stop.signal.aborted) return;
    const key = JSON.stringify(event);
    const seenAt = this.#options.now();
    const known = this.#series.get(key);
    if (known !== undefined) {
      known.count += 1;
      known.seenAt = seenAt;
    } else if (this.#series.size < MAX_SERIES) {
      const name = `${event.regarding.name.slice(0, MAX_NAME)}.${this.#options.nextId()}`;
      this.#series.set(key, { event, name, count: 1, told: undefined, toldAt: seenAt, seenAt, isLost: false });
    }
    if (!this.#isRunning) void this.#run();
  }

  close(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    this.#isRunning = true;
    while (this.#series.size > 0 && !signal.aborted) {
      for (const [key, series] of this.#series) {
        await this.#tell(series);
        if (this.#options.now() - series.seenAt >= QUIET_MS) this.#series.delete(key);
      }
      await this.#options.delay(ROUND_MS, signal);
    }
    this.#isRunning = false;
  }

  async #tell(series: Series): Promise<void> {
    const { api, instance } = this.#options;
    const now = this.#options.now();
    const { event, name, count, told, seenAt } = series;
    if (told === undefined) series.isLost = !(await postEvent(api, event, { now, instance, name }));
    else if (count === told || series.isLost || now - series.toldAt < AGAIN_MS) return;
    else await patchSeries(api, event, { name, count, seenAt });
    // The first is told of alone: whatever came since makes a series of it.
    series.told = told === undefined ? 1 : count;
    series.toldAt = now;
  }
}
