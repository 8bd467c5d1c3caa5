/** Where serve has its policies from: the API server, or a directory of files. */
import { turnTaker } from "../app/turns.ts";
import type { ServeFlags } from "../cli/index.ts";
import { PolicyDirectory } from "../config/policy-directory.ts";
import { buildKubernetesClient, type KubernetesApi } from "../kubernetes/client.ts";
import { PolicyWatch } from "../kubernetes/policy-watch.ts";
import type { Policies } from "../ports/policies.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { ReadinessCheck } from "../webhook/operations.ts";
import type { Trust } from "./open-trust.ts";
import { systemClock } from "./serve-certificates.ts";
import { usage } from "./usage.ts";

export interface Telemetry {
  readonly logger: Pick<Logger, "info">;
  readonly metrics: Pick<Metrics, "observeStale">;
}

export interface PolicySource {
  /** Where they come from, unless it is a directory. */
  readonly api?: KubernetesApi;
  readonly policies: Policies;
  /** After a change of trust roots. */
  recompile(): void;
  readiness(): readonly ReadinessCheck[];
  close(): void;
}

/** Fails with UsageError: a directory or a kubeconfig that cannot be read. */
export function openPolicies(
  flags: ServeFlags,
  { compile }: Pick<Trust, "compile">,
  { logger, metrics }: Telemetry,
): PolicySource {
  const onChange = (detail: string): void => logger.info({ detail }, "policies changed");
  if (flags.policies !== undefined) {
    const directory = usage(() => new PolicyDirectory({ folder: flags.policies ?? "", compile, onChange }));
    const readiness = (): readonly ReadinessCheck[] => [{ name: "policies", ok: true, detail: directory.detail() }];
    return { policies: directory, recompile: () => directory.recompile(), readiness, close: () => directory.close() };
  }
  const turn = turnTaker(systemClock.monotonicNow);
  const client = usage(() => buildKubernetesClient(flags.kubeconfig));
  const watch = new PolicyWatch({ ...systemClock, turn, client, compile, onChange });
  watch.start();
  const readiness = (): readonly ReadinessCheck[] =>
    watch.checks(flags.staleSeconds, (name, seconds) => metrics.observeStale(name, seconds));
  const recompile = (): void => void watch.recompile();
  return { api: client, policies: watch, recompile, readiness, close: () => watch.close() };
}
