/**
 * `npm run test:long -- image`: the Dockerfile built by buildah on bases that debootstrap makes here, its image's files counted,
 * and the program in it started as the image says, as its user on a root that cannot be written, and asked for verdicts.
 */
import { closeSync, mkdirSync, openSync, readdirSync, readSync, writeFileSync, lstatSync } from "node:fs";
import { join, relative } from "node:path";
import { admissionReview, pod } from "../../test/support/reviews.ts";
import { makeAuthority, makeServingCertificate } from "../../test/support/testbed/certificates.ts";
import { makeSigningTools, type KeyFiles } from "../../test/support/testbed/cosign.ts";
import { request } from "../../test/support/testbed/http.ts";
import { pushImage } from "../../test/support/testbed/images.ts";
import { clusterPolicy } from "../../test/support/testbed/objects.ts";
import { freePorts, makeTemporaryDir, mustSucceed, startProcess } from "../../test/support/testbed/process.ts";
import { findPrograms, repositoryRoot, type Programs } from "../../test/support/testbed/programs.ts";
import { startReferrersRegistry, type Registry } from "../../test/support/testbed/registries.ts";
import type { Benchmark, Goal, Table } from "../table.ts";
import { BASE, BUILDER, bytesOf, makeBases, type Bases } from "./bases.ts";
import { must, openBuildah, type ImageConfig } from "./buildah.ts";

const NAME = "localhost/sealgate";
const GOAL_MB = 150;
const NEEDED = ["buildah", "debootstrap", "unshare", "chroot"];

export const image: Benchmark = {
  name: "image",
  describes: "the Dockerfile, built by buildah on bases made here, and what is in its image",
  isLong: true,
  run: async () => {
    const found = findPrograms();
    if (found.kind === "missing") throw new Error(found.message);
    await requireMachine();
    const dir = makeTemporaryDir("image");
    const context = join(dir, "context");
    mkdirSync(context);
    const commit = (await must("git", "-C", repositoryRoot(), "rev-parse", "HEAD")).trim();
    await must("git", "-C", repositoryRoot(), "archive", "--output", join(dir, "context.tar"), "HEAD");
    await must("tar", "-C", context, "-xf", join(dir, "context.tar"));
    const buildah = openBuildah(dir);
    const bases = await makeBases(buildah, dir, context);
    const args = { BUILDER, BASE, REVISION: commit };
    const given = Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
    await buildah.build(NAME, context, "--volume", `${join(dir, "npm-cache")}:/npm-cache`, ...given);
    const [base, root] = [await buildah.mount(BASE), await buildah.mount(NAME)];
    const config = await buildah.configOf(NAME);
    const size = await sizes(bases, base, root);
    const seen = await askImage(found.programs, root, config);
    return [size, promises(base, root, config, { commit, ...seen })];
  },
};

