/**
 * The thread for large evidence (architecture.md §2): a task in, its result out, one after the other. app/worker.ts starts it.
 * The predicate of a statement is handed over in slices, each when it is asked for, so that whoever puts it together has
 * turns for others between them.
 */
import { parentPort } from "node:worker_threads";
import { sliceJson, type JsonToken } from "./encoding/json-slices.ts";
import { runTask, type ParseTask, type PortableResult, type VerifyTask } from "./verify/task.ts";

if (parentPort === null) throw new Error("verify-worker is started as a thread");
const port = parentPort;
let slices: Iterator<readonly JsonToken[]> | undefined;

port.on("message", (message: ParseTask | VerifyTask | "next") => {
  if (message === "next") sendSlice();
  else answer(message);
});

function answer(task: ParseTask | VerifyTask): void {
  const started = performance.now();
  const { predicate, ...result } = { predicate: undefined, ...runTask(task) };
  slices = predicate === undefined ? undefined : sliceJson(predicate);
  const milliseconds = performance.now() - started;
  port.postMessage({ result, milliseconds, isSliced: predicate !== undefined }, buffersOf(result));
}

function sendSlice(): void {
  const next = slices?.next();
  port.postMessage({ tokens: next?.done === false ? next.value : undefined });
}

/** Handed over, not copied: the payload is most of what was read, and nobody needs it here any more. */
function buffersOf(result: PortableResult): ArrayBuffer[] {
  if (result.kind !== "parse" || !result.answer.ok) return [];
  const { content } = result.answer.value;
  if (content.kind === "message") return [];
  const { buffer, byteLength } = content.payload;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
