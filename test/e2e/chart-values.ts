/** Values of the chart for chart.test.ts: ways to install it, a change of each value, and what is refused. */
import { documentedValues } from "./chart-examples.ts";

const DIGEST = `sha256:${"ab".repeat(32)}`;
const PEM = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";
const FILES = { mode: "files", files: { secret: "s", caBundle: PEM } };

/** Ways to install it: seventeen, and those of the pages. */
export const VALUE_SETS: Readonly<Record<string, object>> = {
  ...documentedValues(),
  defaults: {},
  "one replica to try it": { replicas: 1, podDisruptionBudget: { enabled: false }, priorityClassName: "" },
  "cert-manager with an issuer made for it": { tls: { mode: "certManager" } },
  "cert-manager with an issuer of one's own": {
    tls: { mode: "certManager", certManager: { issuerRef: { name: "corp", kind: "ClusterIssuer" } } },
  },
  "a certificate of one's own": { tls: FILES },
  "API servers with a client certificate": {
    callers: { clientCertificateSecret: "callers", commonNames: ["kube-apiserver"] },
  },
  "API servers with a bearer token": { callers: { bearerTokenSecret: "callers" } },
  autoscaling: { autoscaling: { enabled: true, maxReplicas: 20 } },
  "digests required": { requireDigests: { enabled: true, validationActions: ["Warn", "Audit"] } },
  "validation of pods alone": {
    webhook: {
      mutating: { enabled: false },
      podControllers: false,
      deleteAtUninstall: false,
      failurePolicy: "Ignore",
      timeoutSeconds: 5,
    },
  },
  "no kinds, no aggregation, no network policy": {
    crds: { install: false },
    rbac: { aggregate: false },
    networkPolicy: { enabled: false },
  },
  "an image of one's own registry": {
    image: { repository: "registry.example:5000/sealgate", digest: DIGEST, pullPolicy: "Always" },
    imagePullSecrets: ["pull"],
    plainHttp: ["registry.example:5000"],
    allowPrivate: ["registry.example:5000"],
  },
  "a registry that asks for a client certificate": {
    config: {
      registries: [
        {
          host: "registry.example",
          clientCertificate: {
            certFile: "/etc/sealgate-client/tls.crt",
            keyFile: "/etc/sealgate-client/tls.key",
          },
        },
      ],
    },
    volumes: [{ name: "client", secret: { secretName: "client" } }],
    volumeMounts: [{ name: "client", mountPath: "/etc/sealgate-client" }],
  },
  "pull secrets of the namespace": { pullSecrets: { namespaces: ["default", "sealgate"] } },
  "scheduling by hand": {
    nodeSelector: { pool: "system" },
    tolerations: [{ key: "system", operator: "Exists" }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "pool", operator: "Exists" }] }],
        },
      },
    },
    topologySpread: { whenUnsatisfiable: "DoNotSchedule" },
    hostNetwork: true,
  },
  "keys in Secrets of other namespaces": {
    secretNamespaces: ["default"],
    rbac: { keySecretNamespaces: ["default", "kube-public"], keySecretNames: ["release"] },
  },
  "trust roots and closed networks": {
    config: { builtInTrustRoots: ["github"] },
    excludeNamespaces: ["kyverno"],
    networkPolicy: {
      webhookFrom: [{ ipBlock: { cidr: "10.0.0.0/16" } }],
      operationsFrom: [{ namespaceSelector: { matchLabels: { name: "monitoring" } } }],
    },
  },
};

interface Change {
  readonly with?: object;
  readonly to: unknown;
}
const certManager = { tls: { mode: "certManager" } };
const A_VOLUME = { name: "a", emptyDir: {} };
const identified = { callers: { clientCertificateSecret: "s", commonNames: ["a"] } };
const autoscaled = { autoscaling: { enabled: true } };

