// Where the real programs of the end-to-end tests are. Asks the build script, which
// alone knows versions and folders; never builds anything itself.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const places = {
  etcd: "etcd/etcd",
  kubeApiserver: "kubernetes/kube-apiserver",
  kubeControllerManager: "kubernetes/kube-controller-manager",
  kubectl: "kubernetes/kubectl",
  distribution: "distribution/registry",
  referrersRegistry: "referrers-registry/referrers-registry",
  crane: "crane/crane",
  cosignV2: "cosign-v2/cosign",
  cosignV3: "cosign-v3/cosign",
  fulcio: "fulcio/fulcio",
  rekor: "rekor-tiles/rekor-server",
  timestampAuthority: "timestamp-authority/timestamp-server",
  nginx: "nginx/nginx",
  helmV3: "helm-v3/helm",
  helmV4: "helm-v4/helm",
} as const;

export type Programs = { readonly [name in keyof typeof places]: string };

export type FoundPrograms =
  | { readonly kind: "found"; readonly programs: Programs }
  | { readonly kind: "missing"; readonly missing: readonly string[]; readonly message: string };

interface Listing {
  readonly cache: string;
  readonly programs: readonly {
    readonly tool: string;
    readonly program: string;
    readonly path: string;
    readonly isPresent: boolean;
    readonly isOnDemand: boolean;
  }[];
}

let found: FoundPrograms | undefined;

/** The paths of all programs, or the names of those that are not built yet. */
export function findPrograms(): FoundPrograms {
  found ??= readPrograms();
  return found;
}

/**
 * For a suite's `before(function () { const programs = programsOrSkip(this); … })`: says loudly what
 * is missing and skips; fails instead when CI is set.
 */
export function programsOrSkip(context: Mocha.Context): Programs {
  const result = findPrograms();
  if (result.kind === "found") return result.programs;
  if (process.env["CI"]) throw new Error(result.message);
  complainOnce(result.message);
  return context.skip();
}

let hasComplained = false;

/** Loud, and once for all files. */
export function complainOnce(message: string): void {
  if (!hasComplained) process.stderr.write(`\n${message}\n`);
  hasComplained = true;
}

function readPrograms(): FoundPrograms {
  const script = join(repositoryRoot(), "test", "testbed", "build.mjs");
  const run = spawnSync(process.execPath, [script, "--list", "--json"], { encoding: "utf8" });
  if (!run.stdout.startsWith("{")) throw new Error(`Cannot list the testbed's programs: ${run.stderr}`);
  const listing = JSON.parse(run.stdout) as Listing;
  const wanted = new Set(Object.values(places).map(placeOf));
  const missing = listing.programs
    .filter((each) => !each.isPresent && (!each.isOnDemand || wanted.has(`${each.tool}/${each.program}`)))
    .map((each) => `${each.tool}/${each.program}`);
  if (missing.length > 0) return { kind: "missing", missing, message: missingMessage(missing, listing.cache) };
  const paths = new Map(listing.programs.map((each) => [`${each.tool}/${each.program}`, each.path]));
  const entries = Object.entries(places).map(([name, place]) => {
    const path = paths.get(placeOf(place));
    if (path === undefined) throw new Error(`The testbed does not build ${placeOf(place)}`);
    return [name, path];
  });
  return { kind: "found", programs: Object.fromEntries(entries) as Programs };
}

/** SEALGATE_KUBERNETES names another tool than "kubernetes" to take the control plane from. */
function placeOf(place: string): string {
  const [tool, program] = place.split("/");
  return tool === "kubernetes" ? `${process.env["SEALGATE_KUBERNETES"] ?? tool}/${program}` : place;
}

function missingMessage(missing: readonly string[], cache: string): string {
  const line = "*".repeat(78);
  const names = missing.map((name) => `*   ${name}`).join("\n");
  return `${line}
* END-TO-END TESTS NOT RUN: these real programs are missing in
*   ${cache}
${names}
* Build them once with:  npm run testbed   (needs Go 1.26, about ten minutes)
${line}`;
}

/** The clone that the tests were compiled in. */
export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("Cannot find package.json above the test support");
    folder = parent;
  }
  return folder;
}
