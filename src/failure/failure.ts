/**
 * VerificationFailure: evidence is absent, malformed or bad. It is thrown by every parseX and verifyX of the core,
 * becomes a value in attempt.ts and nowhere else, and is explained to the operator with its code, reason and hint.
 * It never means "could not look": that is ports/unavailable.ts.
 */
import { FAILURES, type FailureCode } from "./catalogue.ts";
import type { Step } from "./step.ts";

export interface FailureDetail {
  readonly actual?: string;
  readonly expected?: string;
  readonly cause?: unknown;
}

export class VerificationFailure extends Error {
  readonly code: FailureCode;
  /** What was compared, already escaped and cut by `quoted()`. */
  readonly detail: { readonly actual?: string; readonly expected?: string };

  /** `reason` is one sentence in the grammar of CONTRIBUTING.md: "Cannot verify <what>: <actual>, want <expected>". */
  constructor(code: FailureCode, reason: string, detail: FailureDetail = {}) {
    super(reason, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = "VerificationFailure";
    this.code = code;
    this.detail = {
      ...(detail.actual === undefined ? {} : { actual: detail.actual }),
      ...(detail.expected === undefined ? {} : { expected: detail.expected }),
    };
  }

  get step(): Step {
    return FAILURES[this.code].step;
  }

  get hint(): string {
    return FAILURES[this.code].hint;
  }

  get spec(): string {
    return FAILURES[this.code].spec;
  }
}

const MAX_QUOTED = 200;

/**
 * Text that somebody else controls, made safe for a message: control and non-ASCII characters escaped, at most 200
 * characters, in double quotes.
 */
export function quoted(text: string): string {
  return `"${escaped(text, MAX_QUOTED)}"`;
}

/** As quoted(), without the quotes around it and with a length of its own: a sentence that may hold others' text. */
export function escaped(text: string, maxLength: number): string {
  const safe = text
    .slice(0, maxLength)
    .replace(/["\\]/g, "\\$&")
    .replace(/[^ -~]/gu, (character) => `\\u{${Number(character.codePointAt(0)).toString(16)}}`);
  return `${safe}${text.length > maxLength ? "…" : ""}`;
}
