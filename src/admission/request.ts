/** AdmissionReview v1 as the API server sends it (kubernetes.md §1), typed after strict guards. */
import type { JsonObject } from "../encoding/json.ts";

export interface AdmissionRequest {
  readonly uid: string;
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly resource: string;
  readonly subResource?: string;
  readonly namespace: string;
  /** Empty on CREATE with generateName. */
  readonly name: string;
  readonly user: { readonly username: string; readonly groups: readonly string[] };
  readonly dryRun: boolean;
  readonly object?: JsonObject;
  readonly oldObject?: JsonObject;
}
