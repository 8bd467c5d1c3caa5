/**
 * Every image of a pod or template (registry.md §13): all container lists and image volumes. On UPDATE an image whose text is the same
 * under the same container name is left out: policies do not act backwards (policy-api.md §4 step 2).
 */
import { asArray, asObject, asString } from "../encoding/guard.ts";
import type { JsonObject, JsonValue } from "../encoding/json.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { AdmissionError } from "./error.ts";
import { podUnderReview } from "./pod-template.ts";
import type { AdmissionRequest } from "./request.ts";

export interface PodImage {
  /** JSON pointer of the field, for the patch. */
  readonly field: string;
  readonly image: string;
}

const LISTS = ["containers", "initContainers", "ephemeralContainers"] as const;
const MIRROR = "kubernetes.io/config.mirror";

interface NamedImage extends PodImage {
  /** List and name: the identity of a container over an update. */
  readonly owner: string;
}

/**
 * The images that this request brings in; none of mirror pods written by their node. Throws AdmissionError for a pod that
 * cannot be read: it is refused, since what we cannot see may still run.
 */
export function podImages(request: AdmissionRequest, review = podUnderReview(request)): readonly PodImage[] {
  if (review === undefined || isMirrorPod(request)) return [];
  const { pod, oldPod, path } = review;
  try {
    const before = new Map(
      request.operation === "UPDATE" && oldPod !== undefined
        ? imagesOf(oldPod).map(({ owner, image }) => [owner, image])
        : [],
    );
    const brought = imagesOf(pod).filter(({ owner, image }) => before.get(owner) !== image);
    return path === "" ? brought : brought.map((found) => ({ ...found, field: `${path}${found.field}` }));
  } catch (error) {
    if (error instanceof EncodingError) throw new AdmissionError(400, `Cannot read the pod: ${error.message}`);
    throw error;
  }
}

/** Written by the kubelet for a pod that already runs: never patched, never refused (kubernetes.md §5). */
export function isMirrorPod(request: AdmissionRequest): boolean {
  const metadata = request.object?.get("metadata");
  const annotations = metadata instanceof Map ? (metadata as JsonObject).get("annotations") : undefined;
  return request.user.groups.includes("system:nodes") && annotations instanceof Map && annotations.has(MIRROR);
}

function imagesOf(pod: JsonObject): readonly NamedImage[] {
  const spec = asObject(pod.get("spec"), "spec");
  return [...LISTS.flatMap((list) => containerImages(spec, list)), ...volumeImages(spec)];
}

function containerImages(spec: JsonObject, list: (typeof LISTS)[number]): readonly NamedImage[] {
  return listOf(spec, list).flatMap((item, i) => {
    const path = `spec.${list}[${i}]`;
    const container = asObject(item, path);
    return found(container.get("image"), `/spec/${list}/${i}/image`, `${list}/${nameOf(container, path)}`);
  });
}

function volumeImages(spec: JsonObject): readonly NamedImage[] {
  return listOf(spec, "volumes").flatMap((item, i) => {
    const path = `spec.volumes[${i}]`;
    const volume = asObject(item, path);
    const image = volume.get("image");
    if (image === undefined || image === null) return [];
    const reference = asObject(image, `${path}.image`).get("reference");
    return found(reference, `/spec/volumes/${i}/image/reference`, `volumes/${nameOf(volume, path)}`);
  });
}

/** A container without an image is passed over: nothing is pulled for it. */
function found(image: JsonValue | undefined, field: string, owner: string): readonly NamedImage[] {
  if (image === undefined || image === null || image === "") return [];
  return [{ field, owner, image: asString(image, field) }];
}

function listOf(spec: JsonObject, name: string): readonly unknown[] {
  const list = spec.get(name);
  return list === undefined || list === null ? [] : asArray(list, `spec.${name}`);
}

function nameOf(object: JsonObject, path: string): string {
  return asString(object.get("name"), `${path}.name`);
}
