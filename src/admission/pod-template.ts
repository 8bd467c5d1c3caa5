/**
 * The pod of a review (policy-api.md §2.2, §4 step 1): the object itself, or the one that the template of a controller would
 * make. Everything else, and every subresource but that of ephemeral containers, brings no images in.
 */
import { asObject, isJsonObject } from "../encoding/guard.ts";
import type { JsonObject, JsonValue } from "../encoding/json.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted } from "../failure/failure.ts";
import type { PodController } from "../policy/types.ts";
import { AdmissionError } from "./error.ts";
import type { AdmissionRequest } from "./request.ts";

export interface PodUnderReview {
  /** The kind whose template it is; undefined for a pod itself. */
  readonly template?: PodController;
  /** The kind of the seven that controls the object with the template. */
  readonly owner?: PodController;
  /** JSON pointer of the pod in the object: "" or "/spec/template". */
  readonly path: string;
  readonly pod: JsonObject;
  readonly oldPod?: JsonObject;
}

interface Controller {
  readonly kind: PodController;
  readonly group: string;
  /** Members that lead to the template. */
  readonly path: readonly string[];
}

const TEMPLATE = ["spec", "template"];

/** By resource. */
const CONTROLLERS: ReadonlyMap<string, Controller> = new Map(
  Object.entries({
    deployments: { kind: "Deployment", group: "apps", path: TEMPLATE },
    replicasets: { kind: "ReplicaSet", group: "apps", path: TEMPLATE },
    statefulsets: { kind: "StatefulSet", group: "apps", path: TEMPLATE },
    daemonsets: { kind: "DaemonSet", group: "apps", path: TEMPLATE },
    jobs: { kind: "Job", group: "batch", path: TEMPLATE },
    cronjobs: { kind: "CronJob", group: "batch", path: ["spec", "jobTemplate", ...TEMPLATE] },
    replicationcontrollers: { kind: "ReplicationController", group: "", path: TEMPLATE },
  }),
);

/** Every kind that is judged, with the apiVersion that an API server takes it in. */
export const POD_KINDS: ReadonlyMap<string, string> = new Map([
  ["Pod", "v1"],
  ...[...CONTROLLERS.values()].map(({ kind, group }): [string, string] => [kind, apiVersionOf(group)]),
]);

/** How the API server names a kind that brings pods in; undefined for any other. `apiVersion` for example apps/v1. */
export function resourceOfKind(
  kind: string,
  apiVersion: string,
): { readonly group: string; readonly resource: string } | undefined {
  if (kind === "Pod") return apiVersion === "v1" ? { group: "", resource: "pods" } : undefined;
  const [resource, controller] = [...CONTROLLERS].find(([, each]) => each.kind === kind) ?? [];
  if (resource === undefined || controller === undefined) return undefined;
  const { group } = controller;
  return apiVersion === apiVersionOf(group) ? { group, resource } : undefined;
}

function apiVersionOf(group: string): string {
  return group === "" ? "v1" : `${group}/v1`;
}

/** undefined where the request brings no pod. Throws AdmissionError for what cannot be read. */
export function podUnderReview(request: AdmissionRequest): PodUnderReview | undefined {
  const { resource, operation, subResource, kind, object } = request;
  if ((operation !== "CREATE" && operation !== "UPDATE") || object === undefined) return undefined;
  if (resource === "pods" && kind.group === "") {
    if (subResource !== undefined && subResource !== "ephemeralcontainers") return undefined;
    requireKind(request, "Pod");
    return { path: "", pod: object, ...(request.oldObject === undefined ? {} : { oldPod: request.oldObject }) };
  }
  const controller = CONTROLLERS.get(resource);
  if (controller?.group !== kind.group || subResource !== undefined) return undefined;
  requireKind(request, controller.kind);
  return readable(() => templateUnderReview(request, object, controller));
}

function templateUnderReview(
  { namespace, oldObject }: AdmissionRequest,
  object: JsonObject,
  { kind, path }: Controller,
): PodUnderReview | undefined {
  const pod = podOf(object, path, namespace);
  // A ReplicationController may be without one, and makes no pods then
  if (pod === undefined) return undefined;
  const oldPod = oldObject === undefined ? undefined : podOf(oldObject, path, namespace);
  const owner = ownerOf(object);
  return {
    template: kind,
    ...(owner === undefined ? {} : { owner }),
    path: `/${path.join("/")}`,
    pod,
    ...(oldPod === undefined ? {} : { oldPod }),
  };
}

/** The pod that the template would make, as far as it is known. */
function podOf(object: JsonObject, path: readonly string[], namespace: string): JsonObject | undefined {
  let template: JsonValue | undefined = object;
  for (const [depth, step] of path.entries()) {
    template = asObject(template, path.slice(0, depth).join(".") || "the object").get(step) ?? null;
    if (template === null) return undefined;
  }
  const members = asObject(template, path.join("."));
  const metadata = asObject(members.get("metadata") ?? new Map(), "metadata of the template");
  return new Map<string, JsonValue>([
    ["apiVersion", "v1"],
    ["kind", "Pod"],
    ["metadata", new Map<string, JsonValue>([...metadata, ["namespace", namespace]])],
    ["spec", members.get("spec") ?? null],
  ]);
}

/** The author may write it: what it takes is early feedback alone, since pods are always checked. */
function ownerOf(object: JsonObject): PodController | undefined {
  const metadata = object.get("metadata");
  const owners = metadata !== undefined && isJsonObject(metadata) ? metadata.get("ownerReferences") : undefined;
  if (!Array.isArray(owners)) return undefined;
  const controller = owners.find(
    (owner: JsonValue): owner is JsonObject => isJsonObject(owner) && owner.get("controller") === true,
  );
  const apiVersion = controller?.get("apiVersion");
  const group = typeof apiVersion === "string" && apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return [...CONTROLLERS.values()].find((each) => each.kind === controller?.get("kind") && each.group === group)?.kind;
}

function requireKind({ kind }: AdmissionRequest, wanted: string): void {
  if (kind.kind === wanted && kind.version === "v1") return;
  throw new AdmissionError(
    400,
    `Cannot read the pod: it is ${quoted(kind.kind)} of ${quoted(kind.version)}, want v1 ${wanted}`,
  );
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof EncodingError) throw new AdmissionError(400, `Cannot read the template: ${error.message}`);
    throw error;
  }
}
