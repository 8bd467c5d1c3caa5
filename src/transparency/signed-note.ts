/**
 * Signed notes (C2SP signed-note; verification-spec §5.4): a text and lines of signatures over it. Reading verifies
 * nothing and knows no key; whose line is whose is for checkpoint.ts to say.
 *
 *   <text>\n                                               may hold blank lines: the last one ends it
 *   \n
 *   — <name> <base64 of a 4-byte key hint | signature>\n   one line or more; U+2014 and a space before the name
 */
import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";
import { concatBytes, encodeUtf8 } from "../encoding/text.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";

export interface SignedNote {
  /** What the signatures cover, in UTF-8: everything before the blank line, with its line feed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  readonly hint: Uint8Array;
  readonly signature: Uint8Array;
}

export const HINT_BYTES = 4;

const MAX_BYTES = 65_536;
const MAX_SIGNATURES = 100;
/** A name is free of white space, as Unicode has it, and of "+". */
const SIGNATURE_LINE = /^\u2014 ([^\s\u0085+]+) ([A-Za-z0-9+/=]+)$/u;
const CONTROL = /[\0-\x09\x0b-\x1f]/;
const LONE_SURROGATE = /\p{Cs}/u;

/** Fails with SignedNoteMalformed. */
export function parseSignedNote(note: string): SignedNote {
  return malformed("SignedNoteMalformed", "signed note", () => readNote(note));
}

/** The inverse of parseSignedNote(). */
export function formatSignedNote({ text, signatures }: SignedNote): string {
  const lines = signatures.map(
    ({ name, hint, signature }) => `\u2014 ${name} ${encodeBase64(concatBytes(hint, signature))}\n`,
  );
  return `${text}\n${lines.join("")}`;
}

function readNote(note: string): SignedNote {
  if (note.length > MAX_BYTES || encodeUtf8(note).length > MAX_BYTES) throw new EncodingError("more than 64 KiB");
  if (CONTROL.test(note)) throw new EncodingError("a control character other than a line feed");
  if (LONE_SURROGATE.test(note)) throw new EncodingError("a lone surrogate");
  const blank = note.lastIndexOf("\n\n");
  if (blank < 0) throw new EncodingError("no blank line before the signatures");
  return { text: note.slice(0, blank + 1), signatures: readSignatures(note.slice(blank + 2)) };
}

function readSignatures(block: string): readonly NoteSignature[] {
  if (!block.endsWith("\n")) throw new EncodingError("no signature, or one whose line does not end");
  const lines = block.slice(0, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) {
    throw new EncodingError(`${lines.length} signatures, want at most ${MAX_SIGNATURES}`);
  }
  return lines.map(readSignature);
}

function readSignature(line: string): NoteSignature {
  const [, name, base64] = SIGNATURE_LINE.exec(line) ?? [];
  if (name === undefined || base64 === undefined) throw new EncodingError("a line that is no signature");
  const bytes = decodeBase64(base64);
  if (bytes.length <= HINT_BYTES) throw new EncodingError("a signature without bytes");
  return { name, hint: bytes.subarray(0, HINT_BYTES), signature: bytes.subarray(HINT_BYTES) };
}
