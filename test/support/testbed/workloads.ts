/** Controllers that an API server takes, of each kind that makes pods. */
import { CONTROLLERS, workload } from "../reviews.ts";

const selector = { matchLabels: { app: "web" } };

/** What the API server asks of each kind beside its template. */
const BESIDE: Readonly<Record<string, object>> = {
  Deployment: { selector },
  ReplicaSet: { selector },
  StatefulSet: { selector, serviceName: "web" },
  DaemonSet: { selector },
  CronJob: { schedule: "0 0 * * *" },
  ReplicationController: { selector: selector.matchLabels },
};

export interface ControllerOptions {
  readonly namespace: string;
  readonly image: string;
  /** Default: the kind in lower case. */
  readonly name?: string;
  /** More members of the spec. */
  readonly spec?: object;
}

export function controller(
  kind: string,
  { namespace, image, name = kind.toLowerCase(), spec }: ControllerOptions,
): object {
  const { group = "" } = CONTROLLERS[kind] ?? {};
  const isJob = kind === "Job" || kind === "CronJob";
  const more = isJob ? { restartPolicy: "Never" } : {};
  const made = workload(kind, { web: image }, { name, namespace }, more);
  const apiVersion = group === "" ? "v1" : `${group}/v1`;
  return {
    apiVersion,
    kind,
    metadata: made["metadata"],
    spec: { ...(made["spec"] as object), ...BESIDE[kind], ...spec },
  };
}
