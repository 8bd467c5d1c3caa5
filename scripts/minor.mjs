// `npm run test:long -- minor`: what the end-to-end suite says of the cluster, on the oldest minor of Kubernetes that is
// tried. Builds that control plane first, if it is not there, and writes docs/reports/minor.md.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const TOOL = "kubernetes-1.34";
const FILES =
  "story|the chart's webhooks|callers|controllers|the program's rights|while nobody|under load|in trouble|two releases|the chart's own pods";
const MINUTES = 60_000;

const [version] = /k8s\.io\/kubernetes v\S+/u.exec(readFileSync(`test/testbed/${TOOL}/go.mod`, "utf8")) ?? ["?"];
const commit = execFileSync("git", ["rev-parse", "--short=12", "HEAD"], { encoding: "utf8" }).trim();
const env = { ...process.env, SEALGATE_KUBERNETES: TOOL, CI: "true", NO_COLOR: "1" };
const built = spawnSync(process.execPath, ["test/testbed/build.mjs", "--only", TOOL], { stdio: "inherit", env });
if (built.status !== 0) process.exit(1);
const lane = { ...env, SEALGATE_E2E_LANE: "chart" };
const options = { env: lane, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], timeout: 45 * MINUTES };
const run = spawnSync(process.execPath, ["scripts/mocha.mjs", "e2e", "--grep", FILES], options);
// Each line begins with the name of the lane.
const said = run.stdout.replaceAll(/^chart +\| ?/gmu, "").trim();
console.log(said);
writeFileSync(
  "docs/reports/minor.md",
  `# ${version.replace("k8s.io/kubernetes", "Kubernetes")}

Written by \`npm run test:long -- minor\`: the end-to-end files about the cluster, on that control plane. Commit ${commit}.

\`\`\`
${said}
\`\`\`
`,
);
process.exit(run.status ?? 1);
