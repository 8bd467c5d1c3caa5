/** Where serve has its policies from: the API server, or a directory of files. */
import { turnTaker } from "../app/turns.ts";
import type { KmsKeys } from "../cloud/kms-keys.ts";
import type { ServeFlags } from "../cli/index.ts";
import { readPolicySets } from "../config/pods.ts";
import { NO_POLICIES, PolicyDirectory, snapshotOf, type PolicySet } from "../config/policy-directory.ts";
import { buildKubernetesClient, DEFAULT_NAMESPACE, ownNamespace, type KubernetesApi } from "../kubernetes/client.ts";
import { KeySecrets } from "../kubernetes/key-secrets.ts";
import { wantedStatuses } from "../kubernetes/object-statuses.ts";
import { PolicyWatch } from "../kubernetes/policy-watch.ts";
import { RootTexts } from "../kubernetes/root-texts.ts";
import { StatusWriter } from "../kubernetes/status-writer.ts";
import { keySourcesOf } from "../policy/compile.ts";
import { isPolicyReady } from "../policy/status.ts";
import { kmsUrisOf, secretSourcesOf, type KeyAnswer } from "../policy/key-source.ts";
import type { Compilers, Policies, PolicySnapshot } from "../ports/policies.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { ReadinessCheck } from "../webhook/operations.ts";
import type { LeaderWork } from "./election.ts";
import { fetchKmsKeys, findBy, openKms } from "./open-keys.ts";
import type { Trust } from "./open-trust.ts";
import { systemClock } from "./serve-certificates.ts";
import { NO_EVENTS, openEvents, type PolicyEvents } from "./policy-events.ts";
import { usage } from "./usage.ts";

export interface Telemetry {
  readonly logger: Pick<Logger, "info" | "warn">;
  readonly metrics: Pick<Metrics, "observeStale" | "observeKeyAge" | "observePolicies">;
}

export interface PolicySource {
  /** Where they come from, unless it is a directory. */
  readonly api?: KubernetesApi;
  /** Sealgate's own, where policies come from a cluster. */
  readonly namespace?: string;
  readonly policies: Policies;
  /** After a change of trust roots. */
  recompile(): void;
  /** What the leader does for them. */
  readonly leaderWorks: readonly LeaderWork[];
  /** Who is told what became of them. */
  readonly events: PolicyEvents;
  readiness(): readonly ReadinessCheck[];
  close(): void;
}

/** Of policies in files: keys come from the Secrets beside them, and by `kms`. `namespace` is Sealgate's own. */
export function compileOfFiles(
  { compileWith }: Pick<Trust, "compileWith">,
  kms: (uri: string) => KeyAnswer,
  namespace = DEFAULT_NAMESPACE,
): Compilers {
  return compileWith((beside) => ({ namespace, find: findBy(beside, kms) }));
}

interface FilesContext {
  /** Sealgate's own. */
  readonly namespace?: string | undefined;
  /** Labels of namespaces that stand in other files. */
  readonly namespaces?: PolicySet["namespaces"];
}

/** Policies of files for a command that follows nothing, with the keys that they name. Fails with UsageError. */
export async function readPoliciesOnce(
  paths: readonly string[],
  trust: Pick<Trust, "compileWith">,
  { namespace, namespaces = new Map() }: FilesContext = {},
  fetchKeys: typeof fetchKmsKeys = fetchKmsKeys,
): Promise<PolicySnapshot> {
  const sets = [...usage(() => readPolicySets(paths)), { ...NO_POLICIES, namespaces }];
  const compile = (kms: (uri: string) => KeyAnswer): PolicySnapshot =>
    snapshotOf(sets, compileOfFiles(trust, kms, namespace));
  const first = compile(() => ({ kind: "none", reason: "it has not been fetched" }));
  const uris = kmsUrisOf(first.policies.flatMap(keySourcesOf));
  return uris.length === 0 ? first : compile(await fetchKeys(uris));
}

/** Fails with UsageError: a directory or a kubeconfig that cannot be read. */
export function openPolicies(
  flags: ServeFlags,
  trust: Pick<Trust, "compileWith" | "config">,
  { logger, metrics }: Telemetry,
): PolicySource {
  const observe = ({ policies }: PolicySnapshot): void =>
    metrics.observePolicies(policies.map((policy) => ({ ...policy.id, isReady: isPolicyReady(policy) })));
  const changed = (detail: string, snapshot: PolicySnapshot | undefined): void => {
    logger.info({ detail }, "policies changed");
    if (snapshot !== undefined) observe(snapshot);
  };
  const kmsReadiness = (kms: KmsKeys): ReadinessCheck => {
    metrics.observeKeyAge(kms.ageSeconds());
    return { name: "kms-keys", ...kms.readiness() };
  };
  return flags.policies === undefined
    ? openCluster(flags, trust, {
        changed,
        logger,
        kmsReadiness,
        observeStale: (name, seconds) => metrics.observeStale(name, seconds),
      })
    : openDirectory(flags.policies, flags, trust, { changed, observe, kmsReadiness });
}

