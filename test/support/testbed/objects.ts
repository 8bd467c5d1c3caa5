/** The Kubernetes objects of the suite: policies, pods, webhook configurations. */
import type { Sealgate } from "./sealgate.ts";

export interface PolicyOptions {
  readonly namespace: string;
  readonly name: string;
  readonly imageReferences: readonly string[];
  readonly publicKey: string;
  readonly failureAction?: "Enforce" | "Warn" | "Audit";
  readonly failurePolicy?: "Fail" | "Ignore" | "IgnoreIfVerified";
}

type SpecOptions = Omit<PolicyOptions, "namespace" | "name">;

function policySpec({ failureAction = "Enforce", failurePolicy = "Fail", ...options }: SpecOptions): object {
  const entry = { name: "key", keys: { publicKeys: options.publicKey }, insecureIgnoreTlog: true };
  const attestors = [{ count: 1, entries: [entry] }];
  return {
    failureAction,
    failurePolicy,
    verifyImages: [{ name: "acme", imageReferences: options.imageReferences, attestors }],
  };
}

/** One signature by the key, for the images named. */
export function policy({ namespace, name, ...spec }: PolicyOptions): object {
  return policyOf({ namespace, name }, policySpec(spec));
}

export function policyOf(metadata: { readonly namespace: string; readonly name: string }, spec: object): object {
  return { apiVersion: "sealgate.dev/v1alpha1", kind: "ImageVerifyPolicy", metadata, spec };
}

/** The same for every namespace with a label. */
export function clusterPolicy(
  { name, ...spec }: Omit<PolicyOptions, "namespace">,
  matchLabels: Readonly<Record<string, string>>,
): object {
  return {
    apiVersion: "sealgate.dev/v1alpha1",
    kind: "ClusterImageVerifyPolicy",
    metadata: { name },
    spec: { ...policySpec(spec), match: { namespaceSelector: { matchLabels } } },
  };
}

/** Refused without looking, so no registry is needed. */
export const REFUSED = "refused.example/acme/web:1";
/** No policy covers it. */
export const FINE = "fine.example/acme/web:1";

export interface Refusal {
  readonly namespaces: readonly string[];
  /** Default: those of REFUSED's host. */
  readonly imageReferences?: readonly string[];
  /** Default: all seven. */
  readonly podControllers?: readonly string[];
}

/** A cluster policy that refuses images without looking. */
export function refusal(name: string, { namespaces, imageReferences, podControllers }: Refusal): object {
  const matchExpressions = [{ key: "kubernetes.io/metadata.name", operator: "In", values: namespaces }];
  const templates = podControllers === undefined ? {} : { podControllers };
  return {
    apiVersion: "sealgate.dev/v1alpha1",
    kind: "ClusterImageVerifyPolicy",
    metadata: { name },
    spec: {
      failureAction: "Enforce",
      match: { namespaceSelector: { matchExpressions }, ...templates },
      verifyImages: [
        {
          name: "elsewhere",
          imageReferences: imageReferences ?? ["refused.example/*"],
          static: { action: "Fail", message: "not from there" },
        },
      ],
    },
  };
}

export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): object {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

export function pod(meta: { readonly namespace: string; readonly name: string }, image: string): object {
  return { apiVersion: "v1", kind: "Pod", metadata: meta, spec: { containers: [{ name: "web", image }] } };
}

/** Controllers when made or changed: their templates. */
const templates = (group: string, resources: readonly string[]): object => ({
  apiGroups: [group],
  apiVersions: ["v1"],
  operations: ["CREATE", "UPDATE"],
  resources,
  scope: "Namespaced",
});

/** Which call a webhook is for: pods when made or changed, their ephemeral containers, and templates of pods. */
const rules = [
  { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["pods"], scope: "Namespaced" },
  {
    apiGroups: [""],
    apiVersions: ["v1"],
    operations: ["UPDATE"],
    resources: ["pods/ephemeralcontainers"],
    scope: "Namespaced",
  },
  templates("apps", ["deployments", "replicasets", "statefulsets", "daemonsets"]),
  templates("batch", ["jobs", "cronjobs"]),
  templates("", ["replicationcontrollers"]),
];

const images = (object: string, list: string): string =>
  `(has(${object}.spec.${list}) ? ${object}.spec.${list}.map(c, has(c.image) ? c.image : '') : [])`;

/** The API server's own filter: no call for an update that changes no image. */
const matchConditions = [
  {
    name: "images-changed",
    expression: [
      "request.operation == 'CREATE'",
      "(has(request.subResource) && request.subResource == 'ephemeralcontainers')",
      `${images("object", "containers")} != ${images("oldObject", "containers")}`,
      `${images("object", "initContainers")} != ${images("oldObject", "initContainers")}`,
    ].join(" || "),
  },
];

/** Namespaces with this label are called about only where the filter lets it through; the others about every update. */
export const filteredLabel = "testbed.example/filtered";

function webhooks(sealgate: Sealgate, path: string): readonly object[] {
  const clientConfig = { url: `${sealgate.url}${path}`, caBundle: Buffer.from(sealgate.ca).toString("base64") };
  const common = {
    clientConfig,
    rules,
    failurePolicy: "Fail",
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    timeoutSeconds: 10,
  };
  const system = { key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kube-system", "kube-node-lease"] };
  const selector = (operator: string): object => ({
    matchExpressions: [system, { key: filteredLabel, operator }],
  });
  return [
    { ...common, name: "images.sealgate.dev", namespaceSelector: selector("DoesNotExist") },
    { ...common, name: "filtered.sealgate.dev", namespaceSelector: selector("Exists"), matchConditions },
  ];
}

export function webhookConfigurations(sealgate: Sealgate): readonly object[] {
  const apiVersion = "admissionregistration.k8s.io/v1";
  const metadata = { name: "sealgate" };
  return [
    { apiVersion, kind: "MutatingWebhookConfiguration", metadata, webhooks: webhooks(sealgate, "/mutate") },
    { apiVersion, kind: "ValidatingWebhookConfiguration", metadata, webhooks: webhooks(sealgate, "/validate") },
  ];
}
