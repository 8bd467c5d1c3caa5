/**
 * What somebody tries who owns a namespace and all in it (pods, controllers, labels, annotations, Secrets, policies of the
 * namespace) to get an image past a policy of the cluster, and what comes of it.
 */

export const TENANT = "tenant";
export const USER = "mallory";

export interface Images {
  /** host/path:tag of an image that the cluster's policy admits, and of one that it denies. */
  readonly signed: string;
  readonly unsigned: string;
  /** The digest of the one that it denies. */
  readonly digest: string;
}

type Members = Readonly<Record<string, unknown>>;

/** Made beforehand, by the user, who may: it must not help. */
export interface Preparation {
  readonly title: string;
  readonly objects: (images: Images) => readonly object[];
}

/** Refused, by the API server's authorization or by the schema. */
export interface Forbidden {
  readonly title: string;
  readonly args: readonly string[];
  readonly object?: object;
  readonly says: RegExp;
}

/** A pod that must be denied by the webhook. */
export interface Attempt {
  readonly title: string;
  readonly pod: (images: Images) => object;
}

const API_VERSION = "sealgate.dev/v1alpha1";

function pod(image: string, spec: Members = {}, metadata: Members = {}): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: TENANT, name: "attempt", ...metadata },
    spec: { containers: [{ name: "web", image }], ...spec },
  };
}

function ownPolicy(name: string, spec: Members): object {
  const metadata = { namespace: TENANT, name };
  return { apiVersion: API_VERSION, kind: "ImageVerifyPolicy", metadata, spec };
}

const passes = { name: "anything", imageReferences: ["*"], static: { action: "Pass" } };

export const PREPARATIONS: readonly Preparation[] = [
  {
    title: "a policy of the namespace that passes everything",
    objects: () => [ownPolicy("pass", { verifyImages: [passes] })],
  },
  {
    title: "a policy of the namespace with the name and the rule of the cluster's, which only warns",
    objects: () => [ownPolicy(TENANT, { failureAction: "Audit", verifyImages: [{ ...passes, name: "signed" }] })],
  },
  {
    title: "a policy of the namespace that leaves the image out",
    objects: ({ unsigned }) => [
      ownPolicy("skip", {
        verifyImages: [
          {
            name: "skip",
            imageReferences: ["*"],
            skipImageReferences: [unsigned.replace(/:1\.0$/u, "")],
            static: { action: "Fail" },
          },
        ],
      }),
    ],
  },
  {
    title: "a policy of the namespace that no registry is to be asked for, and one whose expression is none",
    objects: () => [
      ownPolicy("mutate", { verifyImages: [{ name: "a", imageReferences: ["other.example/*"], mutateDigest: true }] }),
      ownPolicy("broken", {
        failureAction: "Warn",
        verifyImages: [
          {
            name: "a",
            imageReferences: ["other.example/*"],
            attestations: [
              {
                name: "vuln",
                predicateTypes: ["vuln"],
                attestors: [{ entries: [{ name: "a", keyless: { issuer: "https://a.example", subject: "a" } }] }],
                conditions: [{ expression: "((((" }],
              },
            ],
          },
        ],
      }),
    ],
  },
  {
    title: "more rules in the namespace than a namespace may have",
    objects: () =>
      Array.from({ length: 5 }, (_, i) =>
        ownPolicy(`many-${i}`, {
          failureAction: "Audit",
          verifyImages: Array.from({ length: 16 }, (__, j) => ({ ...passes, name: `rule-${j}` })),
        }),
      ),
  },
  {
    title: "a Secret with a key of its own, under a name that cosign writes",
    objects: () => [
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { namespace: TENANT, name: "cosign" },
        stringData: { "cosign.pub": "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n" },
      },
    ],
  },
];

const exception = {
  apiVersion: API_VERSION,
  kind: "ImageVerifyException",
  metadata: { name: "wished-for" },
  spec: {
    policies: [{ name: TENANT }],
    namespaces: [TENANT],
    images: ["*"],
    reason: "please",
    expires: "2030-01-01T00:00:00Z",
  },
};

const POLICY = ["clusterimageverifypolicy", TENANT];
const patchOf = (body: object): readonly string[] => ["--type=merge", "-p", JSON.stringify(body)];
const forbidden = /\(Forbidden\): .* is forbidden: User "mallory" cannot/u;

