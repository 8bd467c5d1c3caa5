/**
 * What one evaluation of an expression may cost (policy-api.md §2.6), in steps: a turn of a loop, a member or element that is
 * read, a stretch of text that a function works on. CEL always ends, but nested loops over a statement of megabytes end too
 * late. Evaluation is synchronous, so the budget at work is the one that withBudget() set.
 */

/** Steps of one expression over one statement. */
export const MAX_STEPS = 100_000;

/** Steps of all expressions of one request together, over all its images, rules and statements. */
export const MAX_REQUEST_STEPS = 2_000_000;

const TEXT_PER_STEP = 64;

/** What the expressions of one request may still spend. */
export class StepBudget {
  left = MAX_REQUEST_STEPS;

  get isSpent(): boolean {
    return this.left <= 0;
  }
}

let shared: StepBudget | undefined;

/** All expressions that `work` evaluates draw on one budget, beside each one's own. */
export function withSharedSteps<T>(budget: StepBudget, work: () => T): T {
  const outer = shared;
  shared = budget;
  try {
    return work();
  } finally {
    shared = outer;
  }
}

class BudgetExceeded extends Error {
  constructor() {
    super(`more than ${MAX_STEPS} steps`);
    this.name = "BudgetExceeded";
  }
}

/** Outside of an evaluation nothing is counted: facts are made there. */
let left = Number.POSITIVE_INFINITY;
let isExceeded = false;

/** Throws when the budget is spent; the library may take that for an error of CEL, so withBudget() asks again at the end. */
export function spend(steps: number): void {
  left -= steps;
  if (left >= 0) return;
  isExceeded = true;
  throw new BudgetExceeded();
}

export function spendOnText(length: number): void {
  spend(Math.ceil(length / TEXT_PER_STEP));
}

export const EXCEEDED = Symbol("budget exceeded");
export const REQUEST_EXCEEDED = Symbol("budget of the request exceeded");

/**
 * The value of `evaluate`, or EXCEEDED, whatever it made of running out of steps; REQUEST_EXCEEDED where it was not its own
 * that it ran out of. What else it throws flies on.
 */
export function withBudget(evaluate: () => unknown): unknown {
  const most = Math.min(MAX_STEPS, Math.max(0, shared?.left ?? MAX_STEPS));
  const exceeded = most < MAX_STEPS ? REQUEST_EXCEEDED : EXCEEDED;
  if (most === 0) return exceeded;
  left = most;
  isExceeded = false;
  try {
    const value = evaluate();
    return wasExceeded() ? exceeded : value;
  } catch (error) {
    if (error instanceof BudgetExceeded) return exceeded;
    throw error;
  } finally {
    if (shared !== undefined) shared.left -= most - Math.max(0, left);
    left = Number.POSITIVE_INFINITY;
  }
}

/** Asked through a function, since the compiler does not see that evaluate() writes it. */
function wasExceeded(): boolean {
  return isExceeded;
}