/** Every value, and another that changes what is rendered. */
export const LIVE: Readonly<Record<string, Change>> = {
  "image.repository": { to: "other" },
  "image.tag": { to: "9" },
  "image.digest": { to: DIGEST },
  "image.pullPolicy": { to: "Never" },
  imagePullSecrets: { to: ["a"] },
  fullnameOverride: { to: "other" },
  replicas: { to: 4 },
  "resources.requests.cpu": { to: "1" },
  "resources.requests.memory": { to: "1Gi" },
  "resources.limits.memory": { to: "1Gi" },
  maxHeapMiB: { to: 100 },
  podAnnotations: { to: { a: "b" } },
  podLabels: { to: { a: "b" } },
  nodeSelector: { to: { a: "b" } },
  tolerations: { to: [{ operator: "Exists" }] },
  affinity: { to: { nodeAffinity: {} } },
  "topologySpread.enabled": { to: false },
  "topologySpread.whenUnsatisfiable": { to: "DoNotSchedule" },
  priorityClassName: { to: "" },
  hostNetwork: { to: true },
  "serviceAccount.annotations": { to: { a: "b" } },
  env: { to: [{ name: "A", value: "b" }] },
  volumes: { to: [{ name: "a", emptyDir: {} }] },
  volumeMounts: { with: { volumes: [A_VOLUME] }, to: [{ name: "a", mountPath: "/a" }] },
  logLevel: { to: "debug" },
  drainSeconds: { to: 1 },
  staleSeconds: { to: 60 },
  plainHttp: { to: ["a:1"] },
  allowPrivate: { to: ["a:1"] },
  "pullSecrets.namespaces": { to: ["prod"] },
  config: { to: { builtInTrustRoots: [] } },
  "tls.mode": { to: "certManager" },
  "tls.selfManaged.authorityLifetime": { to: "9000h" },
  "tls.selfManaged.renewBefore": { to: "1000h" },
  "tls.selfManaged.leafLifetime": { to: "100h" },
  "tls.selfManaged.distributionWait": { to: "1m" },
  "tls.selfManaged.overlapWait": { to: "200h" },
  "tls.certManager.issuerRef": { with: certManager, to: { name: "a" } },
  "tls.certManager.duration": { with: certManager, to: "100h" },
  "tls.files.secret": { with: { tls: FILES }, to: "other" },
  "tls.files.caBundle": { with: { tls: FILES }, to: `${PEM}${PEM}` },
  "callers.clientCertificateSecret": { with: identified, to: "other" },
  "callers.commonNames": { with: identified, to: ["b"] },
  "callers.bearerTokenSecret": { to: "other" },
  "webhook.failurePolicy": { to: "Ignore" },
  "webhook.timeoutSeconds": { to: 3 },
  "webhook.mutating.enabled": { to: false },
  "webhook.mutating.failurePolicy": { to: "Fail" },
  "webhook.podControllers": { to: false },
  "webhook.deleteAtUninstall": { to: false },
  "webhook.port": { to: 444 },
  excludeNamespaces: { to: ["a"] },
  "podDisruptionBudget.enabled": { to: false },
  "podDisruptionBudget.maxUnavailable": { to: "50%" },
  "autoscaling.enabled": { to: true },
  "autoscaling.minReplicas": { with: autoscaled, to: 4 },
  "autoscaling.maxReplicas": { with: autoscaled, to: 11 },
  "autoscaling.targetCPUUtilizationPercentage": { with: autoscaled, to: 50 },
  "networkPolicy.enabled": { to: false },
  "networkPolicy.webhookFrom": { to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] },
  "networkPolicy.operationsFrom": { to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] },
  "requireDigests.enabled": { to: true },
  "requireDigests.validationActions": { with: { requireDigests: { enabled: true } }, to: ["Audit"] },
  "crds.install": { to: false },
  "crds.keep": { to: false },
  "rbac.aggregate": { to: false },
  secretNamespaces: { to: ["shared"] },
  "rbac.keySecretNamespaces": { to: ["team-a"] },
  "rbac.keySecretNames": { to: ["release"] },
};

