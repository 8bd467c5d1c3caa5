// PEM blocks: one, several, and what stands where no block is.
import assert from "node:assert/strict";
import { parsePem, parsePemBlocks } from "../../src/encoding/pem.ts";
import { isAccepted, refuses } from "../support/failures.ts";

const block = (label: string, body = "AQID"): string => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;

describe("encoding/pem", () => {
  it("gives label and bytes, lines joined and either line end taken", () => {
    const wanted = { label: "PUBLIC KEY", der: Buffer.from([1, 2, 3, 4, 5, 6]) };
    for (const text of [
      block("PUBLIC KEY", "AQID\nBAUG"),
      block("PUBLIC KEY", "AQID\r\nBAUG"),
      ` \n${block("PUBLIC KEY", "AQIDBAUG")}\n `,
    ]) {
      assert.deepEqual(parsePem(text), wanted);
    }
  });

  const bad: Readonly<Record<string, [string, RegExp]>> = {
    "two blocks where one is wanted": [block("A") + block("A"), /^there are 2 PEM blocks, want exactly one/],
    "text before": [`x${block("A")}`, /^the block is cut off, or other text .*, want exactly one/],
    "text behind": [`${block("A")}x`, /exactly one PEM block/],
    "labels that differ": ["-----BEGIN A-----\nAQID\n-----END B-----\n", /labels differ/],
    "base64 without its padding": [block("A", "AQI"), /^PEM block "A": .*base64/],
    "stray bits in the padding": [block("A", "AR=="), /canonical/],
    "headers within": ["-----BEGIN A-----\nProc-Type: 4\n\nAQID\n-----END A-----\n", /exactly one PEM block/],
    "another format": ["ssh-ed25519 AAAA a@b\n", /^there is no PEM block, want exactly one/],
    nothing: [" \n", /^it is empty, want exactly one PEM block/],
  };
  for (const [what, [text, reason]] of Object.entries(bad))
    it(`refuses ${what}`, () => refuses(reason, () => parsePem(text)));

  it("gives several blocks in order, and refuses text between them, none and more than 100", () => {
    assert.deepEqual(
      parsePemBlocks(block("A") + block("B")).map(({ label }) => label),
      ["A", "B"],
    );
    refuses(/exactly one PEM block/, () => parsePemBlocks(`${block("A")}x${block("B")}`));
    refuses(/at least one|exactly one/, () => parsePemBlocks(""));
    refuses(/at most 100/, () => parsePemBlocks(block("A").repeat(101)));
  });

  it("refuses every prefix, and a character inserted anywhere, but white space and letters of a label", () => {
    const text = block("PUBLIC KEY", "AQID\nBAUG").trim();
    for (let at = 0; at < text.length; at += 1) {
      refuses(/PEM|base64/, () => parsePem(text.slice(0, at)));
      for (const more of ["x", "-", "=", ":", "\0", "\u00a0"]) {
        const grown = text.slice(0, at) + more + text.slice(at);
        const isAround = at === 0 && more === "\u00a0";
        assert.equal(
          isAccepted(() => parsePem(grown)),
          isAround,
          JSON.stringify(grown),
        );
      }
    }
  });

  it("gives several blocks with white space around and between, and refuses each cut", () => {
    const text = `\n${block("A")}\n \n${block("B")}\n`;
    assert.equal(parsePemBlocks(text).length, 2);
    const end = text.trimEnd().length;
    const first = text.indexOf("-----END A-----") + "-----END A-----".length;
    for (let at = 0; at < end; at += 1) {
      const isWhole = text.slice(first, at).trim() === "" && at >= first;
      assert.equal(
        isAccepted(() => parsePemBlocks(text.slice(0, at))),
        isWhole,
        JSON.stringify(text.slice(0, at)),
      );
    }
  });
});
