/**
 * Connections by host. Whoever writes pods chooses how many hosts there are, and a host how long it would like to be called
 * on one connection: so hosts that were asked the longest ago give theirs up, and a pool goes with its last connection.
 */
import { Pool, type Dispatcher } from "undici";

/** Hosts whose connections are kept. */
const MAX_POOLS = 100;

export class Pools {
  readonly #options: Pool.Options;
  /** By origin, the one that was asked last is last. */
  readonly #pools = new Map<string, Pool>();

  /** `options` are of each. */
  constructor(options: Pool.Options) {
    this.#options = options;
  }

  /** For a request that is made at once: it ends as ever, also if its pool is given up meanwhile. */
  of({ origin }: URL): Dispatcher {
    const pool = this.#pools.get(origin) ?? this.#open(origin);
    this.#pools.delete(origin);
    this.#pools.set(origin, pool);
    for (const [oldest, other] of this.#pools) {
      if (this.#pools.size <= MAX_POOLS) break;
      this.#giveUp(oldest, other);
    }
    return pool;
  }

  /** How many there are. */
  get size(): number {
    return this.#pools.size;
  }

  /** What is under way ends. */
  async close(): Promise<void> {
    const all = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(all.map((pool) => pool.close()));
  }

  #open(origin: string): Pool {
    const pool = new Pool(origin, this.#options);
    const leave = (): void => {
      const { connected, pending, running, queued } = pool.stats;
      if (connected + pending + running + queued === 0) this.#giveUp(origin, pool);
    };
    pool.on("disconnect", leave).on("connectionError", leave);
    return pool;
  }

  #giveUp(origin: string, pool: Pool): void {
    if (this.#pools.get(origin) === pool) this.#pools.delete(origin);
    if (!pool.closed) pool.close().catch(() => undefined);
  }
}
