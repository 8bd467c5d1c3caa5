/**
 * One call to the API server and its JSON answer, whole. An answer that is not JSON, as a proxy in between gives it, is
 * no answer: it never passes for "not found".
 */
import { asObject } from "../encoding/guard.ts";
import { parseJson, type JsonObject } from "../encoding/json.ts";
import { concatBytes } from "../encoding/text.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import type { KubernetesApi, KubernetesRequest } from "./client.ts";

export interface ApiReply {
  readonly status: number;
  /** The object, or a Status where the call was refused. */
  readonly object: JsonObject;
}

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const CALL_MS = 10_000;

/** Throws EncodingError for what is no answer of an API server, or the network's error. */
export async function callApi(
  api: KubernetesApi,
  request: KubernetesRequest,
  signal: AbortSignal,
  timeoutMs = CALL_MS,
): Promise<ApiReply> {
  const answer = await api.send(request, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
  const object = asObject(parseAnswer(await readAnswer(answer.body)), "answer");
  const isRefusal = answer.status < 200 || answer.status > 299;
  if (isRefusal && object.get("kind") !== "Status") {
    throw new EncodingError(`the answer with status ${answer.status} is not one of an API server`);
  }
  return { status: answer.status, object };
}

/** Throws EncodingError for a body that is too large. */
export async function readAnswer(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new EncodingError(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
  }
  return concatBytes(...chunks);
}

/** A large list or object of an API server; strict in everything but its numbers, and however many values it has. */
export function parseAnswer(bytes: Uint8Array): ReturnType<typeof parseJson> {
  return parseJson(bytes, { maxDepth: 100, maxValues: Infinity, roundIntegers: true });
}
