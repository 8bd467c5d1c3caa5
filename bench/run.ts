/**
 * `npm run bench [NAME…]`: prints tables with ratios. `--report FILE` writes them as a page, too. Exit 1 if a goal was
 * missed, 2 for usage. Figures of a machine that does other work meanwhile say little: ratios within one run say more.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { admission } from "./admission/admission.ts";
import { cache } from "./cache.ts";
import { chaos } from "./chaos.ts";
import { cold } from "./cold.ts";
import { credentials } from "./credentials.ts";
import { fairness } from "./fairness.ts";
import { hostile } from "./hostile.ts";
import { image } from "./image/image.ts";
import { keyVerification } from "./verify-key.ts";
import { matching } from "./match.ts";
import { policies } from "./policies.ts";
import { policyChange } from "./policy-change.ts";
import { references } from "./reference.ts";
import { verification } from "./verify/verify.ts";
import { rolling } from "./rolling.ts";
import { start } from "./start.ts";
import { formatTable, type Benchmark, type Table } from "./table.ts";

const BENCHMARKS: readonly Benchmark[] = [
  references,
  matching,
  keyVerification,
  verification,
  admission,
  policyChange,
  cache,
  cold,
  credentials,
  fairness,
  hostile,
  policies,
  start,
  rolling,
  chaos,
  image,
];

const USAGE = `Usage: npm run bench [NAME…] [-- --report FILE]

${BENCHMARKS.map(({ name, describes }) => `  ${name.padEnd(14)} ${describes}`).join("\n")}
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: { report: { type: "string" } }, allowPositionals: true });
  const unknown = positionals.filter((name) => !BENCHMARKS.some((each) => each.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`Cannot run ${unknown.join(", ")}: no such benchmark\n\n${USAGE}`);
    return 2;
  }
  const chosen = BENCHMARKS.filter(({ name, isLong }) =>
    positionals.length === 0 ? isLong !== true : positionals.includes(name),
  );
  const tables: Table[] = [];
  for (const benchmark of chosen) {
    console.log(`## ${benchmark.name}: ${benchmark.describes}\n`);
    for (const table of await benchmark.run()) {
      tables.push(table);
      console.log(formatTable(table));
    }
  }
  if (values.report !== undefined) writeFileSync(values.report, page(chosen, tables));
  const missed = tables.flatMap(({ goals = [] }) => goals).filter(({ met }) => !met).length;
  console.log(missed === 0 ? "Every goal is met." : `${missed} goals are missed.`);
  return missed === 0 ? 0 : 1;
}

function page(chosen: readonly Benchmark[], tables: readonly Table[]): string {
  const names = chosen.map(({ name }) => name).join(" ");
  return [
    `# Benchmark: ${names}`,
    "",
    `Written by \`npm run bench ${names} -- --report FILE\`. Commit ${commit()}. Node ${process.versions.node}, ${machine()}.`,
    "",
    ...tables.map(formatTable),
  ].join("\n");
}

/** Class of the machine, and nothing that would tell which. */
function machine(): string {
  const model = cpus()[0]?.model.replace(/\s+/gu, " ").trim() ?? "unknown processor";
  return `${availableParallelism()} cores (${model}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}/${process.arch}`;
}

function commit(): string {
  const git = (...args: readonly string[]): string => execFileSync("git", args, { encoding: "utf8" }).trim();
  const changed = git("status", "--porcelain", "--", "src", "bench").length > 0;
  return `${git("rev-parse", "--short=12", "HEAD")}${changed ? " with changes" : ""}`;
}

process.exitCode = await main();
