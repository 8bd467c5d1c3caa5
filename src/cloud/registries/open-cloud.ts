/** Credentials of all clouds' registries, each by its own exchange. Nothing is loaded or called before a registry asks. */
import type { CloudRegistry } from "../../oci/cloud-registry.ts";
import type { Credential } from "../../ports/credentials.ts";
import { fetchAzureToken } from "../azure-token.ts";
import { tokensByScope, type Lasting } from "../expiring.ts";
import { fetchGoogleToken } from "../google-token.ts";
import { makeCloudTransport, readingObjects, type CloudTransport } from "../http.ts";
import { fetchAcrCredential } from "./acr.ts";
import { CloudCredentials } from "./cloud-credentials.ts";
import { fetchEcrCredential, openEcr } from "./ecr.ts";

export interface CloudOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallNow: () => number;
  /** Instead of the network: for tests. */
  readonly transport?: CloudTransport;
}

/** Artifact Registry's own, which cannot write; what else it may read the roles of the identity say. */
const GOOGLE_SCOPE = "https://www.googleapis.com/auth/cloud-platform.read-only";
/** As Google's registries name the user of a token. */
const GOOGLE_USERNAME = "oauth2accesstoken";

export function openCloudCredentials(options: CloudOptions): CloudCredentials {
  const { environment, now, wallNow, transport = makeCloudTransport() } = options;
  const http = readingObjects(transport);
  const askEcr = openEcr(transport);
  const azureToken = tokensByScope(now, (scope, signal) => fetchAzureToken(scope, { http, environment }, signal));
  const ofGoogle = async (signal: AbortSignal): Promise<Lasting<Credential>> => {
    const { value, lifetimeMs } = await fetchGoogleToken(GOOGLE_SCOPE, { http, environment, wallNow }, signal);
    return { value: { username: GOOGLE_USERNAME, password: value, ownHostOnly: true }, lifetimeMs };
  };
  const fetch = (registry: CloudRegistry, host: string, signal: AbortSignal): Promise<Lasting<Credential>> => {
    switch (registry.provider) {
      case "ecr": {
        const region = registry.kind === "private" ? registry.region : undefined;
        return fetchEcrCredential(region, { askEcr, wallNow }, signal);
      }
      case "gar":
        return ofGoogle(signal);
      case "acr":
        return fetchAcrCredential({ host, cloud: registry.cloud }, { http, azureToken, environment }, signal);
    }
  };
  return new CloudCredentials({ environment, now, fetch });
}
