/**
 * The caBundle of our webhook configurations, and nothing else of them: the chart owns the rest (kubernetes.md §3).
 * Server-side apply with a manager of its own, bound to the object that was read: one that was deleted by hand stays
 * deleted.
 */
import { encodeBase64 } from "../encoding/base64.ts";
import { asArray, asObject, asString, isJsonObject } from "../encoding/guard.ts";
import { encodeUtf8 } from "../encoding/text.ts";
import { callApi } from "./api-call.ts";
import type { KubernetesApi } from "./client.ts";

export interface WebhookConfiguration {
  readonly kind: "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration";
  readonly name: string;
}

/** "current": it carried the bundle already. */
export type BundleState = "current" | "applied" | "absent";

export interface CaBundle extends WebhookConfiguration {
  readonly pem: string;
}

const GROUP = "admissionregistration.k8s.io/v1";
const FIELD_MANAGER = "sealgate-ca-bundle";

/** Idempotent. Throws Error where the API server refuses. */
export async function applyCaBundle(
  api: KubernetesApi,
  { kind, name, pem }: CaBundle,
  signal: AbortSignal,
): Promise<BundleState> {
  const path = `/apis/${GROUP}/${kind.toLowerCase()}s/${name}`;
  const { status, object } = await callApi(api, { method: "GET", path }, signal);
  if (status === 404) return "absent";
  if (status !== 200) throw new Error(`Cannot read ${kind} "${name}": the API server answered ${status}`);
  const caBundle = encodeBase64(encodeUtf8(pem));
  const webhooks = asArray(object.get("webhooks") ?? [], "webhooks").map((each, i) => asObject(each, `webhooks[${i}]`));
  const isCurrent = webhooks.every((webhook) => {
    const config = webhook.get("clientConfig");
    return isJsonObject(config) && config.get("caBundle") === caBundle;
  });
  if (isCurrent) return "current";
  const uid = asString(asObject(object.get("metadata"), "metadata").get("uid"), "metadata.uid");
  const body = {
    apiVersion: GROUP,
    kind,
    // With the uid an apply to what was deleted meanwhile is a conflict, and never makes it anew.
    metadata: { name, uid },
    webhooks: webhooks.map((webhook) => ({
      name: asString(webhook.get("name"), "webhooks name"),
      clientConfig: { caBundle },
    })),
  };
  const query = { fieldManager: FIELD_MANAGER, force: "true" };
  const applied = await callApi(api, { method: "PATCH", path, query, body }, signal);
  if (applied.status === 200) return "applied";
  throw new Error(`Cannot apply the caBundle of ${kind} "${name}": the API server answered ${applied.status}`);
}
