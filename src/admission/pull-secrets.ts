/**
 * Which pull secrets a pod's images are pulled with (registry.md §8): those that the pod lists, and no others. The API
 * server has copied the list of the service account into a pod without one before anybody is asked; the pods of a template
 * will be given it, so a template without a list stands for its account's.
 */
import { isJsonObject } from "../encoding/guard.ts";
import type { JsonObject, JsonValue } from "../encoding/json.ts";
import type { PodUnderReview } from "./pod-template.ts";

export interface PullSecretNames {
  /** As they are written, which may be anything. */
  readonly names: readonly string[];
  readonly serviceAccount?: string;
}

/** What is no list of names names nothing: less can be read with it, never more. */
export function pullSecretNames({ pod, template }: Pick<PodUnderReview, "pod" | "template">): PullSecretNames {
  const spec = pod.get("spec") ?? null;
  if (!isJsonObject(spec)) return { names: [] };
  const list = spec.get("imagePullSecrets");
  const names = Array.isArray(list) ? list.flatMap(nameOf) : [];
  if (template === undefined || names.length > 0) return { names };
  return { names, serviceAccount: text(spec, "serviceAccountName") ?? text(spec, "serviceAccount") ?? "default" };
}

function nameOf(item: JsonValue): readonly string[] {
  return isJsonObject(item) ? [text(item, "name") ?? []].flat() : [];
}

function text(object: JsonObject, member: string): string | undefined {
  const value = object.get(member);
  return typeof value === "string" && value !== "" ? value : undefined;
}
