/** Events about our own objects: that one is not in force as it is written, and that an exception was used (policy-api.md §2.7, §5). */
import type { KubernetesApi } from "../kubernetes/client.ts";
import { EventRecorder, type EventRecorderOptions } from "../kubernetes/event-recorder.ts";
import type { ClusterEvent } from "../kubernetes/events.ts";
import type { ObjectState } from "../kubernetes/object-state.ts";
import type { ExceptionUse } from "../policy/exception.ts";
import type { Condition } from "../policy/status.ts";

export interface PolicyEvents {
  /** By pods, or templates of them, of `namespace`. */
  exceptionsUsed(uses: readonly ExceptionUse[], namespace: string): void;
  conditionChanged(object: Pick<ObjectState, "kind" | "namespace" | "name">, condition: Condition): void;
  close(): void;
}

/** Without a cluster there is nobody to tell. */
export const NO_EVENTS: PolicyEvents = {
  exceptionsUsed: () => undefined,
  conditionChanged: () => undefined,
  close: () => undefined,
};

const API_VERSION = "sealgate.dev/v1alpha1";

export function openEvents(
  api: KubernetesApi,
  { now, delay }: Pick<EventRecorderOptions, "now" | "delay">,
  instance: string = process.env["HOSTNAME"] ?? "sealgate",
): PolicyEvents {
  const nextId = (): string => crypto.randomUUID().slice(0, 13);
  const recorder = new EventRecorder({ api, instance, nextId, now, delay });
  return {
    exceptionsUsed: (uses, namespace) => {
      for (const use of uses) recorder.record(useEvent(use, namespace));
    },
    conditionChanged: ({ kind, namespace, name }, { type, status, reason, message }) => {
      if (type !== "Ready" || status !== "False") return;
      const regarding = { apiVersion: API_VERSION, kind, ...(namespace === undefined ? {} : { namespace }), name };
      recorder.record({ type: "Warning", reason, action: "Compile", note: message, regarding });
    },
    close: () => recorder.close(),
  };
}

function useEvent({ exception, reason, policy, rule, image }: ExceptionUse, namespace: string): ClusterEvent {
  const by = `${policy.kind} "${policy.namespace === undefined ? "" : `${policy.namespace}/`}${policy.name}"`;
  return {
    type: "Normal",
    reason: "ExceptionUsed",
    action: "Except",
    note: `rule "${rule}" of ${by} was not asked about ${image} in namespace "${namespace}": ${reason}`,
    regarding: { apiVersion: API_VERSION, kind: "ImageVerifyException", name: exception },
  };
}
