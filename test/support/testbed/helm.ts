// Helm against a cluster of the testbed, and the chart of this clone.
import { join } from "node:path";
import type { Cluster } from "./kubernetes.ts";
import { mustSucceed, run, type RunResult } from "./process.ts";
import { repositoryRoot, type Programs } from "./programs.ts";

export const helmNames = ["helmV3", "helmV4"] as const;
export type HelmName = (typeof helmNames)[number];
export const chartFolder = join(repositoryRoot(), "charts", "sealgate");

export interface Helm {
  readonly run: (...args: readonly string[]) => Promise<RunResult>;
  /** What it said; throws if it failed. */
  readonly must: (...args: readonly string[]) => Promise<string>;
}

/** Its settings and caches are in `dir`. */
export function makeHelm(
  programs: Programs,
  name: HelmName,
  { dir, kubeconfig }: { dir: string; kubeconfig?: string },
): Helm {
  const places = ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"];
  const env = {
    HOME: dir,
    ...Object.fromEntries(places.map((place) => [place, join(dir, place.toLowerCase())])),
    ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }),
  };
  const call = (...args: readonly string[]): Promise<RunResult> =>
    run(programs[name], args, { cwd: dir, env, timeoutMs: 120_000 });
  return { run: call, must: async (...args) => mustSucceed(`helm ${args[0]}`, await call(...args)).stdout };
}

/** For a cluster's administrator. */
export function helmOf(programs: Programs, name: HelmName, { dir, kubeconfig }: Cluster): Helm {
  return makeHelm(programs, name, { dir, kubeconfig });
}
