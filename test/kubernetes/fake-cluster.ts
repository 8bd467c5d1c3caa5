// An API server in memory: objects by path, optimistic concurrency, server-side apply of caBundles, a watch of Secrets.
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { KubernetesAnswer, KubernetesApi, KubernetesRequest } from "../../src/kubernetes/client.ts";

export type Stored = Record<string, unknown> & {
  metadata: { name?: string; resourceVersion?: string; uid?: string; annotations?: Record<string, string> };
};

export class FakeCluster implements KubernetesApi {
  readonly objects = new Map<string, Stored>();
  readonly sent: KubernetesRequest[] = [];
  /** Answers these statuses before it does anything. */
  readonly refusals: number[] = [];
  /** Set: no call gets an answer. */
  isDown = false;
  #version = 1;
  readonly #watchers = new Set<(type: string, path: string, object: Stored) => void>();

  put(path: string, object: Stored): void {
    const isNew = !this.objects.has(path);
    const stored = { ...object, metadata: { uid: path, ...object.metadata, resourceVersion: String(++this.#version) } };
    this.objects.set(path, stored);
    for (const tell of this.#watchers) tell(isNew ? "ADDED" : "MODIFIED", path, stored);
  }

  remove(path: string): void {
    const object = this.objects.get(path);
    this.objects.delete(path);
    if (object !== undefined) for (const tell of this.#watchers) tell("DELETED", path, object);
  }

  get(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<KubernetesAnswer> {
    return this.send({ method: "GET", path, query }, signal);
  }

  async send(request: KubernetesRequest, signal: AbortSignal): Promise<KubernetesAnswer> {
    this.sent.push(request);
    await Promise.resolve();
    if (this.isDown) throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return answer(refusal, { kind: "Status", code: refusal });
    const { method, path, query = {} } = request;
    // As one that cannot begin a watch with all there is.
    if (query["sendInitialEvents"] === "true") return answer(400, { kind: "Status", code: 400 });
    if (query["watch"] === "true") return { status: 200, body: this.#events(path, signal) };
    if (method === "GET") return this.#read(path, query);
    if (method === "POST") return this.#create(path, request.body as Stored);
    if (method === "DELETE") return this.#delete(path);
    return method === "PUT" ? this.#update(path, request.body as Stored) : this.#apply(path, request.body as Stored);
  }

  #read(path: string, query: Readonly<Record<string, string>>): KubernetesAnswer {
    if (query["limit"] === undefined) {
      const object = this.objects.get(path);
      return object === undefined ? notFound() : answer(200, object);
    }
    const name = query["fieldSelector"]?.split("=")[1] ?? "";
    const items = [this.objects.get(`${path}/${name}`)].filter((item) => item !== undefined);
    return answer(200, { kind: "List", metadata: { resourceVersion: String(this.#version) }, items });
  }

  #create(path: string, object: Stored): KubernetesAnswer {
    const at = `${path}/${object.metadata.name}`;
    if (this.objects.has(at)) return answer(409, { kind: "Status", code: 409 });
    this.put(at, object);
    return answer(201, this.objects.get(at));
  }

  #delete(path: string): KubernetesAnswer {
    if (!this.objects.has(path)) return notFound();
    this.remove(path);
    return answer(200, { kind: "Status", code: 200 });
  }

  #update(path: string, object: Stored): KubernetesAnswer {
    const current = this.objects.get(path);
    if (current === undefined) return notFound();
    if (current.metadata.resourceVersion !== object.metadata.resourceVersion) {
      return answer(409, { kind: "Status", code: 409 });
    }
    this.put(path, object);
    return answer(200, this.objects.get(path));
  }

  #apply(path: string, object: Stored): KubernetesAnswer {
    const current = this.objects.get(path);
    if (current?.metadata.uid !== object.metadata.uid) return answer(409, { kind: "Status", code: 409 });
    const applied = object["webhooks"] as { name: string; clientConfig: object }[];
    const webhooks = (current!["webhooks"] as { name: string; clientConfig: object }[]).map((each) => ({
      ...each,
      clientConfig: { ...each.clientConfig, ...applied.find(({ name }) => name === each.name)?.clientConfig },
    }));
    this.put(path, { ...current!, webhooks });
    return answer(200, this.objects.get(path));
  }

  async *#events(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const queue: string[] = [];
    let wake = (): void => undefined;
    const tell = (type: string, at: string, object: Stored): void => {
      if (!at.startsWith(path)) return;
      queue.push(`${JSON.stringify({ type, object })}\n`);
      wake();
    };
    this.#watchers.add(tell);
    signal.addEventListener("abort", () => wake(), { once: true });
    while (!signal.aborted) {
      const line = queue.shift();
      if (line !== undefined) yield encodeUtf8(line);
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    this.#watchers.delete(tell);
  }
}

function answer(status: number, object: unknown): KubernetesAnswer {
  return { status, body: bytes(encodeUtf8(JSON.stringify(object))) };
}

function notFound(): KubernetesAnswer {
  return answer(404, { kind: "Status", code: 404 });
}

async function* bytes(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(chunk);
}