export const FORBIDDEN: readonly Forbidden[] = [
  { title: "an exception", args: ["create", "-f", "-"], object: exception, says: forbidden },
  {
    title: "a change of the cluster's policy",
    args: ["patch", ...POLICY, ...patchOf({ spec: { failureAction: "Audit" } })],
    says: forbidden,
  },
  { title: "the end of the cluster's policy", args: ["delete", ...POLICY], says: forbidden },
  {
    title: "other labels for the namespace",
    args: ["label", "namespace", TENANT, "testbed.example/tenants-"],
    says: forbidden,
  },
  { title: "another namespace", args: ["create", "namespace", "elsewhere"], says: forbidden },
  {
    title: "a policy for another namespace",
    args: ["create", "-f", "-"],
    object: { ...ownPolicy("pass", { verifyImages: [passes] }), metadata: { namespace: "default", name: "pass" } },
    says: forbidden,
  },
  {
    title: "a policy of the namespace that speaks for namespaces",
    args: ["create", "-f", "-"],
    object: ownPolicy("wide", { match: { namespaceSelector: {} }, verifyImages: [passes] }),
    says: /unknown field "spec\.match\.namespaceSelector"/u,
  },
  {
    title: "the end of the webhook",
    args: ["delete", "validatingwebhookconfiguration", "sealgate"],
    says: forbidden,
  },
  {
    title: "a label for the webhook's own Secrets",
    args: ["-n", "sealgate-system", "get", "secrets"],
    says: forbidden,
  },
];

const annotated = (annotations: Members): Attempt["pod"] => {
  return ({ unsigned }) => pod(unsigned, {}, { annotations });
};

export const ATTEMPTS: readonly Attempt[] = [
  { title: "as it is", pod: ({ unsigned }) => pod(unsigned) },
  { title: "by its digest", pod: ({ unsigned, digest }) => pod(`${unsigned.replace(/:1\.0$/u, "")}@${digest}`) },
  {
    title: "by the tag of another image and its digest",
    pod: ({ signed, unsigned, digest }) =>
      pod(`${unsigned.replace(/:1\.0$/u, "")}:${signed.split(":").at(-1)}@${digest}`),
  },
  { title: "by a host in other letters", pod: ({ unsigned }) => pod(unsigned.replace("127.0.0.1", "LOCALHOST")) },
  { title: "by a host with a dot behind it", pod: ({ unsigned }) => pod(unsigned.replace("127.0.0.1", "localhost.")) },
  { title: "by a reference that nobody can read", pod: ({ unsigned }) => pod(unsigned.replace("/acme/", "/ACME/")) },
  {
    title: "as an init container",
    pod: ({ signed, unsigned }) => pod(signed, { initContainers: [{ name: "init", image: unsigned }] }),
  },
  {
    title: "as a sidecar",
    pod: ({ signed, unsigned }) =>
      pod(signed, { initContainers: [{ name: "side", image: unsigned, restartPolicy: "Always" }] }),
  },
  {
    title: "beside a signed one",
    pod: ({ signed, unsigned }) =>
      pod(signed, {
        containers: [
          { name: "web", image: signed },
          { name: "miner", image: unsigned },
        ],
      }),
  },
  {
    title: "as an image volume",
    pod: ({ signed, unsigned }) => pod(signed, { volumes: [{ name: "data", image: { reference: unsigned } }] }),
  },
  {
    title: "with annotations of a mirror pod",
    pod: ({ unsigned }) =>
      pod(unsigned, { nodeName: "node-1" }, { annotations: { "kubernetes.io/config.mirror": "a" } }),
  },
  {
    title: "with forged verdicts of ours and of others",
    pod: annotated({
      "sealgate.dev/verified": "true",
      "kyverno.io/verify-images": '{"*":"pass"}',
      "policy.sigstore.dev/exclude": "true",
    }),
  },
  {
    title: "with labels that ask to be left out",
    pod: ({ unsigned }) =>
      pod(
        unsigned,
        {},
        {
          labels: {
            "sealgate.dev/exclude": "true",
            "testbed.example/tenants": "no",
            "kubernetes.io/metadata.name": "kube-system",
          },
        },
      ),
  },
  {
    title: "with a time of deletion",
    pod: ({ unsigned }) =>
      pod(unsigned, {}, { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["a.example/b"] }),
  },
  {
    title: "with a pull secret of its own",
    pod: ({ unsigned }) => pod(unsigned, { imagePullSecrets: [{ name: "cosign" }] }),
  },
  { title: "with a system priority", pod: ({ unsigned }) => pod(unsigned, { hostNetwork: true, nodeName: "node-1" }) },
  {
    title: "under a name that is generated",
    pod: ({ unsigned }) => pod(unsigned, {}, { name: undefined, generateName: "web-" }),
  },
  {
    title: "owned by something that was admitted",
    pod: ({ unsigned }) =>
      pod(
        unsigned,
        {},
        {
          ownerReferences: [
            {
              apiVersion: "apps/v1",
              kind: "ReplicaSet",
              name: "web",
              uid: "11111111-1111-1111-1111-111111111111",
              controller: true,
            },
          ],
        },
      ),
  },
];
