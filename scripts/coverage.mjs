// After c8: coverage by folder, and the bound that the verifier's folders are held to. Exit 1 when one is below it.
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const BOUND = 98;
const VERIFIER = ["failure", "encoding", "crypto", "x509", "transparency", "timestamp", "sigstore", "verify"];

const folders = new Map();
for (const [file, { lines, branches }] of Object.entries(
  JSON.parse(readFileSync("coverage/coverage-summary.json", "utf8")),
)) {
  const [top, folder] = relative(process.cwd(), file).split("/");
  if (top !== "src" || folder.endsWith(".ts")) continue;
  const sum = folders.get(folder) ?? { lines: [0, 0], branches: [0, 0] };
  add(sum.lines, lines);
  add(sum.branches, branches);
  folders.set(folder, sum);
}

let low = 0;
console.log(`${"folder".padEnd(14)} lines %  branches %`);
for (const [folder, { lines, branches }] of [...folders].toSorted(([left], [right]) => (left < right ? -1 : 1))) {
  const isHeld = VERIFIER.includes(folder);
  const isLow = isHeld && Math.min(percent(lines), percent(branches)) < BOUND;
  if (isLow) low += 1;
  const note = isLow ? `  below ${BOUND}` : isHeld ? `  at least ${BOUND}` : "";
  console.log(`${folder.padEnd(14)} ${show(lines)}  ${show(branches)}${note}`);
}
const missing = VERIFIER.filter((folder) => !folders.has(folder));
if (missing.length > 0) console.log(`not measured: ${missing.join(", ")}`);
process.exit(low + missing.length === 0 ? 0 : 1);

function add(sum, { covered, total }) {
  sum[0] += covered;
  sum[1] += total;
}

function percent([covered, total]) {
  return total === 0 ? 100 : (100 * covered) / total;
}

function show(sum) {
  return percent(sum).toFixed(2).padStart(7);
}
