/**
 * Bytes or text that a strict reader of `encoding/` refuses. It lives here, left of `encoding/`, so that
 * `malformed()` can turn it into the failure code of whoever asked for the bytes.
 */
export class EncodingError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "EncodingError";
  }
}

/** It may be well formed: it holds more than we read. */
export class LimitError extends EncodingError {
  constructor(reason: string) {
    super(reason);
    this.name = "LimitError";
  }
}
