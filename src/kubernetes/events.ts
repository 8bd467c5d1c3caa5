/** An Event of events.k8s.io/v1 about one of our objects (kubernetes.md §14). What cannot be posted is not tried again. */
import { callApi } from "./api-call.ts";
import type { KubernetesApi, KubernetesRequest } from "./client.ts";
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
    /** Absent: it belongs to none, and events about it lie in the namespace "default". */
    readonly namespace?: string;
    readonly name: string;
  };
}

const HEAD = { apiVersion: "events.k8s.io/v1", kind: "Event" };
/** In bytes, for the API server; a note of ours has few characters of more than one. */
const MAX_NOTE = 1024;
const MAX_INSTANCE = 128;

interface Posting {
  readonly now: number;
  readonly instance: string;
  /** Of the Event; the API server makes one up unless it is said. */
  readonly name?: string;
}

/** True if the API server took it. Never rejects. */
export async function postEvent(
  api: KubernetesApi,
  event: ClusterEvent,
  { now, instance, name }: Posting,
): Promise<boolean> {
  const namespace = namespaceOf(event);
  const body = {
    ...HEAD,
    metadata: { namespace, ...(name === undefined ? { generateName: `${event.regarding.name}-` } : { name }) },
    eventTime: microTime(now),
    reportingController: "sealgate.dev/webhook",
    reportingInstance: instance.slice(0, MAX_INSTANCE),
    action: event.action,
    reason: event.reason,
    note: event.note.slice(0, MAX_NOTE),
    type: event.type,
    regarding: event.regarding,
  };
  return (await statusOf(api, { method: "POST", path: pathOf(namespace), body })) === 201;
}

/** Writes how many there were, two or more, to an Event that was posted by its name. Never rejects. */
export async function patchSeries(
  api: KubernetesApi,
  event: ClusterEvent,
  { name, count, seenAt }: { readonly name: string; readonly count: number; readonly seenAt: number },
): Promise<boolean> {
  const namespace = namespaceOf(event);
  const body = { ...HEAD, metadata: { namespace, name }, series: { count, lastObservedTime: microTime(seenAt) } };
  const query = { fieldManager: "sealgate-events", force: "true" };
  return (await statusOf(api, { method: "PATCH", path: `${pathOf(namespace)}/${name}`, query, body })) === 200;
}

function namespaceOf({ regarding: { namespace = "default" } }: ClusterEvent): string {
  return namespace;
}

function pathOf(namespace: string): string {
  return `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
}

/** Undefined where there was no answer. */
async function statusOf(api: KubernetesApi, request: KubernetesRequest): Promise<number | undefined> {
  try {
    return (await callApi(api, request, new AbortController().signal)).status;
  } catch {
    return undefined;
  }
}
