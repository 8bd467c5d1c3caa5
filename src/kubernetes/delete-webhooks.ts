/**
 * Takes webhook configurations away, before what answers them goes: without them nothing is asked about any more
 * (kubernetes.md §6). One that is not there is no failure; any other answer is asked for again, a few times.
 */
import { callApi } from "./api-call.ts";
import type { WebhookConfiguration } from "./ca-bundle.ts";
import type { KubernetesApi } from "./client.ts";

export interface DeleteOptions {
  readonly api: KubernetesApi;
  readonly delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly onDeleted: (configuration: WebhookConfiguration, wasThere: boolean) => void;
}

const ATTEMPTS = 5;
const RETRY_MS = 2_000;

/** Throws Error for the first that could not be deleted. */
export async function deleteWebhooks(
  configurations: readonly WebhookConfiguration[],
  options: DeleteOptions,
): Promise<void> {
  for (const configuration of configurations) await deleteOne(configuration, options);
}

async function deleteOne(configuration: WebhookConfiguration, { api, delay, onDeleted }: DeleteOptions): Promise<void> {
  const { kind, name } = configuration;
  const path = `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}s/${name}`;
  const { signal } = new AbortController();
  let reason = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await delay(RETRY_MS, signal);
    try {
      const { status } = await callApi(api, { method: "DELETE", path }, signal);
      if (status === 200 || status === 202 || status === 404) return onDeleted(configuration, status !== 404);
      reason = `the API server answered ${status}`;
    } catch (error) {
      reason = error instanceof Error ? error.message : "unknown error";
    }
  }
  throw new Error(`Cannot delete ${kind} "${name}": ${reason}`);
}
