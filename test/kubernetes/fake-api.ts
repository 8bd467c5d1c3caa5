// An API server of no network: each request is answered by the next step of a script; when it is over, so is the watch.
import type { KubernetesAnswer, KubernetesClient } from "../../src/kubernetes/client.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";

export type Step = (signal: AbortSignal) => KubernetesAnswer;
export type Json = Readonly<Record<string, unknown>>;

export function named(name: string, resourceVersion: string, more: Json = {}): Json {
  return { metadata: { name, resourceVersion }, ...more };
}

export function text(status: number, ...chunks: readonly (string | Uint8Array)[]): Step {
  return () => ({ status, body: bodyOf(chunks) });
}

/** A page of a list. */
export function list(items: readonly unknown[], resourceVersion: string, next = ""): Step {
  const metadata = { resourceVersion, ...(next === "" ? {} : { continue: next }) };
  return text(200, JSON.stringify({ kind: "ThingList", apiVersion: "v1", metadata, items }));
}

export function event(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

/** A watch that ends after these events, or with an error. */
export function watch(events: readonly string[], end?: Error): Step {
  return () => ({ status: 200, body: bodyOf(events, end) });
}

/** The bookmark after the last object of a watch that began with all of them. */
export function initialEnd(resourceVersion: string): string {
  const metadata = { resourceVersion, annotations: { "k8s.io/initial-events-end": "true" } };
  return event("BOOKMARK", { metadata });
}

export function isStreamed(query: Readonly<Record<string, string>>): boolean {
  return query["sendInitialEvents"] === "true";
}

/** No answer at all. */
export function unreachable(code: string): Step {
  return () => {
    throw networkError(code);
  };
}

export function networkError(code: string): Error {
  return Object.assign(new Error(`connect ${code} 10.0.0.1:443`), { code });
}

export interface Asked {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/**
 * Steps by path. An API server that cannot begin a watch with all there is: it says so without a step, unless `canStream`.
 * `over` is called when a path has none left; its request then ends with
 * the signal.
 */
export function fakeApi(
  steps: Readonly<Record<string, readonly Step[]>>,
  over: (path: string) => void,
  canStream = false,
): {
  readonly client: KubernetesClient;
  readonly asked: readonly Asked[];
} {
  const left = new Map(Object.entries(steps).map(([path, all]) => [path, [...all]]));
  const asked: Asked[] = [];
  const get: KubernetesClient["get"] = async (path, query, signal) => {
    if (!canStream && isStreamed(query)) return text(400)(signal);
    asked.push({ path, query });
    const step = left.get(path)?.shift();
    if (step !== undefined) return step(signal);
    over(path);
    return await new Promise<KubernetesAnswer>((_, reject) => {
      const leave = (): void => reject(networkError("ABORT_ERR"));
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true });
    });
  };
  return { client: { get }, asked };
}

/** As fakeApi(). `over` resolves once the script of each path has come to its end. */
export function scriptedApi(
  steps: Readonly<Record<string, readonly Step[]>>,
): ReturnType<typeof fakeApi> & { readonly over: Promise<void> } {
  const ended = new Set<string>();
  let finish = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const end = (path: string): void => {
    if (ended.add(path).size === Object.keys(steps).length) finish();
  };
  return { ...fakeApi(steps, end), over };
}

async function* bodyOf(chunks: readonly (string | Uint8Array)[], end?: Error): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(typeof chunk === "string" ? encodeUtf8(chunk) : chunk);
  if (end !== undefined) throw end;
}
