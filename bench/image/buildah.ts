/** buildah with a storage of its own, without an engine: chroot isolation, and a store of plain folders. */
import { join } from "node:path";
import { mustSucceed, run } from "../../test/support/testbed/process.ts";

export interface ImageConfig {
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface Buildah {
  /** Puts a folder's content into an image of that name; `config` are arguments of buildah config. */
  readonly fromFolder: (name: string, folder: string, ...config: readonly string[]) => Promise<void>;
  /** Builds a Dockerfile's folder into an image of that name. */
  readonly build: (name: string, folder: string, ...args: readonly string[]) => Promise<void>;
  /** The folder of a new container of that image. */
  readonly mount: (name: string) => Promise<string>;
  readonly configOf: (name: string) => Promise<ImageConfig>;
}

const MINUTES = 60_000;

/** Runs a program with the machine's own network and environment; throws with what it said if it fails. */
export async function must(command: string, ...args: readonly string[]): Promise<string> {
  const env = { HTTP_PROXY: "", HTTPS_PROXY: "", ...(process.env as Readonly<Record<string, string>>) };
  return mustSucceed(`${command} ${args[0]}`, await run(command, args, { env, timeoutMs: 15 * MINUTES })).stdout;
}

/** Everything that it keeps is below `dir`. */
export function openBuildah(dir: string): Buildah {
  const store = ["--root", join(dir, "storage"), "--runroot", join(dir, "run"), "--storage-driver", "vfs"];
  const buildah = async (...args: readonly string[]): Promise<string> =>
    (await must("buildah", ...store, ...args)).trim();
  return {
    fromFolder: async (name, folder, ...config) => {
      const container = await buildah("from", "scratch");
      await buildah("copy", "--quiet", container, folder, "/");
      if (config.length > 0) await buildah("config", ...config, container);
      await buildah("commit", "--quiet", "--rm", container, name);
    },
    build: async (name, folder, ...args) => {
      await buildah("bud", "--isolation", "chroot", "--network", "host", "--pull-never", ...args, "-t", name, folder);
    },
    mount: async (name) => buildah("mount", await buildah("from", "--pull-never", name)),
    configOf: async (name) => {
      const { OCIv1 } = JSON.parse(await buildah("inspect", "--type", "image", name)) as {
        OCIv1: { config: { User: string; Entrypoint: string[]; Cmd: string[]; Labels: Record<string, string> } };
      };
      const { User: user, Entrypoint: entrypoint, Cmd: cmd, Labels: labels } = OCIv1.config;
      return { user, entrypoint, cmd, labels };
    },
  };
}
