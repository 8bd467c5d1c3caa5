/**
 * AWS KMS: GetPublicKey of one key, which needs kms:GetPublicKey and nothing else. A key for anything but signing is none:
 * its public half could not have made a signature.
 */
import type { GetPublicKeyCommandOutput } from "@aws-sdk/client-kms";
import { parsePublicKeySpki } from "../../crypto/public-key.ts";
import { attempt } from "../../failure/attempt.ts";
import type { KeyAnswer } from "../../policy/key-source.ts";
import type { KmsUri } from "../../policy/kms-uri.ts";
import { regionOr } from "../aws/clients.ts";
import { asCloudError, clauseOf, refusalIn } from "../aws/refusal.ts";

/** GetPublicKey in a region. */
export type AwsPublicKey = (
  region: string,
  keyId: string,
  signal: AbortSignal,
) => Promise<Pick<GetPublicKeyCommandOutput, "PublicKey" | "KeyUsage">>;

/** Answers about the key; every other one is about us or the service, and leaves it open. */
const NO_KEY: ReadonlySet<string> = new Set([
  "AccessDeniedException",
  "DisabledException",
  "InvalidArnException",
  "InvalidKeyUsageException",
  "KMSInvalidStateException",
  "NotFoundException",
  "UnsupportedOperationException",
]);

export async function fetchAwsKey(
  { key, region }: Extract<KmsUri, { service: "aws" }>,
  {
    awsPublicKey,
    environment,
  }: { readonly awsPublicKey: AwsPublicKey; readonly environment: Readonly<Record<string, string | undefined>> },
  signal: AbortSignal,
): Promise<KeyAnswer> {
  try {
    return readKey(await awsPublicKey(regionOr(region, environment), key, signal));
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal !== undefined && NO_KEY.has(refusal.code)) return none(clauseOf(refusal));
    throw asCloudError(error);
  }
}

function readKey({ PublicKey: der, KeyUsage: usage }: Awaited<ReturnType<AwsPublicKey>>): KeyAnswer {
  if (usage !== "SIGN_VERIFY") return none("AWS says that it does not sign");
  if (der === undefined) return none("the answer has no key");
  const parsed = attempt(() => parsePublicKeySpki(der));
  return parsed.ok ? { kind: "key", key: parsed.value } : none(parsed.failure.message);
}

function none(reason: string): KeyAnswer {
  return { kind: "none", reason };
}
