/**
 * A token of Google for who this process is (registry.md §9). On Google's machines and in GKE the metadata service gives it
 * (GCE_METADATA_HOST, as Google's own tools have it); elsewhere the file of GOOGLE_APPLICATION_CREDENTIALS, above all one of
 * workload identity federation, by Google's library, which is loaded for this alone.
 */
import { inTime, type Lasting } from "./expiring.ts";
import { readGoogleCredentials, type GoogleCredentials } from "./google-credentials.ts";
import { CloudError, CloudOutage, isOutage, refusedBy, type CloudHttp } from "./http.ts";
import { loadPackage } from "./optional-package.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface GoogleAccess {
  readonly http: CloudHttp;
  readonly environment: Environment;
  /** Milliseconds since 1970: the library says when a token ends by the clock. */
  readonly wallNow: () => number;
}

const METADATA = "metadata.google.internal";
const TOKEN_PATH = "/computeMetadata/v1/instance/service-accounts/default/token";
const HOST = /^[A-Za-z0-9.-]+(?::[0-9]{1,5})?$/;
/** What the library would otherwise look for by starting a program. */
const NO_PROJECT = "none";
/** Whoever is asked for a token answers, or nobody does. */
const NO_REDIRECTS = { redirect: "error" } as const;

/** `scope`: what the token is for, for example https://www.googleapis.com/auth/cloudkms. Fails with CloudError. */
export async function fetchGoogleToken(
  scope: string,
  access: GoogleAccess,
  signal: AbortSignal,
): Promise<Lasting<string>> {
  const file = access.environment["GOOGLE_APPLICATION_CREDENTIALS"];
  if (file === undefined || file === "") return await askMetadata(scope, access, signal);
  return await inTime(askLibrary(scope, await readGoogleCredentials(file), access), signal);
}

async function askMetadata(
  scope: string,
  { http, environment }: GoogleAccess,
  signal: AbortSignal,
): Promise<Lasting<string>> {
  const host = environment["GCE_METADATA_HOST"] ?? METADATA;
  if (!HOST.test(host)) throw new CloudError("GCE_METADATA_HOST is no host");
  const url = `http://${host}${TOKEN_PATH}?${new URLSearchParams({ scopes: scope }).toString()}`;
  const answer = await http({ url, headers: { "metadata-flavor": "Google" }, signal, isLocal: true });
  const token = answer.object?.get("access_token");
  const seconds = answer.object?.get("expires_in");
  const isGoogles = answer.headers["metadata-flavor"] === "Google";
  if (answer.status !== 200 || !isGoogles || typeof token !== "string" || typeof seconds !== "number" || seconds <= 0) {
    throw refusedBy(answer, "no token of Google");
  }
  return { value: token, lifetimeMs: seconds * 1000 };
}

/** A new client for each token, since the one that is kept is kept here. */
async function askLibrary(
  scope: string,
  written: GoogleCredentials,
  { wallNow }: GoogleAccess,
): Promise<Lasting<string>> {
  const { GoogleAuth } = await loadPackage("google-auth-library", () => import("google-auth-library"));
  try {
    const clientOptions = { transporterOptions: NO_REDIRECTS };
    const auth = new GoogleAuth({ projectId: NO_PROJECT, scopes: [scope], credentials: written, clientOptions });
    const client = await auth.getClient();
    const { token } = await client.getAccessToken();
    const endsAt = client.credentials.expiry_date;
    if (typeof token !== "string" || typeof endsAt !== "number")
      throw new CloudError("no token of Google: its answer has none");
    const lifetimeMs = endsAt - wallNow();
    if (lifetimeMs <= 0) throw new CloudError("no token of Google: it has ended already");
    return { value: token, lifetimeMs };
  } catch (error) {
    throw error instanceof CloudError ? error : asCloudError(error);
  }
}

/** Its message may hold what was asked and answered. */
function asCloudError(error: unknown): CloudError {
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  const isWithoutAnswer = error instanceof Error && "code" in error && typeof error.code === "string";
  if (typeof status === "number") {
    const reason = `no token of Google: it answered ${status}`;
    return isOutage(status) ? new CloudOutage(reason, error) : new CloudError(reason, error);
  }
  const reason = "no token of Google for the file of GOOGLE_APPLICATION_CREDENTIALS";
  return isWithoutAnswer && error.code !== "ENOENT" ? new CloudOutage(reason, error) : new CloudError(reason, error);
}
