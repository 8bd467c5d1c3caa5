/** docs/cosign-differences.md as the suite reads it, and verdicts in its words. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunResult } from "../support/testbed/process.ts";
import { repositoryRoot } from "../support/testbed/programs.ts";

/** Image → what sealgate, cosign v2 and cosign v3 say of it, from rows such as "| `name`, `other` | denies | accepts | accepts |". */
export function listedDifferences(): ReadonlyMap<string, string> {
  const page = readFileSync(join(repositoryRoot(), "docs", "cosign-differences.md"), "utf8");
  const row = /^\| (`[^|]+`) \| (accepts|denies) \| (accepts|denies) \| (accepts|denies) \|/gmu;
  const rows = [...page.matchAll(row)];
  return new Map(
    rows.flatMap(([, images = "", ...verdicts]) =>
      images.split(", ").map((image) => [image.replaceAll("`", ""), verdicts.join(" ")] as const),
    ),
  );
}

export const say = (accepted: boolean): string => (accepted ? "accepts" : "denies");

/** 2 is neither: it could not tell, which no image of the suite may come to. */
export function ourVerdict({ code, stdout, stderr }: RunResult): string {
  assert.ok(code === 0 || code === 1, `sealgate verify ended with ${code}\n${stdout}${stderr}`);
  return say(code === 0);
}
