/**
 * Clients of AWS's SDK, one for each region, by one identity: that of the environment, as AWS's own tools find it (IRSA, Pod
 * Identity, keys, profiles but for those that profile.ts refuses). The metadata service of machines is left alone unless
 * AWS_EC2_METADATA_DISABLED is "false": it would give every pod the node's rights. Nothing is loaded before a client is asked for.
 */
import { CloudError, type CloudTransport } from "../http.ts";
import { loadPackage } from "../optional-package.ts";
import { checkProfile } from "./profile.ts";
import { awsRequestHandler, type AwsRequestHandler } from "./request-handler.ts";

/** Finds an identity, and keeps it for as long as it holds. */
type FindIdentity = (properties?: Record<string, unknown>) => Promise<unknown>;

/** What all clients of the SDK have, and what this needs of them. */
export interface AwsClient {
  readonly config: { readonly credentials: FindIdentity };
}

export interface AwsClientSettings<Credentials> {
  readonly region: string;
  readonly requestHandler: AwsRequestHandler;
  readonly maxAttempts: number;
  /** Of the clients by which the SDK finds an identity, where it would not take those of this one. */
  readonly clientConfig: { readonly requestHandler: AwsRequestHandler };
  readonly credentials?: Credentials;
}

export interface AwsClientsOptions<Sdk extends object, Client extends AwsClient> {
  /** Of the package, for messages. */
  readonly package: string;
  readonly load: () => Promise<Sdk>;
  readonly make: (sdk: Sdk, settings: AwsClientSettings<Client["config"]["credentials"]>) => Client;
  readonly transport: CloudTransport;
}

type Environment = Record<string, string | undefined>;

const MAX_ATTEMPTS = 2;
/** Whoever writes an image's name may name regions. */
const MAX_CLIENTS = 64;

export class AwsClients<Sdk extends object, Client extends AwsClient> {
  readonly #options: AwsClientsOptions<Sdk, Client>;
  readonly #clients = new Map<string, Client>();
  #sdk: Promise<Sdk> | undefined;

  constructor(options: AwsClientsOptions<Sdk, Client>) {
    this.#options = options;
  }

  /** A client, and the package with its commands. Fails with CloudError: no package. */
  async in(region: string): Promise<{ readonly client: Client; readonly sdk: Sdk }> {
    const { package: name, load } = this.#options;
    prepare(process.env);
    this.#sdk ??= loadPackage(name, load);
    const sdk = await this.#sdk;
    const home = homeRegion(process.env) ?? region;
    return { client: this.#client(region, sdk, region === home ? undefined : this.#client(home, sdk)), sdk };
  }

  /** `credentialed`: whose identity it has, so that there is one for all, got in the region that the environment names. */
  #client(region: string, sdk: Sdk, credentialed?: Client): Client {
    const known = this.#clients.get(region);
    if (known !== undefined) return known;
    const { make, transport } = this.#options;
    const requestHandler = awsRequestHandler(transport);
    const settings = { region, requestHandler, maxAttempts: MAX_ATTEMPTS, clientConfig: { requestHandler } };
    const credentials = credentialed?.config.credentials ?? checked(make(sdk, settings).config.credentials);
    const client = make(sdk, { ...settings, credentials });
    if (this.#clients.size >= MAX_CLIENTS) this.#clients.clear();
    this.#clients.set(region, client);
    return client;
  }
}

/** The region that this process is in, as AWS's tools are told. */
export function homeRegion({ AWS_REGION: region, AWS_DEFAULT_REGION: other }: Environment): string | undefined {
  return region ?? other;
}

/** `region`, or the one of the environment. Fails with CloudError: neither. */
export function regionOr(region: string | undefined, environment: Environment): string {
  const found = region ?? homeRegion(environment);
  if (found === undefined) throw new CloudError("AWS_REGION is not set, and no region is named");
  return found;
}

/** The SDK's own way, where the profile that it would take is one that may be. */
function checked<Find extends FindIdentity>(find: Find): Find {
  const findChecked: FindIdentity = async (properties) => {
    await checkProfile(process.env);
    return await find(properties);
  };
  return findChecked as Find;
}

/** Read by the SDK when it is loaded and when it looks for an identity. */
function prepare(environment: Environment): void {
  environment["AWS_EC2_METADATA_DISABLED"] ??= "true";
  environment["AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA"] ??= "1";
}
