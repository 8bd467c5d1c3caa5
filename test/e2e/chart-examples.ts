// Values of the chart that the pages give as examples.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { chartFolder } from "../support/testbed/helm.ts";

/** By page and number. */
export function documentedValues(): Readonly<Record<string, object>> {
  return Object.fromEntries(
    ["install", "keys", "registries"].flatMap((page) => {
      const text = readFileSync(join(chartFolder, "..", "..", "docs", `${page}.md`), "utf8");
      const blocks = [...text.matchAll(/^<!-- values -->\n\n```yaml\n([\s\S]*?)^```$/gmu)];
      return blocks.map(([, block = ""], i) => [`example ${i + 1} of docs/${page}.md`, parse(block) as object]);
    }),
  );
}
