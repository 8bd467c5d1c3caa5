/** Metrics of the webhook (kubernetes.md §17). Never labelled by image, digest, user or host: those are unbounded. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** Whoever reaches the port writes the resource: what is not ours is one label. */
const RESOURCES: ReadonlySet<string> = new Set([
  "pods",
  "deployments",
  "replicasets",
  "statefulsets",
  "daemonsets",
  "jobs",
  "cronjobs",
  "replicationcontrollers",
]);
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface AdmissionSample {
  readonly webhook: "validate" | "mutate";
  readonly operation: string;
  readonly resource: string;
  readonly decision: "allow" | "deny" | "error";
  readonly dryRun: boolean;
  readonly seconds: number;
}

export interface ObservedPolicy {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly isReady: boolean;
}

/** What one rule said of one image of a pod, and what came of it. */
export interface RuleSample {
  readonly policy: { readonly kind: string; readonly namespace?: string; readonly name: string };
  readonly rule: string;
  readonly verdict: "Pass" | "Fail" | "Undetermined";
  readonly effect: "admit" | "warn" | "deny";
}

export interface Metrics {
  observeAdmission(sample: AdmissionSample): void;
  countVerdict(sample: RuleSample): void;
  /** A rule that an exception took off an image. `exception` is the name of an object of the cluster's administrators. */
  countException(exception: string): void;
  /** Images that no rule of a cluster policy is about. */
  countUnmatched(images: number): void;
  /** For how long changes of a source may have been missed. */
  observeStale(source: string, seconds: number): void;
  /** How long ago the key of a key management service was fetched that was fetched longest ago. */
  observeKeyAge(seconds: number): void;
  /** All that are in force, each with whether it compiles and has its keys and trust roots. */
  observePolicies(policies: readonly ObservedPolicy[]): void;
  observeLeader(isLeader: boolean): void;
  /** The end of the certificate that is served, in milliseconds. */
  observeLeaf(notAfter: number): void;
  observeConfiguration(configuration: { readonly kind: string; readonly name: string }, isPresent: boolean): void;
  /** Prometheus text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

export function makeMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "sealgate_admission_requests_total",
    help: "Admission reviews answered, by decision",
    labelNames: ["webhook", "operation", "resource", "decision", "dry_run"],
    registers: [registry],
  });
  const duration = new Histogram({
    name: "sealgate_admission_duration_seconds",
    help: "Seconds from the body's arrival to the answer",
    labelNames: ["webhook"],
    buckets: BUCKETS,
    registers: [registry],
  });
  const stale = new Gauge({
    name: "sealgate_informer_stale_seconds",
    help: "For how long changes of a source may have been missed; 0 while it is followed",
    labelNames: ["source"],
    registers: [registry],
  });
  const keyAge = new Gauge({
    name: "sealgate_kms_key_age_seconds",
    help: "How long ago a key of a key management service was fetched, of the one for which it is longest; 0 without any",
    registers: [registry],
  });
  return {
    ...certificateMetrics(registry),
    ...policyMetrics(registry),
    ...verdictMetrics(registry),
    observeKeyAge: (seconds) => keyAge.set(seconds),
    observeStale: (source, seconds) => stale.set({ source }, seconds),
    contentType: registry.contentType,
    observeAdmission: ({ webhook, operation, resource, decision, dryRun, seconds }) => {
      const known = RESOURCES.has(resource) ? resource : "other";
      requests.inc({ webhook, operation, resource: known, decision, dry_run: String(dryRun) });
      duration.observe({ webhook }, seconds);
    },
    text: () => registry.metrics(),
  };
}

/** Who writes policies of a namespace may give them ever new names: of these the namespace is told alone. */
function verdictMetrics(registry: Registry): Pick<Metrics, "countVerdict"> {
  const verdicts = new Counter({
    name: "sealgate_rule_verdicts_total",
    help: "Verdicts of rules on images of reviewed pods, dry runs left out; name and rule are those of cluster policies",
    labelNames: ["kind", "namespace", "name", "rule", "verdict", "effect"],
    registers: [registry],
  });
  return {
    countVerdict: ({ policy: { kind, namespace, name }, rule, verdict, effect }) =>
      verdicts.inc(
        namespace === undefined
          ? { kind, namespace: "", name, rule, verdict, effect }
          : { kind, namespace, name: "", rule: "", verdict, effect },
      ),
  };
}

function policyMetrics(registry: Registry): Pick<Metrics, "observePolicies" | "countException" | "countUnmatched"> {
  const exceptions = new Counter({
    name: "sealgate_exception_uses_total",
    help: "Rules that an ImageVerifyException took off an image of a reviewed pod, dry runs left out",
    labelNames: ["exception"],
    registers: [registry],
  });
  const unmatched = new Counter({
    name: "sealgate_unmatched_images_total",
    help: "Images of reviewed pods that no rule of a ClusterImageVerifyPolicy is about, dry runs left out",
    registers: [registry],
  });
  const ready = new Gauge({
    name: "sealgate_policy_ready",
    help: "1 for a policy that compiles and has its keys and trust roots, 0 for one that makes what it covers Undetermined",
    labelNames: ["kind", "namespace", "name"],
    registers: [registry],
  });
  return {
    observePolicies: (policies) => {
      ready.reset();
      for (const { kind, namespace = "", name, isReady } of policies)
        ready.set({ kind, namespace, name }, isReady ? 1 : 0);
    },
    countException: (exception) => exceptions.inc({ exception }),
    countUnmatched: (images) => unmatched.inc(images),
  };
}

function certificateMetrics(
  registry: Registry,
): Pick<Metrics, "observeLeader" | "observeLeaf" | "observeConfiguration"> {
  const registers = [registry];
  const leader = new Gauge({ name: "sealgate_leader", help: "1 if this replica leads", registers });
  const leaf = new Gauge({
    name: "sealgate_tls_not_after_timestamp_seconds",
    help: "End of the certificate that is served",
    registers,
  });
  const configuration = new Gauge({
    name: "sealgate_webhook_configuration_present",
    help: "0 if a webhook configuration is not there, as the leader sees it",
    labelNames: ["kind", "name"],
    registers,
  });
  return {
    observeLeader: (isLeader) => leader.set(isLeader ? 1 : 0),
    observeLeaf: (notAfter) => leaf.set(notAfter / 1000),
    observeConfiguration: ({ kind, name }, isPresent) => configuration.set({ kind, name }, isPresent ? 1 : 0),
  };
}
