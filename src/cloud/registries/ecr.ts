/**
 * ECR, private and public: GetAuthorizationToken gives a password for twelve hours, which opens every registry that the identity
 * may read. It needs ecr:GetAuthorizationToken, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer; for the public one, which
 * lives in us-east-1, ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken.
 */
import type * as Ecr from "@aws-sdk/client-ecr";
import type * as EcrPublic from "@aws-sdk/client-ecr-public";
import { decodeBase64 } from "../../encoding/base64.ts";
import { decodeUtf8 } from "../../encoding/text.ts";
import { EncodingError } from "../../failure/encoding-error.ts";
import type { Credential } from "../../ports/credentials.ts";
import { AwsClients } from "../aws/clients.ts";
import { asCloudError } from "../aws/refusal.ts";
import type { Lasting } from "../expiring.ts";
import { CloudError, type CloudTransport } from "../http.ts";

export interface AuthorizationData {
  readonly authorizationToken?: string | undefined;
  readonly expiresAt?: Date | undefined;
}

/** Asks ECR of a region, or the public one. */
export type AskEcr = (region: string | undefined, signal: AbortSignal) => Promise<AuthorizationData | undefined>;

const PUBLIC_REGION = "us-east-1";
const USERNAME = "AWS";

/** `wallNow` in milliseconds since 1970: AWS says when a token ends by the clock. Fails with CloudError. */
export async function fetchEcrCredential(
  region: string | undefined,
  { askEcr, wallNow }: { readonly askEcr: AskEcr; readonly wallNow: () => number },
  signal: AbortSignal,
): Promise<Lasting<Credential>> {
  try {
    const { authorizationToken, expiresAt } = (await askEcr(region, signal)) ?? {};
    if (authorizationToken === undefined || expiresAt === undefined) throw new CloudError("AWS gave no token");
    const lifetimeMs = expiresAt.getTime() - wallNow();
    if (!(lifetimeMs > 0)) throw new CloudError("the token that AWS gave has ended already");
    return { value: { username: USERNAME, password: passwordIn(authorizationToken), ownHostOnly: true }, lifetimeMs };
  } catch (error) {
    throw asCloudError(error);
  }
}

/** Of base64 of "AWS:password". */
function passwordIn(token: string): string {
  try {
    const text = decodeUtf8(decodeBase64(token));
    if (text.startsWith(`${USERNAME}:`) && text.length > USERNAME.length + 1) return text.slice(USERNAME.length + 1);
    throw new CloudError("AWS gave no token");
  } catch (error) {
    if (error instanceof EncodingError) throw new CloudError("AWS gave no token", error);
    throw error;
  }
}

export function openEcr(transport: CloudTransport): AskEcr {
  const [inRegion, inPublic] = [openPrivate(transport), openPublic(transport)];
  return async (region, signal) => (region === undefined ? await inPublic(signal) : await inRegion(region, signal));
}

function openPrivate(
  transport: CloudTransport,
): (region: string, signal: AbortSignal) => Promise<AuthorizationData | undefined> {
  const clients = new AwsClients<typeof Ecr, Ecr.ECRClient>({
    package: "@aws-sdk/client-ecr",
    load: () => import("@aws-sdk/client-ecr"),
    make: ({ ECRClient: Client }, settings) => new Client(settings),
    transport,
  });
  return async (region, abortSignal) => {
    const { client, sdk } = await clients.in(region);
    const { authorizationData } = await client.send(new sdk.GetAuthorizationTokenCommand({}), { abortSignal });
    return authorizationData?.[0];
  };
}

function openPublic(transport: CloudTransport): (signal: AbortSignal) => Promise<AuthorizationData | undefined> {
  const clients = new AwsClients<typeof EcrPublic, EcrPublic.ECRPUBLICClient>({
    package: "@aws-sdk/client-ecr-public",
    load: () => import("@aws-sdk/client-ecr-public"),
    make: ({ ECRPUBLICClient: Client }, settings) => new Client(settings),
    transport,
  });
  return async (abortSignal) => {
    const { client, sdk } = await clients.in(PUBLIC_REGION);
    const { authorizationData } = await client.send(new sdk.GetAuthorizationTokenCommand({}), { abortSignal });
    return authorizationData;
  };
}
