// Admissions at a steady rate through a real API server, whatever its answers: dry runs of pods whose right verdict is
// known. A signed image must come back pinned to its digest, an unsigned one refused for its signature.
import { Agent, request as httpsRequest } from "node:https";
import type { Cluster } from "./kubernetes.ts";
import { pod } from "./objects.ts";

export interface LoadOptions {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly perSecond: number;
  readonly signed: { readonly reference: string; readonly digest: string };
  readonly unsigned: string;
}

/** One admission; instants are of performance.now(). */
export interface Sample {
  readonly startedAt: number;
  readonly endedAt: number;
  /** "right"; "failed": no verdict, or a refusal of what is signed; "wrong": let in what must not be, or not pinned. */
  readonly outcome: "right" | "failed" | "wrong";
  /** What the API server said, unless it was right. */
  readonly said: string;
}

export interface Load {
  readonly samples: readonly Sample[];
  /** Begun and not yet answered. */
  readonly underWay: () => number;
  /** Begins no more, and resolves when all are answered. */
  readonly stop: () => Promise<void>;
}

const TICK_MS = 10;
const SOCKETS = 100;
const TIMEOUT_MS = 30_000;

export function startLoad(options: LoadOptions): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS, ca: options.cluster.ca });
  const samples: Sample[] = [];
  const began = performance.now();
  const open = new Set<Promise<void>>();
  let count = 0;
  const begin = (): void => {
    const isSigned = (count += 1) % 2 === 0;
    const one = admit(options, agent, isSigned).then((sample) => {
      samples.push(sample);
      open.delete(one);
    });
    open.add(one);
  };
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * options.perSecond);
    while (count < due) begin();
  }, TICK_MS);
  return {
    samples,
    underWay: () => open.size,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      agent.destroy();
    },
  };
}

async function admit(
  { cluster, namespace, signed, unsigned }: LoadOptions,
  agent: Agent,
  isSigned: boolean,
): Promise<Sample> {
  const startedAt = performance.now();
  const image = isSigned ? signed.reference : unsigned;
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
  const body = JSON.stringify(pod({ namespace, name: "asked" }, image));
  const answer = await post(cluster, agent, { path, body });
  const outcome = isSigned ? outcomeOfSigned(answer, `${image}@${signed.digest}`) : outcomeOfUnsigned(answer);
  const said = outcome === "right" ? "" : `${answer.status} ${answer.text.slice(0, 1000)}`;
  return { startedAt, endedAt: performance.now(), outcome, said } satisfies Sample;
}

interface Answer {
  /** 0 where none arrived. */
  readonly status: number;
  readonly text: string;
}

function outcomeOfSigned({ status, text }: Answer, pinned: string): Sample["outcome"] {
  if (status !== 201) return "failed";
  return text.includes(`"image":${JSON.stringify(pinned)}`) ? "right" : "wrong";
}

function outcomeOfUnsigned({ status, text }: Answer): Sample["outcome"] {
  if (status === 201) return "wrong";
  return status === 403 && text.includes("0 of 1 required signatures accepted") ? "right" : "failed";
}

function post(
  { url, token }: Cluster,
  agent: Agent,
  { path, body }: { readonly path: string; readonly body: string },
): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  };
  return new Promise((resolve) => {
    const fail = (error: Error): void => resolve({ status: 0, text: error.message });
    const call = httpsRequest(`${url}${path}`, { method: "POST", agent, headers, timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    call.on("timeout", () => call.destroy(new Error("no answer in time")));
    call.on("error", fail);
    call.end(body);
  });
}
