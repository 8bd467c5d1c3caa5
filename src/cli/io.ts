/** What a command needs of the outside: injected, so that tests see every byte and no command exits the process. */
export interface CommandIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** UTF-8 text of a file; throws Error with a message that names it. */
  readonly readText: (path: string) => string;
  /** As readText, for what need not be text. */
  readonly readBytes: (path: string) => Uint8Array;
  /** UTF-8 text of the standard input, to its end. */
  readonly readInput: () => string;
  /** False also for what cannot be looked at. */
  readonly isFile: (path: string) => boolean;
}

/** 0 admitted, 1 denied, 2 usage or could not determine. */
export type ExitCode = 0 | 1 | 2;

/** The operator wrote something impossible: printed as it is, exit 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
