/** What AWS's SDK throws, as a clause for anybody to read: status and code of an answer, never its text. */
import { CloudError, CloudOutage, isOutage } from "../http.ts";

/** An answer of a service: its status, and its code where that is one. */
export interface AwsRefusal {
  readonly status: number;
  readonly code: string;
}

const CODE = /^[A-Za-z]{3,64}$/;

/** undefined for what is no answer of a service. */
export function refusalIn(error: unknown): AwsRefusal | undefined {
  if (!(error instanceof Error) || !("$metadata" in error)) return undefined;
  const { $metadata: metadata, name } = error;
  const status = (metadata as { readonly httpStatusCode?: unknown } | undefined)?.httpStatusCode;
  return typeof status === "number" ? { status, code: CODE.test(name) ? name : "no code" } : undefined;
}

export function asCloudError(error: unknown): CloudError {
  if (error instanceof CloudError) return error;
  const refusal = refusalIn(error);
  if (refusal !== undefined) {
    const isOpen = isOutage(refusal.status) || refusal.code.startsWith("Throttling");
    return isOpen ? new CloudOutage(clauseOf(refusal), error) : new CloudError(clauseOf(refusal), error);
  }
  const name = error instanceof Error ? error.name : "";
  if (name === "CredentialsProviderError" || name === "TokenProviderError") {
    return new CloudError("there is no identity of AWS that could be used", error);
  }
  if (name === "TimeoutError" || name === "AbortError") return new CloudOutage("AWS took too long", error);
  return new CloudError("AWS gave no answer that can be used", error);
}

export function clauseOf({ status, code }: AwsRefusal): string {
  return `AWS answered ${status} (${code})`;
}
