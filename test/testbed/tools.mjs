// The real programs of the end-to-end tests: which Go package each one is, and
// where its build is kept. Versions stand in the go.mod files alone.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const testbedDir = dirname(fileURLToPath(import.meta.url));

const kubernetes = "k8s.io/kubernetes/cmd";

/** In the order of building: what the most tests need comes first. */
const definitions = [
  { name: "etcd", module: "go.etcd.io/etcd/server/v3", programs: { etcd: "go.etcd.io/etcd/server/v3" } },
  {
    name: "crane",
    module: "github.com/google/go-containerregistry",
    programs: { crane: "github.com/google/go-containerregistry/cmd/crane" },
  },
  {
    name: "referrers-registry",
    module: "github.com/google/go-containerregistry",
    programs: { "referrers-registry": "." },
  },
  {
    name: "distribution",
    module: "github.com/distribution/distribution/v3",
    programs: { registry: "github.com/distribution/distribution/v3/cmd/registry" },
  },
  {
    name: "cosign-v3",
    module: "github.com/sigstore/cosign/v3",
    programs: { cosign: "github.com/sigstore/cosign/v3/cmd/cosign" },
  },
  {
    name: "cosign-v2",
    module: "github.com/sigstore/cosign/v2",
    programs: { cosign: "github.com/sigstore/cosign/v2/cmd/cosign" },
  },
  {
    name: "kubernetes",
    module: "k8s.io/kubernetes",
    programs: {
      "kube-apiserver": `${kubernetes}/kube-apiserver`,
      kubectl: `${kubernetes}/kubectl`,
      "kube-controller-manager": `${kubernetes}/kube-controller-manager`,
    },
    linkerFlags: kubernetesVersionFlags,
  },
  // The oldest minor that is tried, by `npm run test:long -- minor` alone.
  {
    name: "kubernetes-1.34",
    module: "k8s.io/kubernetes",
    isOnDemand: true,
    programs: {
      "kube-apiserver": `${kubernetes}/kube-apiserver`,
      kubectl: `${kubernetes}/kubectl`,
      "kube-controller-manager": `${kubernetes}/kube-controller-manager`,
    },
    linkerFlags: kubernetesVersionFlags,
  },
  {
    name: "fulcio",
    module: "github.com/sigstore/fulcio",
    programs: { fulcio: "github.com/sigstore/fulcio" },
  },
  {
    name: "rekor-tiles",
    module: "github.com/sigstore/rekor-tiles/v2",
    programs: { "rekor-server": "github.com/sigstore/rekor-tiles/v2/cmd/rekor-server/posix" },
  },
  {
    name: "timestamp-authority",
    module: "github.com/sigstore/timestamp-authority/v2",
    programs: {
      "timestamp-server": "github.com/sigstore/timestamp-authority/v2/cmd/timestamp-server",
    },
  },
  // Whatever version the machine's own release has: packages are superseded, and old ones vanish.
  { name: "nginx", debian: "nginx", programs: { nginx: "usr/sbin/nginx" } },
  {
    name: "helm-v4",
    module: "helm.sh/helm/v4",
    programs: { helm: "helm.sh/helm/v4/cmd/helm" },
    linkerFlags: (version) => [`-X helm.sh/helm/v4/internal/version.version=${version}`],
  },
  {
    name: "helm-v3",
    module: "helm.sh/helm/v3",
    programs: { helm: "helm.sh/helm/v3/cmd/helm" },
    linkerFlags: (version) => [`-X helm.sh/helm/v3/internal/version.version=${version}`],
  },
];

/** Without these `/version` reports v0.0.0, and clients that compare versions misbehave. */
function kubernetesVersionFlags(version) {
  const [major, minor] = version.slice(1).split(".");
  return ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((path) => [
    `-X ${path}.gitVersion=${version}`,
    `-X ${path}.gitMajor=${major}`,
    `-X ${path}.gitMinor=${minor}`,
  ]);
}

/** The folder that keeps the programs, outside of every clone. */
export function cacheDir(env = process.env) {
  return (
    env.SEALGATE_TESTBED || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sealgate-testbed")
  );
}

function requiredVersion(definition) {
  if (definition.debian !== undefined) return "debian";
  const file = join(testbedDir, definition.name, "go.mod");
  const line = readFileSync(file, "utf8")
    .split("\n")
    .map((text) => text.trim().replace(/^require\s+/u, "").split(/\s+/u))
    .find((words) => words[0] === definition.module && /^v\d/u.test(words[1] ?? ""));
  if (line === undefined) throw new Error(`${file} does not require ${definition.module}`);
  return line[1];
}

/** A tool with a main.go of ours is told apart by its source as well as by its version. */
function ownSource(definition) {
  const file = join(testbedDir, definition.name, "main.go");
  if (!existsSync(file)) return "";
  return `-${createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 8)}`;
}

/**
 * Every tool with its version, its folder and the path of each of its programs. Those on demand are built only when named.
 */
export function listTools(cache = cacheDir()) {
  return definitions.map((definition) => {
    const version = requiredVersion(definition);
    const folder = join(cache, `${definition.name}-${version}${ownSource(definition)}`);
    const programs = Object.entries(definition.programs).map(([name, goPackage]) => ({
      name,
      goPackage,
      path: join(folder, name),
    }));
    return {
      name: definition.name,
      version,
      source: join(testbedDir, definition.name),
      debian: definition.debian,
      isOnDemand: definition.isOnDemand === true,
      folder,
      programs,
      linkerFlags: definition.linkerFlags?.(version) ?? [],
    };
  });
}

/** A folder gets its name only when complete, so its presence is enough. */
export function isBuilt(tool) {
  return tool.programs.every((program) => existsSync(program.path));
}