async function requireMachine(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error("Cannot build an image without root: chroot and mounts are needed");
  for (const program of NEEDED) {
    await must("sh", "-c", `command -v ${program}`).catch(() => {
      throw new Error(`Cannot find ${program}, want Debian's packages buildah and debootstrap to be installed`);
    });
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

async function sizes({ debianBytes, nodeBytes }: Bases, base: string, root: string): Promise<Table> {
  const own = (await bytesOf(root)) - (await bytesOf(base));
  const above = own + nodeBytes;
  return {
    title: "Size, uncompressed",
    columns: ["of", "bytes"],
    rows: [
      ["the base's files of Debian", megabytes(debianBytes)],
      ["the base's Node", megabytes(nodeBytes)],
      ["what the Dockerfile adds", megabytes(own)],
      ["the image", megabytes(debianBytes + above)],
    ],
    goals: [
      {
        what: "Node and Sealgate above Debian",
        want: `at most ${GOAL_MB} MB`,
        actual: megabytes(above),
        met: above <= GOAL_MB * 1e6,
      },
    ],
  };
}

/** Paths of what is no folder. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** True for what a processor or a system's loader runs. */
function isNative(file: string): boolean {
  if (!lstatSync(file).isFile()) return false;
  const start = Buffer.alloc(4);
  const descriptor = openSync(file, "r");
  readSync(descriptor, start);
  closeSync(descriptor);
  const magic = start.toString("latin1");
  return magic === "\u007fELF" || magic.startsWith("MZ") || /^(?:\xfe\xed\xfa|\xcf\xfa\xed|\xca\xfe\xba)/u.test(magic);
}

interface Seen {
  readonly commit: string;
  readonly readyMs: number;
  readonly verdicts: readonly Goal[];
}

function promises(base: string, root: string, config: ImageConfig, { commit, readyMs, verdicts }: Seen): Table {
  const before = new Set(filesBelow(base));
  const added = filesBelow(root).filter((file) => !before.has(file));
  const native = added.filter((file) => isNative(join(root, file)));
  const shells = filesBelow(root).filter((file) => /(?:^|\/)(?:ba|da)?sh$/u.test(file));
  const goal = (what: string, want: string, actual: string): Goal => ({ what, want, actual, met: want === actual });
  return {
    title: "What is in it",
    columns: ["", ""],
    rows: [
      ["files that the Dockerfile adds", String(added.length)],
      ["starts as", [...config.entrypoint, ...config.cmd].join(" ")],
      ["start to ready, on the machine as it was", `${readyMs.toFixed(0)} ms`],
    ],
    goals: [
      goal("native files that the Dockerfile adds", "none", native.join(", ") || "none"),
      goal("shells", "none", shells.join(", ") || "none"),
      goal("user", "65532:65532", config.user),
      goal("revision in its labels", commit, config.labels["org.opencontainers.image.revision"] ?? ""),
      ...verdicts,
    ],
  };
}

/** Root of the image read-only, /etc/sealgate as a ConfigMap would be there, the image's user; the process is the program. */
const START = `set -e
root=$1; files=$2; user=$3; shift 3
mount --bind "$root" "$root"
mount --bind "$files" "$root/etc/sealgate"
mount -o remount,bind,ro "$root/etc/sealgate"
mount -o remount,bind,ro "$root"
exec chroot --userspec="$user" "$root" "$@"`;

async function askImage(programs: Programs, root: string, config: ImageConfig): Promise<Omit<Seen, "commit">> {
  const registry = await startReferrersRegistry({ programs });
  try {
    const { v3 } = makeSigningTools(programs);
    const key = await v3.generateKeyPair("acme");
    const push = async (name: string): Promise<string> =>
      (await pushImage({ registry, repository: `acme/${name}`, tag: "1.0", seed: name })).reference;
    const [signed, unsigned] = [await push("signed"), await push("unsigned")];
    mustSucceed("cosign sign", await v3.sign(signed, key));
    const { ask, readyMs, stop } = await startImage(registry, key, root, config);
    try {
      const said = [await ask(signed), await ask(unsigned)].map((allowed) => (allowed ? "admitted" : "denied"));
      const verdicts = [
        { what: "a signed image is", want: "admitted", actual: said[0] ?? "", met: said[0] === "admitted" },
        { what: "an unsigned image is", want: "denied", actual: said[1] ?? "", met: said[1] === "denied" },
      ];
      return { readyMs, verdicts };
    } finally {
      await stop();
    }
  } finally {
    await registry.stop();
  }
}

interface Started {
  readonly ask: (image: string) => Promise<boolean>;
  readonly readyMs: number;
  readonly stop: () => Promise<void>;
}

async function startImage(registry: Registry, key: KeyFiles, root: string, config: ImageConfig): Promise<Started> {
  const files = makeTemporaryDir("image-files");
  const authority = await makeAuthority("CN=webhook-ca");
  const serving = await makeServingCertificate(authority, { dns: ["localhost"], ip: ["127.0.0.1"] });
  mkdirSync(join(files, "policies"));
  const options = { name: "signed", imageReferences: [`${registry.host}/acme/*`], publicKey: key.publicPem };
  writeFileSync(join(files, "policies", "signed.yaml"), JSON.stringify(clusterPolicy(options, {})));
  writeFileSync(join(files, "tls.crt"), serving.certificate);
  writeFileSync(join(files, "tls.key"), serving.key);
  await must("chmod", "-R", "a+rX", files);
  const [port, operations] = (await freePorts(2)) as [number, number];
  const flags = [
    "--policies=/etc/sealgate/policies",
    `--listen-webhook=127.0.0.1:${port}`,
    `--listen-operations=127.0.0.1:${operations}`,
    "--tls-cert=/etc/sealgate/tls.crt",
    "--tls-key=/etc/sealgate/tls.key",
    `--plain-http=${registry.host}`,
    `--allow-private=${registry.host}`,
    "--drain-seconds=0",
  ];
  const program = [...config.entrypoint, ...config.cmd, ...flags];
  const running = await startProcess({
    name: "image",
    command: "unshare",
    args: ["--mount", "sh", "-c", START, "sh", root, files, config.user, ...program],
    dir: makeTemporaryDir("image-log"),
    ready: { url: `http://127.0.0.1:${operations}/readyz`, isReady: (status) => status === 200 },
  });
  const ask = async (name: string): Promise<boolean> => {
    const { body } = await request(`https://127.0.0.1:${port}/validate?timeout=10s`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: Buffer.from(JSON.stringify(admissionReview(pod({ web: name })))),
      ca: authority.pem,
    });
    return (JSON.parse(body.toString()) as { response: { allowed: boolean } }).response.allowed;
  };
  return { ask, readyMs: running.readyMs(), stop: () => running.stop() };
}
