// Files that are made from the code: `npm run generate` writes them, `npm run check:drift` fails when one is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { FAILURES } from "../dist/src/failure/catalogue.js";
import { CAUSES } from "../dist/src/policy/causes.js";
import { chartSchemaFile } from "./chart-schema.mjs";
import { crdFiles, KINDS } from "./crds.mjs";
import { policyReferencePage } from "./policy-reference.mjs";
import { trustRootFiles } from "./trust-roots.mjs";

const generated = new Map([
  ["docs/failures.md", failuresPage()],
  ["docs/policy-reference.md", policyReferencePage(KINDS)],
  await chartSchemaFile(),
  ...(await crdFiles()),
  ...(await trustRootFiles()),
]);

const check = process.argv.includes("--check");
let stale = 0;
for (const [file, content] of generated) {
  if (!check) {
    writeFileSync(file, content);
    continue;
  }
  if (read(file) !== content) {
    console.error(`${file} is stale: run "npm run generate"`);
    stale += 1;
  }
}
process.exit(stale === 0 ? 0 : 1);

function failuresPage() {
  const steps = groupBySteps();
  const lines = [
    "# Failure codes",
    "",
    "Every reason to say no. A code is part of the interface: it appears unchanged in denials, logs and the command line's output.",
    "",
    "A text has at most 16,384 characters. A longer one begins with the number of refusals, one for each image and rule; it tells",
    "the first ones in full, counts the others, and names them as far as there is room. `sealgate apply` tells of each on its own.",
    "An event of a ReplicaSet or Job keeps the first 1,024 bytes: where the first hint would end beyond the 750th character of",
    "what a rule says of an image, codes and hints stand before the candidates.",
    "",
  ];
  for (const [step, entries] of steps) {
    lines.push(`## ${step}`, "", "| code | clause | what to do |", "|---|---|---|");
    for (const [code, { spec, hint }] of entries)
      lines.push(`| <a id="${code.toLowerCase()}"></a>\`${code}\` | ${spec} | ${hint.replaceAll("|", "\\|")} |`);
    lines.push("");
  }
  return [...lines, ...causesSection()].join("\n");
}

function causesSection() {
  const rows = Object.entries(CAUSES).map(
    ([cause, { side, hint }]) =>
      `| <a id="${cause.toLowerCase()}"></a>\`${cause}\` | ${side === "outside" ? "outside" : "with Sealgate"} | ${hint} |`,
  );
  return [
    "## Could not be determined",
    "",
    "Causes, and no failures: nothing was seen that is wrong. What happens to the image is the policy's `failurePolicy`, which softens",
    "what lies outside of Sealgate and nothing else ([policies](policies.md#specfailurepolicy)).",
    "",
    "| cause | lies | what to do |",
    "|---|---|---|",
    ...rows,
    "",
  ];
}

function groupBySteps() {
  const groups = new Map();
  for (const entry of Object.entries(FAILURES)) {
    const step = entry[1].step;
    groups.set(step, [...(groups.get(step) ?? []), entry]);
  }
  return groups;
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
