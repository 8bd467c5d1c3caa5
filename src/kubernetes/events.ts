/** An Event of events.k8s.io/v1 about one of our objects (kubernetes.md §14). What cannot be posted is not tried again. */
import { callApi } from "./api-call.ts";
import type { KubernetesApi } from "./client.ts";
import { microTime } from "./lease.ts";

export interface ClusterEvent {
  readonly type: "Normal" | "Warning";
  /** CamelCase. */
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly regarding: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
  };
}

const MAX_NOTE = 1024;
const MAX_INSTANCE = 128;

/** True if the API server took it. Never rejects. */
export async function postEvent(
  api: KubernetesApi,
  event: ClusterEvent,
  { now, instance }: { readonly now: number; readonly instance: string },
): Promise<boolean> {
  const { namespace, name } = event.regarding;
  const body = {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { namespace, generateName: `${name}-` },
    eventTime: microTime(now),
    reportingController: "sealgate.dev/webhook",
    reportingInstance: instance.slice(0, MAX_INSTANCE),
    action: event.action,
    reason: event.reason,
    note: event.note.slice(0, MAX_NOTE),
    type: event.type,
    regarding: event.regarding,
  };
  const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
  try {
    const { status } = await callApi(api, { method: "POST", path, body }, new AbortController().signal);
    return status === 201;
  } catch {
    return false;
  }
}
