/**
 * A thread of its own for large evidence (architecture.md §2), so that nobody else waits for it: one task at a time, by turns
 * among the parties, with so much memory and so much CPU. It is started by the first task and ends when it has had none for a
 * while; a task that needs more than it may have ends it, and is refused. On a slow machine the time of its caller ends first:
 * that says nothing about the evidence. Nothing that goes wrong here is ever a Pass.
 */
import { Worker } from "node:worker_threads";
import type { JsonValue } from "../encoding/json.ts";
import { JsonAssembly, type JsonToken } from "../encoding/json-slices.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { UnavailableError } from "../ports/unavailable.ts";
import { PartyQueue } from "./party-queue.ts";
import {
  attemptFrom,
  withPredicate,
  type ParseTask,
  type PortableResult,
  type TaskResults,
  type VerifyTask,
} from "../verify/task.ts";
import { cpuOfThreads } from "./clocks.ts";

/** Megabytes of the thread's heap: a document of 16 MiB may be taken apart in it, one of nothing but brackets not. */
const HEAP_MB = 192;
/** Milliseconds of CPU that one task may take. */
const TASK_MS = 5_000;
const IDLE_MS = 10_000;

export interface WorkerLimits {
  readonly heapMb: number;
  readonly taskMs: number;
  /** Milliseconds of CPU that the thread has used, or more. */
  readonly cpuNow: () => number;
}

/** Who waits for a task. */
export interface TaskOwner {
  /** On whose behalf it is done. */
  readonly party: string;
  /** Until when. */
  readonly signal: AbortSignal;
}

type Task = ParseTask | VerifyTask;

interface Answer {
  readonly result: PortableResult;
  readonly milliseconds: number;
}

/** What the thread says: an answer, or a slice of the predicate that belongs to it; without tokens there are no more. */
type Message = (Answer & { readonly isSliced?: boolean }) | { readonly tokens: readonly JsonToken[] | undefined };

/** An answer whose predicate is being put together. */
interface Sliced {
  readonly answer: Answer;
  readonly assembly: JsonAssembly;
}

interface Job {
  readonly task: Task;
  sliced?: Sliced;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export class VerifyWorker {
  readonly #entry: URL;
  readonly #limits: WorkerLimits;
  readonly #waiting = new PartyQueue<Job>();
  #worker: Worker | undefined;
  #running: Job | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `entry` is the program of the thread. */
  constructor(entry: URL, limits: Partial<WorkerLimits> = {}) {
    this.#entry = entry;
    this.#limits = { heapMb: HEAP_MB, taskMs: TASK_MS, cpuNow: cpuOfThreads, ...limits };
  }

  /** The entity, or the failure that says what is wrong with its bytes. Throws UnavailableError where the time of `owner` is over first. */
  async parse(task: ParseTask, owner: TaskOwner): Promise<TaskResults["parse"]> {
    const { result } = await this.#run(task, owner);
    if (result.kind !== "parse") throw new Error("the thread answered another question");
    return attemptFrom(result.answer);
  }

  /** One answer for each requirement, and the milliseconds that they took. Throws as parse(). */
  async verify(
    task: VerifyTask,
    owner: TaskOwner,
  ): Promise<{ readonly results: TaskResults["verify"]; readonly milliseconds: number }> {
    const { result, milliseconds } = await this.#run(task, owner);
    const isWhole = result.kind === "verify" && result.answers.length === task.requirements.length;
    if (!isWhole) throw new Error("the thread answered another question");
    const { answers, predicate } = result;
    const results = answers.map(attemptFrom).map((each) => withSame(each, predicate));
    return { results, milliseconds };
  }

  /** What waits is not done. */
  close(): void {
    for (let job = this.#waiting.take(); job !== undefined; job = this.#waiting.take()) {
      job.reject(new UnavailableError("Overloaded", "the program ends"));
    }
    this.#end(new UnavailableError("Overloaded", "the program ends"));
  }

  async #run(task: Task, { party, signal }: TaskOwner): Promise<Answer> {
    const spent = (job: Job): UnavailableError =>
      this.#running === job
        ? new UnavailableError("DeadlineSpent", "the time was spent during verification of large evidence")
        : new UnavailableError("Overloaded", "the time was spent waiting for other large evidence to be verified");
    return await new Promise<Answer>((resolve, reject) => {
      const settle =
        <T>(as: (value: T) => void) =>
        (value: T): void => {
          signal.removeEventListener("abort", leave);
          as(value);
        };
      const job: Job = { task, resolve: settle(resolve), reject: settle(reject) };
      const leave = (): void => {
        const error = spent(job);
        this.#waiting.remove(party, job);
        if (this.#running === job) this.#end(error);
        else reject(error);
      };
      if (signal.aborted) return reject(spent(job));
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.add(party, job);
      this.#next();
    });
  }

  #next(): void {
    if (this.#running !== undefined) return;
    clearTimeout(this.#timer);
    const job = this.#waiting.take();
    if (job === undefined) {
      this.#timer = setTimeout(() => this.#end(undefined), IDLE_MS).unref();
      return;
    }
    this.#running = job;
    this.#watch(this.#limits.cpuNow());
    try {
      this.#worker ??= this.#start();
      this.#worker.postMessage(job.task);
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error("the thread cannot be started"));
    }
  }

  /** Looks again when the task may first have used up its CPU, which is no sooner than in as much time. */
  #watch(began: number): void {
    const { taskMs, cpuNow } = this.#limits;
    const left = taskMs - (cpuNow() - began);
    if (left <= 0) this.#end(tooCostly(`more than ${taskMs} ms of CPU`));
    else this.#timer = setTimeout(() => this.#watch(began), Math.ceil(left));
  }

