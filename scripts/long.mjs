// `npm run test:long -- NAME`: what takes too long for the gate and leaves a report under docs/reports/.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";

const RUNS = {
  bench: {
    does: "measures the macro benchmarks and writes docs/reports/bench-admission.md",
    command: ["bench:run", "admission", "policy-change", "--report", "docs/reports/bench-admission.md"],
  },
  "bench-verify": {
    does: "measures each path of a verification and writes docs/reports/bench-verify.md",
    command: ["bench:run", "verify", "--report", "docs/reports/bench-verify.md"],
  },
  cache: {
    does: "10,000 seeded sequences of changes: what is remembered is never seen in an answer; writes docs/reports/cache.md",
    command: ["bench:run", "cache", "--report", "docs/reports/cache.md"],
  },
  policies: {
    does: "decides, compiles and remembers with up to 1,000 policies; writes docs/reports/policies.md",
    command: ["bench:run", "policies", "--report", "docs/reports/policies.md"],
  },
  hostile: {
    does: "10,000 reviews of images whose registries attack; writes docs/reports/hostile.md",
    command: ["bench:run", "hostile", "--report", "docs/reports/hostile.md"],
  },
  registry: {
    does: "cold look-ups, and fairness among namespaces; writes docs/reports/registry.md",
    command: ["bench:run", "cold", "fairness", "--report", "docs/reports/registry.md"],
  },
  rolling: {
    does: "rolling restarts, rotations and deaths of replicas under load; writes docs/reports/rolling.md",
    command: ["bench:run", "rolling", "--report", "docs/reports/rolling.md"],
  },
  start: {
    does: "from the start of the program until it is ready, with 100 policies; writes docs/reports/start.md",
    command: ["bench:run", "start", "--report", "docs/reports/start.md"],
  },
  chaos: {
    does: "the API server and its store stopped, connections cut; writes docs/reports/chaos.md",
    command: ["bench:run", "chaos", "--report", "docs/reports/chaos.md"],
  },
  image: {
    does: "builds the Dockerfile by buildah, counts what is in its image and starts it; writes docs/reports/image.md",
    command: ["bench:run", "image", "--report", "docs/reports/image.md"],
  },
  minor: {
    does: "the cluster's end-to-end files on Kubernetes 1.34, which is built first; writes docs/reports/minor.md",
    command: ["minor:run"],
  },
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(RUNS, name));
if (names.length === 0 || unknown.length > 0) {
  const list = Object.entries(RUNS).map(([name, { does }]) => `  ${name.padEnd(14)} ${does}`);
  const problem = unknown.map((name) => `Cannot run ${JSON.stringify(name)}, want one of these:\n`);
  console.error(`${problem.join("")}Usage: npm run test:long -- NAME…\n\n${list.join("\n")}`);
  process.exit(2);
}

mkdirSync("docs/reports", { recursive: true });
let failed = 0;
for (const name of names) {
  const [script, ...args] = RUNS[name].command;
  const started = Date.now();
  const run = spawnSync("npm", ["run", "--silent", script, "--", ...args], { stdio: "inherit" });
  const verdict = run.status === 0 ? "passed" : `ended with ${run.status ?? run.signal}`;
  console.log(`${name}: ${verdict} after ${((Date.now() - started) / 1000).toFixed(0)} s`);
  if (run.status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
