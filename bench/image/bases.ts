/** The two images that the Dockerfile stands on, made on this machine by debootstrap: one to build in, one without a shell. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync, copyFileSync, chmodSync } from "node:fs";
import { dirname, join } from "node:path";
import { must, type Buildah } from "./buildah.ts";

export const BUILDER = "localhost/testbed-builder";
export const BASE = "localhost/testbed-base";

/** What distroless images have: no shell, no package manager. */
const PACKAGES = ["base-files", "netbase", "tzdata", "ca-certificates", "libc6", "libgcc-s1", "libstdc++6"];

export interface Bases {
  /** Bytes of Debian's files in the base; Node is not among them. */
  readonly debianBytes: number;
  readonly nodeBytes: number;
}

/** Bytes of all files below a folder. */
export async function bytesOf(folder: string): Promise<number> {
  const [bytes = ""] = (await must("du", "--summarize", "--apparent-size", "--bytes", folder)).split("\t");
  return Number(bytes);
}

/** `context`: what is built; its packages are fetched first, so that the build itself needs no network. */
export async function makeBases(buildah: Buildah, dir: string, context: string): Promise<Bases> {
  const root = join(dir, "debian");
  const [mirror] = (await must("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages")).split(
    "\n",
  );
  await must(
    "debootstrap",
    "--variant=minbase",
    "--include=ca-certificates,libstdc++6,netbase,tzdata",
    "bookworm",
    root,
    mirror ?? "",
  );
  const base = join(dir, "base");
  await copyPackages(root, base);
  const debianBytes = await bytesOf(base);
  const nodeBytes = copyNode(join(base, "nodejs", "bin"));
  await buildah.fromFolder(BASE, base);
  copyNode(join(root, "usr", "local", "bin"));
  await makeBuilder(buildah, { root, cache: join(dir, "npm-cache"), context });
  return { debianBytes, nodeBytes };
}

async function copyPackages(root: string, base: string): Promise<void> {
  mkdirSync(join(base, "usr", "lib"), { recursive: true });
  mkdirSync(join(base, "usr", "lib64"), { recursive: true });
  for (const folder of ["lib", "lib64"]) symlinkSync(`usr/${folder}`, join(base, folder));
  const info = join(root, "var", "lib", "dpkg", "info");
  const lists = readdirSync(info).filter((name) =>
    PACKAGES.some((each) => new RegExp(`^${each.replaceAll("+", "[+]")}(:[a-z0-9]+)?\\.list$`, "u").test(name)),
  );
  const files = lists.flatMap((name) => readFileSync(join(info, name), "utf8").split("\n"));
  const wanted = files.filter(
    (file) => file.length > 2 && !/^\/(?:bin|usr\/(?:bin|sbin|share\/(?:doc|man|lintian)))(?:\/|$)/u.test(file),
  );
  const list = join(base, "..", "base.list");
  writeFileSync(list, [...wanted, "/etc/ssl/certs/ca-certificates.crt"].map((file) => file.slice(1)).join("\n"));
  const archive = join(base, "..", "base.tar");
  await must("tar", "-C", root, "--no-recursion", "-cf", archive, "-T", list);
  await must("tar", "-C", base, "--keep-directory-symlink", "-xf", archive);
  mkdirSync(join(base, "etc", "sealgate"), { recursive: true });
  writeFileSync(
    join(base, "etc", "passwd"),
    "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n",
  );
}

/** The one that this runs on. */
function copyNode(folder: string): number {
  const file = join(folder, "node");
  mkdirSync(folder, { recursive: true });
  copyFileSync(process.execPath, file);
  chmodSync(file, 0o755);
  return readFileSync(file).length;
}

async function makeBuilder(
  buildah: Buildah,
  { root, cache, context }: { readonly root: string; readonly cache: string; readonly context: string },
): Promise<void> {
  const npm = join((await must("npm", "root", "--global")).trim(), "npm");
  const place = join(root, "usr", "local", "lib", "node_modules", "npm");
  mkdirSync(dirname(place), { recursive: true });
  await must("cp", "-aL", npm, place);
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", join(root, "usr", "local", "bin", "npm"));
  await must("npm", "--prefix", context, "ci", "--ignore-scripts", "--cache", cache, "--no-audit", "--no-fund");
  await must("rm", "-r", join(context, "node_modules"));
  // Only in the image that is built in, and never in what it builds.
  const registry = (await must("npm", "config", "get", "registry")).trim();
  const settings = { cache: "/npm-cache", offline: "true", registry, audit: "false", fund: "false" };
  const env = Object.entries(settings).flatMap(([name, value]) => ["--env", `npm_config_${name}=${value}`]);
  await buildah.fromFolder(BUILDER, root, ...env, "--env", "PATH=/usr/local/bin:/usr/bin:/bin", "--env", "HOME=/root");
}
