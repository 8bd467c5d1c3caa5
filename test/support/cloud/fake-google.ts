/** Google's metadata service and credential files, as they are written. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CloudHost, CloudReply } from "./fake-cloud.ts";

/** A token for so many seconds, to those who ask as Google wants it. */
export function metadata(token: string, seconds = 3600): CloudHost {
  return ({ headers }): CloudReply =>
    headers["metadata-flavor"] === "Google"
      ? {
          json: { access_token: token, expires_in: seconds, token_type: "Bearer" },
          headers: { "metadata-flavor": "Google" },
        }
      : { status: 403 };
}

/** Workload identity federation by a token in a file; its addresses are the fake's. */
export function externalAccount(folder: string, url: string, more: object = {}): string {
  const subject = join(folder, "subject-token");
  writeFileSync(subject, "pl4nted.subject.token");
  const file = join(folder, "google.json");
  const config = {
    type: "external_account",
    audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: `${url}/v1/token`,
    credential_source: { file: subject },
    ...more,
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}
