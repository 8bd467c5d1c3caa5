/**
 * What one evaluation of an expression may cost (policy-api.md §2.6), in steps: a turn of a loop, a member or element that is
 * read, a stretch of text that a function works on. CEL always ends, but nested loops over a statement of megabytes end too
 * late. Evaluation is synchronous, so the budget at work is the one that withBudget() set.
 */

/** Steps of one expression over one statement. */
export const MAX_STEPS = 100_000;

const TEXT_PER_STEP = 64;

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

/** The value of `evaluate`, or EXCEEDED, whatever it made of running out of steps. What else it throws flies on. */
export function withBudget(evaluate: () => unknown): unknown {
  left = MAX_STEPS;
  isExceeded = false;
  try {
    const value = evaluate();
    return wasExceeded() ? EXCEEDED : value;
  } catch (error) {
    if (error instanceof BudgetExceeded) return EXCEEDED;
    throw error;
  } finally {
    left = Number.POSITIVE_INFINITY;
  }
}

/** Asked through a function, since the compiler does not see that evaluate() writes it. */
function wasExceeded(): boolean {
  return isExceeded;
}
