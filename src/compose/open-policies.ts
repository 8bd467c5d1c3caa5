/** Where serve has its policies from: the API server, or a directory of files. */
import { turnTaker } from "../app/turns.ts";
import type { ServeFlags } from "../cli/index.ts";
import { PolicyDirectory } from "../config/policy-directory.ts";
import { buildKubernetesClient, DEFAULT_NAMESPACE, ownNamespace, type KubernetesApi } from "../kubernetes/client.ts";
import { KeySecrets } from "../kubernetes/key-secrets.ts";
import { wantedStatuses } from "../kubernetes/object-statuses.ts";
import { PolicyWatch } from "../kubernetes/policy-watch.ts";
import { StatusWriter } from "../kubernetes/status-writer.ts";
import { keySourcesOf } from "../policy/compile.ts";
import type { Compilers, Policies } from "../ports/policies.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { ReadinessCheck } from "../webhook/operations.ts";
import type { LeaderWork } from "./election.ts";
import type { Trust } from "./open-trust.ts";
import { systemClock } from "./serve-certificates.ts";
import { usage } from "./usage.ts";

export interface Telemetry {
  readonly logger: Pick<Logger, "info" | "warn">;
  readonly metrics: Pick<Metrics, "observeStale">;
}

export interface PolicySource {
  /** Where they come from, unless it is a directory. */
  readonly api?: KubernetesApi;
  readonly policies: Policies;
  /** After a change of trust roots. */
  recompile(): void;
  /** What the leader does for them. */
  readonly leaderWorks: readonly LeaderWork[];
  readiness(): readonly ReadinessCheck[];
  close(): void;
}

/** Of policies in files: keys come from the Secrets beside them. `namespace` is Sealgate's own. */
export function compileOfFiles({ compileWith }: Pick<Trust, "compileWith">, namespace = DEFAULT_NAMESPACE): Compilers {
  return compileWith((find) => ({ namespace, find }));
}

/** Fails with UsageError: a directory or a kubeconfig that cannot be read. */
export function openPolicies(
  flags: ServeFlags,
  trust: Pick<Trust, "compileWith" | "config">,
  { logger, metrics }: Telemetry,
): PolicySource {
  const onChange = (detail: string): void => logger.info({ detail }, "policies changed");
  if (flags.policies !== undefined) {
    const compile = compileOfFiles(trust, flags.namespace);
    const directory = usage(() => new PolicyDirectory({ folder: flags.policies ?? "", compile, onChange }));
    const readiness = (): readonly ReadinessCheck[] => [{ name: "policies", ok: true, detail: directory.detail() }];
    return {
      policies: directory,
      recompile: () => directory.recompile(),
      leaderWorks: [],
      readiness,
      close: () => directory.close(),
    };
  }
  const turn = turnTaker(systemClock.monotonicNow);
  const client = usage(() => buildKubernetesClient(flags.kubeconfig));
  const namespace = usage(() => flags.namespace ?? ownNamespace(flags.kubeconfig));
  const secrets = new KeySecrets({
    ...systemClock,
    client,
    onChange: (isAffected) => void watch.recompile((policy) => keySourcesOf(policy).some(isAffected)),
  });
  const watch = new PolicyWatch({
    ...systemClock,
    turn,
    client,
    compile: trust.compileWith(() => ({ namespace, find: (source) => secrets.find(source) })),
    onKeySources: (sources) => secrets.follow(sources),
    onChange,
  });
  watch.start();
  const readiness = (): readonly ReadinessCheck[] => [
    ...watch.checks(flags.staleSeconds, (name, seconds) => metrics.observeStale(name, seconds)),
    { name: "key-secrets", ...secrets.readiness() },
  ];
  const close = (): void => {
    watch.close();
    secrets.close();
  };
  const recompile = (): void => void watch.recompile();
  const leaderWorks = [statusWork(client, watch, trust.config, logger)];
  return { api: client, policies: watch, recompile, leaderWorks, readiness, close };
}

/** The leader writes what became of the objects that `watch` reads. */
function statusWork(
  api: KubernetesApi,
  watch: PolicyWatch,
  config: Trust["config"],
  logger: Telemetry["logger"],
): LeaderWork {
  const writer = new StatusWriter({
    ...systemClock,
    api,
    wanted: (now) => {
      const snapshot = watch.snapshot();
      const { maxMs, reserveMs } = config().deadline;
      return snapshot && wantedStatuses(watch.objects(), snapshot, { now, longestMs: maxMs - reserveMs });
    },
    onChange: ({ kind, namespace, name }, { type, status, reason, message }) =>
      logger.info({ kind, namespace, name, condition: type, status, reason, message }, "status written"),
    onFailure: (path, reason) => logger.warn({ path, reason }, "status could not be written"),
  });
  return (signal) => writer.lead(signal);
}
