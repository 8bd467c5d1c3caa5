/** One key of one Secret, read once by name: for the command line, which follows nothing. */
import { EncodingError } from "../failure/encoding-error.ts";
import { NO_SECRET, readSecretKey } from "../policy/key-secret.ts";
import type { KeyAnswer } from "../policy/key-source.ts";
import { callApi } from "./api-call.ts";
import type { KubernetesApi } from "./client.ts";

/** Never rejects for what the API server answers; a server that cannot be reached is a reason like others. */
export async function fetchSecretKey(
  api: KubernetesApi,
  { namespace, name, key }: { readonly namespace: string; readonly name: string; readonly key: string },
  signal: AbortSignal,
): Promise<KeyAnswer> {
  try {
    const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
    const { status, object } = await callApi(api, { method: "GET", path }, signal);
    if (status === 200) return readSecretKey(object, key);
    if (status === 404) return NO_SECRET;
    return { kind: "none", reason: `the API server answered ${status}` };
  } catch (error) {
    if (error instanceof EncodingError) return { kind: "none", reason: "the API server's answer cannot be read" };
    const code = error instanceof Error && "code" in error ? String(error.code) : "no answer";
    return { kind: "none", reason: `the API server could not be asked: ${code}` };
  }
}
