/**
 * Deadlines (architecture.md §1 step 2): work that others may share goes on, its caller leaves in time and says at which
 * stage. A signal made here may have any number of listeners: a pod has many images, and an image many requests.
 */
import { setMaxListeners } from "node:events";
import { UnavailableError } from "../ports/unavailable.ts";

/** Fires in so many milliseconds. Does not keep the process alive. */
export function deadlineIn(milliseconds: number): AbortSignal {
  const signal = AbortSignal.timeout(milliseconds);
  setMaxListeners(0, signal);
  return signal;
}

export interface OpenDeadline {
  readonly signal: AbortSignal;
  readonly end: () => void;
}

/** As deadlineIn, for one of thousands a second: its timer goes when the work is done, not when it would have fired. */
export function openDeadline(milliseconds: number): OpenDeadline {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const timer = setTimeout(() => controller.abort(), milliseconds).unref();
  return { signal: controller.signal, end: () => clearTimeout(timer) };
}

/** Why a signal fired that is not the whole request's: `whose` time is spent, for example "the 2 s of its policy". */
class TimeSpent extends Error {
  readonly whose: string;

  constructor(whose: string) {
    super(`${whose} are spent`);
    this.whose = whose;
  }
}

/** Fires in so many milliseconds, or with `outer`, whichever is first. To be ended, as an open deadline is. */
export function openDeadlineWithin(outer: AbortSignal, milliseconds: number, whose: string): OpenDeadline {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const follow = (): void => controller.abort(outer.reason);
  if (outer.aborted) follow();
  outer.addEventListener("abort", follow, { once: true });
  const timer = setTimeout(() => controller.abort(new TimeSpent(whose)), milliseconds).unref();
  const end = (): void => {
    clearTimeout(timer);
    outer.removeEventListener("abort", follow);
  };
  return { signal: controller.signal, end };
}

/**
 * What `work` gives, or Undetermined (DeadlineSpent) naming the stage once `signal` fires; the work itself goes on. A
 * deadline that has passed starts nothing.
 */
export async function beforeDeadline<T>(work: () => Promise<T>, signal: AbortSignal, stage: string): Promise<T> {
  const spent = (): UnavailableError => {
    const reason: unknown = signal.reason;
    const what = reason instanceof TimeSpent ? `${reason.whose} were` : "the time was";
    return new UnavailableError("DeadlineSpent", `${what} spent during ${stage}`);
  };
  if (signal.aborted) throw spent();
  return await new Promise<T>((resolve, reject) => {
    const leave = (): void => reject(spent());
    signal.addEventListener("abort", leave, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", leave));
  });
}