interface Reports {
  readonly changed: (detail: string, snapshot: PolicySnapshot | undefined) => void;
  readonly kmsReadiness: (kms: KmsKeys) => ReadinessCheck;
}

interface ClusterReports extends Reports {
  readonly logger: Telemetry["logger"];
  readonly observeStale: (name: string, seconds: number) => void;
}

function openDirectory(
  folder: string,
  flags: ServeFlags,
  trust: Pick<Trust, "compileWith">,
  { changed, observe, kmsReadiness }: Reports & { readonly observe: (snapshot: PolicySnapshot) => void },
): PolicySource {
  const kms = openKms(() => void directory.recompile());
  const compile = compileOfFiles(trust, (uri) => kms.find(uri), flags.namespace);
  const follow = (): void => kms.follow(kmsUrisOf(directory.snapshot().policies.flatMap(keySourcesOf)));
  const directory = usage(
    () =>
      new PolicyDirectory({
        folder,
        compile,
        turn: turnTaker(systemClock.monotonicNow),
        onChange: (detail) => {
          follow();
          changed(detail, directory.snapshot());
        },
      }),
  );
  follow();
  observe(directory.snapshot());
  return {
    policies: directory,
    recompile: () => void directory.recompile(),
    leaderWorks: [],
    events: NO_EVENTS,
    readiness: () => [{ name: "policies", ok: true, detail: directory.detail() }, kmsReadiness(kms)],
    close: () => {
      directory.close();
      kms.close();
    },
  };
}

function openCluster(
  { kubeconfig, namespace, staleSeconds }: ServeFlags,
  trust: Pick<Trust, "compileWith" | "config">,
  { changed, logger, kmsReadiness, observeStale }: ClusterReports,
): PolicySource {
  const client = usage(() => buildKubernetesClient(kubeconfig));
  const own = usage(() => namespace ?? ownNamespace(kubeconfig));
  const secrets = new KeySecrets({
    ...systemClock,
    client,
    onChange: (isAffected) =>
      void watch.recompile((policy) => secretSourcesOf(keySourcesOf(policy)).some((source) => isAffected(source))),
  });
  const kms = openKms((uri) => void watch.recompile((policy) => kmsUrisOf(keySourcesOf(policy)).includes(uri)));
  const find = findBy(
    (source) => secrets.find(source),
    (uri) => kms.find(uri),
  );
  const texts = new RootTexts({
    ...systemClock,
    client,
    onChange: (isAffected) => void watch.recompileTrustRoots(isAffected),
  });
  const watch = new PolicyWatch({
    ...systemClock,
    turn: turnTaker(systemClock.monotonicNow),
    client,
    compile: trust.compileWith(
      () => ({ namespace: own, find }),
      (source) => texts.find(source),
    ),
    onKeySources: (sources) => {
      secrets.follow(secretSourcesOf(sources));
      kms.follow(kmsUrisOf(sources));
    },
    onRootSources: (sources) => texts.follow(sources),
    onChange: (detail) => changed(detail, watch.snapshot()),
  });
  const events = openEvents(client, systemClock);
  watch.start();
  return {
    api: client,
    namespace: own,
    policies: watch,
    recompile: () => void watch.recompile(),
    leaderWorks: [statusWork(client, watch, trust.config, { logger, events })],
    events,
    readiness: () => [
      ...watch.checks(staleSeconds, observeStale),
      { name: "key-secrets", ...secrets.readiness() },
      { name: "trust-root-texts", ...texts.readiness() },
      kmsReadiness(kms),
    ],
    close: () => {
      for (const each of [watch, events, secrets, texts, kms]) each.close();
    },
  };
}

/** The leader writes what became of the objects that `watch` reads. */
function statusWork(
  api: KubernetesApi,
  watch: PolicyWatch,
  config: Trust["config"],
  { logger, events }: { readonly logger: Telemetry["logger"]; readonly events: PolicyEvents },
): LeaderWork {
  const writer = new StatusWriter({
    ...systemClock,
    api,
    wanted: (now) => {
      const snapshot = watch.snapshot();
      const {
        deadline: { maxMs, reserveMs },
        podControllers,
      } = config();
      const around = { longestMs: maxMs - reserveMs, areTemplatesSent: podControllers };
      return snapshot && wantedStatuses(watch.objects(), snapshot, { now, ...around });
    },
    onChange: (object, condition) => {
      const { kind, namespace, name } = object;
      const { type, status, reason, message } = condition;
      logger.info({ kind, namespace, name, condition: type, status, reason, message }, "status written");
      events.conditionChanged(object, condition);
    },
    onFailure: (path, reason) => logger.warn({ path, reason }, "status could not be written"),
  });
  return (signal) => writer.lead(signal);
}
