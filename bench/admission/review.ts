/** An AdmissionReview as an API server sends it for a pod of a Deployment: its size, not only its kind, is the real one. */

const TOLERATIONS = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

export interface ReviewedPod {
  readonly namespace: string;
  readonly image: string;
}

/** UTF-8 JSON of some 5 kB. */
export function reviewOf({ namespace, image }: ReviewedPod): string {
  const resource = { group: "", version: "v1", resource: "pods" };
  const kind = { group: "", version: "v1", kind: "Pod" };
  const controller = "system:serviceaccount:kube-system:replicaset-controller";
  const userInfo = {
    username: controller,
    uid: "b4e7e2f0-31a6-4a39-9c9e-0a6b8f0f6c11",
    groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
  };
  return JSON.stringify({
    kind: "AdmissionReview",
    apiVersion: "admission.k8s.io/v1",
    request: {
      uid: "7f0b2891-916f-4ed6-b7cd-27bff1815a8c",
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      namespace,
      operation: "CREATE",
      userInfo,
      object: podOf(namespace, image),
      oldObject: null,
      dryRun: false,
      options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1", fieldManager: "kube-controller-manager" },
    },
  });
}

function podOf(namespace: string, image: string): object {
  return {
    kind: "Pod",
    apiVersion: "v1",
    metadata: {
      generateName: "web-7d9c6c8b5f-",
      namespace,
      creationTimestamp: null,
      labels: { app: "web", "app.kubernetes.io/part-of": "shop", "pod-template-hash": "7d9c6c8b5f" },
      annotations: {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": "9090",
        "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z",
      },
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          name: "web-7d9c6c8b5f",
          uid: "1c2d3e4f",
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      managedFields: [
        {
          manager: "kube-controller-manager",
          operation: "Update",
          apiVersion: "v1",
          time: "2026-01-01T00:00:00Z",
          fieldsType: "FieldsV1",
          fieldsV1: managedFields(),
        },
      ],
    },
    spec: {
      volumes: [
        { name: "config", configMap: { name: "web", defaultMode: 420 } },
        {
          name: "kube-api-access-7x2k9",
          projected: {
            sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: "token" } }],
            defaultMode: 420,
          },
        },
      ],
      containers: [containerOf(image)],
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      serviceAccountName: "web",
      serviceAccount: "web",
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      schedulerName: "default-scheduler",
      tolerations: TOLERATIONS.map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 })),
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: "PreemptLowerPriority",
    },
    status: {},
  };
}

function containerOf(image: string): object {
  const probe = {
    httpGet: { path: "/healthz", port: 8080, scheme: "HTTP" },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  };
  return {
    name: "web",
    image,
    args: ["--listen=:8080", "--config=/etc/web/config.yaml"],
    ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
    env: ["POD_NAME", "POD_NAMESPACE", "POD_IP", "NODE_NAME"].map((name) => ({
      name,
      valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: `metadata.${name.toLowerCase()}` } },
    })),
    resources: { limits: { cpu: "1", memory: "512Mi" }, requests: { cpu: "100m", memory: "256Mi" } },
    volumeMounts: [
      { name: "config", mountPath: "/etc/web", readOnly: true },
      { name: "kube-api-access-7x2k9", readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" },
    ],
    livenessProbe: probe,
    readinessProbe: probe,
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: "IfNotPresent",
    securityContext: { capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
  };
}

/** The API server keeps who set which field: much of a pod's bytes. */
function managedFields(): object {
  const fields = [
    "image",
    "name",
    "args",
    "env",
    "ports",
    "resources",
    "volumeMounts",
    "livenessProbe",
    "readinessProbe",
    "securityContext",
  ];
  const own = Object.fromEntries(fields.map((name) => [`f:${name}`, { ".": {} }]));
  return { "f:metadata": { "f:labels": { "f:app": {} } }, "f:spec": { "f:containers": { 'k:{"name":"web"}': own } } };
}
