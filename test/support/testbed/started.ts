/** What a testbed has started, and its end: also of what comes up only after another part failed and the rest was stopped. */

type Stop = () => Promise<void>;

export class Started {
  readonly #stops: Stop[] = [];
  #isStopped = false;

  /** Nothing more is wanted. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Something runs now, until `stop` ends it; at once where the rest was stopped meanwhile. */
  async add(stop: Stop): Promise<void> {
    if (this.#isStopped) await stop();
    else this.#stops.push(stop);
  }

  /** Ends all of it, and whatever is added from now on. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#stops.splice(0).map(async (stop) => stop()));
  }
}
