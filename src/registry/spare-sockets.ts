/**
 * Connections that are opened before a request needs them (architecture.md §3): the look-ups for an image go out together,
 * and each would wait for a handshake of its own while a token is fetched anyway. What nobody takes is closed soon.
 */
import type { Socket } from "node:net";

export type OpenSocket = (url: URL) => Promise<Socket>;

interface Spare {
  readonly socket: Promise<Socket>;
  readonly timer: NodeJS.Timeout;
}

const KEPT_MS = 5_000;
/** Of all hosts: whoever writes pods chooses how many there are. */
const MAX_SPARE = 100;

export class SpareSockets {
  readonly #open: OpenSocket;
  /** By origin, in the order in which they were opened. */
  readonly #spares = new Map<string, Spare[]>();
  /** Sockets that are open, spare ones among them, by origin. */
  readonly #counts = new Map<string, number>();
  #isClosed = false;

  constructor(open: OpenSocket) {
    this.#open = open;
  }

  /** A spare one that is still open, or a new one. */
  async take(url: URL): Promise<Socket> {
    for (;;) {
      const [spare] = this.#spares.get(url.origin) ?? [];
      if (spare === undefined) return await this.#count(url);
      this.#remove(url.origin, spare);
      clearTimeout(spare.timer);
      const socket = await spare.socket.catch(() => undefined);
      if (socket === undefined || socket.destroyed) continue;
      socket.removeListener("error", ignore);
      return socket;
    }
  }

  /** Opens as many as are missing to `total`. What goes wrong with one goes wrong again, and is told, when it is needed. */
  warm(url: URL, total: number): void {
    for (let open = this.#counts.get(url.origin) ?? 0; open < total && !this.#isClosed; open++) {
      if (this.spare >= MAX_SPARE) return;
      this.#openSpare(url);
    }
  }

  /** How many wait to be taken. */
  get spare(): number {
    return [...this.#spares.values()].reduce((sum, { length }) => sum + length, 0);
  }

  close(): void {
    this.#isClosed = true;
    for (const spare of [...this.#spares.values()].flat()) discard(spare);
    this.#spares.clear();
  }

  #openSpare(url: URL): void {
    const { origin } = url;
    const socket = this.#count(url).then((opened) => opened.on("error", ignore));
    socket.catch(ignore);
    const drop = (): void => {
      this.#remove(origin, spare);
      discard(spare);
    };
    const timer = setTimeout(drop, KEPT_MS).unref();
    const spare: Spare = { socket, timer };
    this.#spares.set(origin, [...(this.#spares.get(origin) ?? []), spare]);
  }

  #remove(origin: string, spare: Spare): void {
    const left = (this.#spares.get(origin) ?? []).filter((each) => each !== spare);
    if (left.length === 0) this.#spares.delete(origin);
    else this.#spares.set(origin, left);
  }

  async #count(url: URL): Promise<Socket> {
    const { origin } = url;
    this.#counts.set(origin, (this.#counts.get(origin) ?? 0) + 1);
    const release = (): void => {
      const left = (this.#counts.get(origin) ?? 1) - 1;
      if (left === 0) this.#counts.delete(origin);
      else this.#counts.set(origin, left);
    };
    try {
      const socket = await this.#open(url);
      if (socket.destroyed) release();
      else socket.once("close", release);
      return socket;
    } catch (error) {
      release();
      throw error;
    }
  }
}

function discard({ socket, timer }: Spare): void {
  clearTimeout(timer);
  socket.then((opened) => opened.destroy()).catch(ignore);
}

function ignore(): void {
  // A socket that nobody uses may end as it likes
}
