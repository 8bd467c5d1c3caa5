/** parseSignedNote(): the grammar of verification-spec §5.4 (C2SP signed-note), its limits, and the way back. */
import assert from "node:assert/strict";
import { formatSignedNote, parseSignedNote } from "../../src/transparency/signed-note.ts";
import { failsWith, isAccepted } from "../support/failures.ts";
import { noteLine } from "../support/transparency/log.ts";

const HINT = Buffer.from([1, 2, 3, 4]);
const LINE = noteLine("log.example", HINT, Buffer.from("sig"));
const NOTE = `a\nb\n\n${LINE}`;

describe("parseSignedNote()", () => {
  it("gives the text with its line feed, and each name, hint and signature", () => {
    const { text, signatures } = parseSignedNote(NOTE);
    assert.equal(text, "a\nb\n");
    assert.deepEqual(
      signatures.map(({ name, hint, signature }) => [name, [...hint], Buffer.from(signature).toString()]),
      [["log.example", [1, 2, 3, 4], "sig"]],
    );
  });

  it("trap 16: ends the text at the last blank line, not at the first", () => {
    assert.equal(parseSignedNote(`a\n\n— x AAAA\n\nb\n\n${LINE}`).text, "a\n\n— x AAAA\n\nb\n");
  });

  const accepted: Readonly<Record<string, string>> = {
    "two signatures": `${NOTE}${noteLine("witness.example", HINT, Buffer.from("other"))}`,
    "a hundred signatures": `a\n\n${LINE.repeat(100)}`,
    "the same line twice": `${NOTE}${LINE}`,
    "a text of one empty line": `\n\n${LINE}`,
    "letters beyond ASCII": `grüße 🗝\n\n${noteLine("журнал.example", HINT, Buffer.of(0))}`,
    "a name with dots and parentheses": `a\n\n${noteLine("log.(example)*", HINT, Buffer.of(0))}`,
    "64 KiB": `${"x".repeat(65_536 - LINE.length - 4)}\n\n${LINE}`,
  };
  for (const [name, note] of Object.entries(accepted)) {
    it(`takes ${name}, and writes it again byte by byte`, () => {
      assert.equal(formatSignedNote(parseSignedNote(note)), note);
    });
  }

  const base64 = LINE.slice("— log.example ".length, -1);
  const refused: Readonly<Record<string, string>> = {
    nothing: "",
    "no blank line": `a\nb\n${LINE}`,
    "no text, and one character before the signature": `a${LINE}`,
    "no signature": "a\nb\n\n",
    "no end of the last line": NOTE.slice(0, -1),
    "a blank line at the end": `${NOTE}\n`,
    "trap 16: CRLF": NOTE.replaceAll("\n", "\r\n"),
    "a tab in the text": `a\tb\n\n${LINE}`,
    "NUL in the text": `a\0b\n\n${LINE}`,
    "a lone surrogate": `a\ud800\n\n${LINE}`,
    "trap 16: a hyphen in place of U+2014": `a\n\n- log.example ${base64}\n`,
    "an en dash": `a\n\n– log.example ${base64}\n`,
    "no dash": `a\n\nlog.example ${base64}\n`,
    "no space behind the dash": `a\n\n—log.example ${base64}\n`,
    "two spaces": `a\n\n— log.example  ${base64}\n`,
    "no name": `a\n\n—  ${base64}\n`,
    "a name with a space": `a\n\n— log example ${base64}\n`,
    "a name with a no-break space": `a\n\n— log\u00a0example ${base64}\n`,
    "a name with a next-line character": `a\n\n— log\u0085example ${base64}\n`,
    "a name with a plus sign": `a\n\n— log+example ${base64}\n`,
    "no base64": `a\n\n— log.example\n`,
    "base64 that is not padded": `a\n\n— log.example AQIDBHNpZwA\n`,
    "base64 with stray bits": `a\n\n— log.example AQIDBHN=\n`,
    "URL-safe base64": `a\n\n— log.example AQIDBHNpZ_8=\n`,
    "four bytes, a hint without signature": `a\n\n— log.example AQIDBA==\n`,
    "three bytes": `a\n\n— log.example AQID\n`,
    "a line behind the signature": `${NOTE}more\n`,
    "a space behind the base64": `a\n\n— log.example ${base64} \n`,
    "101 signatures": `a\n\n${LINE.repeat(101)}`,
    "64 KiB and a byte": `${"x".repeat(65_537 - LINE.length - 4)}\n\n${LINE}`,
    "64 KiB of letters that take two bytes": `${"ü".repeat(40_000)}\n\n${LINE}`,
  };
  for (const [name, note] of Object.entries(refused)) {
    it(`refuses ${name}`, () => void failsWith("SignedNoteMalformed", () => parseSignedNote(note)));
  }

  it("refuses every prefix", () => {
    for (let end = 0; end < NOTE.length; end += 1) {
      failsWith("SignedNoteMalformed", () => parseSignedNote(NOTE.slice(0, end)));
    }
  });

  it("takes no insertion for the note that it was", () => {
    const { text, signatures } = parseSignedNote(NOTE);
    for (let at = 0; at <= NOTE.length; at += 1) {
      for (const inserted of ["\0", "\n", " ", "A", "=", "—"]) {
        const note = NOTE.slice(0, at) + inserted + NOTE.slice(at);
        if (isAccepted(() => parseSignedNote(note))) {
          assert.notDeepEqual(parseSignedNote(note), { text, signatures }, JSON.stringify(note));
        }
      }
    }
  });
});
