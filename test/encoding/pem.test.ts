// PEM blocks: one, several, and what stands where no block is.
import assert from "node:assert/strict";
import { parsePem, parsePemBlocks } from "../../src/encoding/pem.ts";
import { refuses } from "../support/failures.ts";

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
    "two blocks where one is wanted": [block("A") + block("A"), /exactly one PEM block/],
    "text before": [`x${block("A")}`, /exactly one PEM block/],
    "text behind": [`${block("A")}x`, /exactly one PEM block/],
    "labels that differ": ["-----BEGIN A-----\nAQID\n-----END B-----\n", /labels differ/],
    "base64 without its padding": [block("A", "AQI"), /base64/],
    "stray bits in the padding": [block("A", "AR=="), /canonical/],
    "headers within": ["-----BEGIN A-----\nProc-Type: 4\n\nAQID\n-----END A-----\n", /exactly one PEM block/],
    nothing: ["", /exactly one PEM block/],
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
});
