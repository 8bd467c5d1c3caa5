/** Pods and AdmissionReviews as the API server sends them: valid unless a test writes a member otherwise. */
import { parseAdmissionReview, type AdmissionRequest } from "../../src/admission/request.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";

export type Members = Readonly<Record<string, unknown>>;

export function container(name: string, image: string | undefined): Members {
  return image === undefined ? { name } : { name, image };
}

/** One container of each name, in the order written. */
export function pod(images: Readonly<Record<string, string>>, spec: Members = {}, metadata: Members = {}): Members {
  const containers = Object.entries(images).map(([name, image]) => container(name, image));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "prod", ...metadata },
    spec: { containers, ...spec },
  };
}

/** A CREATE of `object`, or whatever `request` says of it. */
export function admissionReview(object: unknown, request: Members = {}): Members {
  return {
    kind: "AdmissionReview",
    apiVersion: "admission.k8s.io/v1",
    request: {
      uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
      kind: { group: "", version: "v1", kind: "Pod" },
      resource: { group: "", version: "v1", resource: "pods" },
      requestKind: { group: "", version: "v1", kind: "Pod" },
      requestResource: { group: "", version: "v1", resource: "pods" },
      name: "web",
      namespace: "prod",
      operation: "CREATE",
      userInfo: { username: "alice", groups: ["system:authenticated"] },
      object,
      oldObject: null,
      dryRun: false,
      options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1" },
      ...request,
    },
  };
}

export function encodeReview(review: unknown): Uint8Array {
  return encodeUtf8(JSON.stringify(review));
}

export function requestOf(object: unknown, request: Members = {}): AdmissionRequest {
  return parseAdmissionReview(encodeReview(admissionReview(object, request)));
}

/** An UPDATE from one object to another. */
export function updateOf(oldObject: unknown, object: unknown, request: Members = {}): AdmissionRequest {
  return requestOf(object, { operation: "UPDATE", oldObject, ...request });
}

/** The controllers of Kubernetes' own: group, resource, and where the template is. */
export const CONTROLLERS: Readonly<Record<string, { group: string; resource: string; path: readonly string[] }>> = {
  Deployment: { group: "apps", resource: "deployments", path: ["spec", "template"] },
  ReplicaSet: { group: "apps", resource: "replicasets", path: ["spec", "template"] },
  StatefulSet: { group: "apps", resource: "statefulsets", path: ["spec", "template"] },
  DaemonSet: { group: "apps", resource: "daemonsets", path: ["spec", "template"] },
  Job: { group: "batch", resource: "jobs", path: ["spec", "template"] },
  CronJob: { group: "batch", resource: "cronjobs", path: ["spec", "jobTemplate", "spec", "template"] },
  ReplicationController: { group: "", resource: "replicationcontrollers", path: ["spec", "template"] },
};

/** A controller whose template has one container of each name, and what `more` says of its pods. */
export function workload(
  kind: string,
  images: Readonly<Record<string, string>>,
  metadata: Members = {},
  more: Members = {},
): Members {
  const template = {
    metadata: { labels: { app: "web" } },
    spec: { containers: Object.entries(images).map(([name, image]) => container(name, image)), ...more },
  };
  const spec = CONTROLLERS[kind]?.path.reduceRight<unknown>((inner, step) => ({ [step]: inner }), template);
  return { metadata: { name: "web", namespace: "prod", ...metadata }, ...(spec as Members) };
}

/** The members of a request about a controller of this kind. */
export function workloadRequest(kind: string): Members {
  const { group = "", resource = "" } = CONTROLLERS[kind] ?? {};
  return { kind: { group, version: "v1", kind }, resource: { group, version: "v1", resource } };
}
