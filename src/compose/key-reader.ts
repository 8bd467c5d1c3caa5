/** `--key` that names no file: the key is fetched before the command runs, which reads it as if it were one. */
import type { CommandIo } from "../cli/io.ts";
import { UsageError } from "../cli/io.ts";
import { parseKeyReference, type KeyReference } from "../cli/key-reference.ts";
import { formatPublicKeyPem } from "../crypto/public-key.ts";
import { buildKubernetesClient } from "../kubernetes/client.ts";
import { fetchSecretKey } from "../kubernetes/key-secret.ts";
import type { KeyAnswer } from "../policy/key-source.ts";
import { fetchKmsKeys } from "./open-keys.ts";
import { usage } from "./usage.ts";

const FETCH_MS = 15_000;

/** The same io, where `key` can be read. Throws UsageError for a key that cannot be had. */
export async function withKey(
  io: CommandIo,
  key: string | undefined,
  fetchKey: typeof fetchReference = fetchReference,
): Promise<CommandIo> {
  const reference = key === undefined ? undefined : parseKeyReference(key);
  if (key === undefined || reference === undefined || reference.kind === "file") return io;
  const answer = await fetchKey(reference, AbortSignal.timeout(FETCH_MS));
  if (answer.kind === "none") throw new UsageError(`Cannot use --key ${key}: ${answer.reason}`);
  const pem = formatPublicKeyPem(answer.key);
  return { ...io, readText: (path) => (path === key ? pem : io.readText(path)) };
}

type Remote = Exclude<KeyReference, { kind: "file" }>;

/** A Secret by KUBECONFIG, or as the pod that this runs in. */
async function fetchReference(reference: Remote, signal: AbortSignal): Promise<KeyAnswer> {
  if (reference.kind === "kms") return (await fetchKmsKeys([reference.uri]))(reference.uri);
  return await fetchSecretKey(
    usage(() => buildKubernetesClient(undefined)),
    reference,
    signal,
  );
}