/** Values that are refused, and what is said of them. */
export const REFUSED: Readonly<Record<string, readonly [object, RegExp]>> = {
  "an unknown value": [{ replica: 3 }, /at '': additional properties 'replica' not allowed/],
  "an unknown member": [{ webhook: { failPolicy: "Fail" } }, /at '\/webhook': .*'failPolicy' not allowed/],
  "a wrong type": [{ replicas: "three" }, /at '\/replicas': got string, want integer/],
  "a word that is none of its own": [{ webhook: { failurePolicy: "Maybe" } }, /at '\/webhook\/failurePolicy'/],
  "a digest that is none": [{ image: { digest: "latest" } }, /at '\/image\/digest'/],
  "a namespace that is none": [{ pullSecrets: { namespaces: ["*"] } }, /at '\/pullSecrets\/namespaces\/0'/],
  "a namespace of keys that is none": [{ secretNamespaces: ["*"] }, /at '\/secretNamespaces\/0'/],
  "files without their Secret": [{ tls: { mode: "files", files: { caBundle: PEM } } }, /tls\.files\.secret is needed/],
  "files without their CA": [{ tls: { mode: "files", files: { secret: "s" } } }, /tls\.files\.caBundle is needed/],
  "a CA that is no certificate": [
    { tls: { mode: "files", files: { secret: "s", caBundle: "TUE9PQ==" } } },
    /tls\.files\.caBundle is no certificate in PEM/,
  ],
  "a Secret of one's own beside a CA of Sealgate's": [
    { tls: { files: { secret: "s" } } },
    /tls\.files\.secret is set and tls\.mode is selfManaged/,
  ],
  "a CA of one's own beside cert-manager": [
    { tls: { mode: "certManager", files: { caBundle: PEM } } },
    /tls\.files\.caBundle is set and tls\.mode is certManager/,
  ],
  "an issuer that nobody asks": [
    { tls: { certManager: { issuerRef: { name: "corp" } } } },
    /tls\.certManager\.issuerRef is set and tls\.mode is selfManaged/,
  ],
  "client certificates without names": [
    { callers: { clientCertificateSecret: "s" } },
    /callers\.commonNames is needed/,
  ],
  "names without client certificates": [{ callers: { commonNames: ["a"] } }, /callers\.commonNames is set without/],
  "both ways to know an API server": [
    { callers: { clientCertificateSecret: "s", commonNames: ["a"], bearerTokenSecret: "t" } },
    /exclude each other/,
  ],
  "a heap as large as the container": [{ maxHeapMiB: 512 }, /maxHeapMiB is 512 and resources\.limits\.memory is 512Mi/],
  "fewer replicas at most than at least": [
    { autoscaling: { enabled: true, minReplicas: 11 } },
    /autoscaling\.minReplicas is 11 and autoscaling\.maxReplicas is 10/,
  ],
  "a member that the configuration does not have": [
    { config: { unmatchedImage: "Deny" } },
    /at '\/config': additional properties 'unmatchedImage' not allowed/,
  ],
  "a word that the configuration does not know": [
    { config: { unmatchedImages: "Denied" } },
    /at '\/config\/unmatchedImages'/,
  ],
  "the chart's own part of the configuration": [{ config: { tls: {} } }, /config\.tls is the chart's: set tls/],
  "callers as a member of the configuration": [{ config: { callers: {} } }, /config\.callers is the chart's/],
  "what a value of its own says": [{ config: { secretNamespaces: ["a"] } }, /config\.secretNamespaces is the chart's/],
  "a Lease that is not the chart's": [{ config: { leaderElection: {} } }, /config\.leaderElection is the chart's/],
  "another word on templates than the chart's": [
    { config: { podControllers: false } },
    /config\.podControllers is the chart's: set webhook\.podControllers/,
  ],
};
