/** Whom this process connects to while some work is done, by whatever client: what a fake's own log cannot see. */
import { Socket } from "node:net";

export interface Watched<T> {
  readonly value: T;
  /** "host:port" of each connection, each once. */
  readonly connected: readonly string[];
}

export async function watchSockets<T>(work: () => Promise<T>): Promise<Watched<T>> {
  const connected = new Set<string>();
  const original = Object.getOwnPropertyDescriptor(Socket.prototype, "connect");
  if (original === undefined) throw new Error("Socket.prototype has no connect");
  const connect = original.value as (...args: unknown[]) => Socket;
  Socket.prototype.connect = function watched(this: Socket, ...args: unknown[]): Socket {
    connected.add(destinationOf(args));
    return connect.apply(this, args);
  };
  try {
    return { value: await work(), connected: [...connected] };
  } finally {
    Object.defineProperty(Socket.prototype, "connect", original);
  }
}

/** Who is not the fake. A connection that was kept open is no new one. */
export function strangers({ host }: { readonly host: string }, connected: readonly string[]): readonly string[] {
  return connected.filter((each) => each !== host);
}

/** net.connect() hands its arguments over as one list. */
function destinationOf(args: readonly unknown[]): string {
  const [first, second] = args.flat();
  const { host, port } = (typeof first === "object" && first !== null ? first : { port: first, host: second }) as {
    readonly host?: string;
    readonly port?: string | number;
  };
  return `${host ?? "localhost"}:${port ?? "a path"}`;
}
