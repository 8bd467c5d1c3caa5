/** The thread for large evidence (architecture.md §2): a task in, its result out, one after the other. app/worker.ts starts it. */
import { parentPort } from "node:worker_threads";
import { runTask, type ParseTask, type PortableResult, type VerifyTask } from "./verify/task.ts";

if (parentPort === null) throw new Error("verify-worker is started as a thread");
const port = parentPort;

port.on("message", (task: ParseTask | VerifyTask) => {
  const started = performance.now();
  const result = runTask(task);
  port.postMessage({ result, milliseconds: performance.now() - started }, buffersOf(result));
});

/** Handed over, not copied: the payload is most of what was read, and nobody needs it here any more. */
function buffersOf(result: PortableResult): ArrayBuffer[] {
  if (result.kind !== "parse" || !result.answer.ok) return [];
  const { content } = result.answer.value;
  if (content.kind === "message") return [];
  const { buffer, byteLength } = content.payload;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