  #start(): Worker {
    const { heapMb } = this.#limits;
    const resourceLimits = { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16 };
    const worker = new Worker(this.#entry, { resourceLimits, env: {}, execArgv: [] });
    worker.unref();
    const isOurs = (): boolean => this.#worker === worker;
    worker.on("message", (message: Message) => {
      if (isOurs()) this.#hear(worker, message);
    });
    worker.on("error", (error: Error) => {
      const isFull = "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
      if (isOurs()) this.#end(isFull ? tooCostly(`more than ${heapMb} MB of memory`) : error);
    });
    worker.on("exit", () => {
      if (isOurs()) this.#end(new Error("the thread that verifies large evidence ended"));
    });
    return worker;
  }

  #hear(worker: Worker, message: Message): void {
    const job = this.#running;
    if (job === undefined) return;
    try {
      const answer = heard(job, message);
      if (answer === undefined) worker.postMessage("next");
      else this.#finish(() => job.resolve(answer));
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error("the thread cannot be understood"));
    }
  }

  /** What runs is refused with `error`; what waits is done by another thread. */
  #end(error: Error | undefined): void {
    const worker = this.#worker;
    this.#worker = undefined;
    worker?.terminate().catch(() => undefined);
    if (error !== undefined) this.#finish((job) => job.reject(error));
  }

  #finish(settle: (job: Job) => void): void {
    clearTimeout(this.#timer);
    const job = this.#running;
    this.#running = undefined;
    if (job !== undefined) settle(job);
    this.#next();
  }
}

/** The answer once it is whole; each slice has a turn of the event loop of its own. */
function heard(job: Job, message: Message): Answer | undefined {
  if (!("tokens" in message)) {
    const { isSliced = false, ...answer } = message;
    if (!isSliced) return answer;
    job.sliced = { answer, assembly: new JsonAssembly() };
    return undefined;
  }
  if (job.sliced === undefined) throw new Error("the thread told a slice of nothing");
  const { answer, assembly } = job.sliced;
  if (message.tokens !== undefined) {
    assembly.add(message.tokens);
    return undefined;
  }
  const { result, milliseconds } = answer;
  if (result.kind !== "verify") throw new Error("the thread told a slice of an entity");
  return { result: { ...result, predicate: assembly.value() }, milliseconds };
}

function withSame(result: TaskResults["verify"][number], predicate: JsonValue | undefined): typeof result {
  return result.ok ? { ok: true, value: withPredicate(result.value, predicate) } : result;
}

/** Whoever pushed it can bring this about, so it is a Fail. */
function tooCostly(what: string): VerificationFailure {
  return new VerificationFailure("EvidenceTooCostly", `Cannot judge large evidence: it takes ${what}`);
}
