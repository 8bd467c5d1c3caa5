/**
 * Credentials of clouds for their own registries, by who this process is (policy-api.md §2.3, registry.md §9). They are the
 * operator's: shown for images that a cluster policy covers, where neither a Secret nor the configuration opened the registry,
 * to hosts that are that cloud's by their whole name, and by nobody's challenge to another host.
 */
import { CLOUD_PROVIDERS, cloudRegistryOf, type CloudProvider, type CloudRegistry } from "../../oci/cloud-registry.ts";
import type { Repository } from "../../oci/reference.ts";
import type { CloudSources, Credential, CredentialSource, SourceAnswer } from "../../ports/credentials.ts";
import { homeRegion } from "../aws/clients.ts";
import { Expiring, type Lasting } from "../expiring.ts";
import { CloudError, CloudOutage } from "../http.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface CloudCredentialsOptions {
  readonly environment: Environment;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** A credential for one registry, or for all of its kind. Fails with CloudError. */
  readonly fetch: (registry: CloudRegistry, host: string, signal: AbortSignal) => Promise<Lasting<Credential>>;
}

/** Whoever writes an image's name may name regions and registries. */
const MAX_KEPT = 256;
const NAMES: Readonly<Record<CloudProvider, string>> = {
  ecr: "AWS's identity",
  gar: "Google's identity",
  acr: "Azure's identity",
};

export class CloudCredentials implements CloudSources {
  readonly #options: CloudCredentialsOptions;
  readonly #kept = new Map<string, Expiring<Credential>>();

  constructor(options: CloudCredentialsOptions) {
    this.#options = options;
  }

  /** False where sourceOf() has nothing for any registry. */
  hasIdentity(): boolean {
    return CLOUD_PROVIDERS.some((provider) => hasIdentity(provider, this.#options.environment));
  }

  /** Without being told, where the environment shows an identity of the registry's cloud. */
  sourceOf(repository: Repository): CredentialSource | undefined {
    const registry = cloudRegistryOf(repository.host);
    return registry !== undefined && hasIdentity(registry.provider, this.#options.environment)
      ? this.#source(registry, repository.host)
      : undefined;
  }

  /** Because the configuration says so. */
  sourceBy(provider: CloudProvider, repository: Repository): CredentialSource | undefined {
    const registry = cloudRegistryOf(repository.host);
    return registry?.provider === provider ? this.#source(registry, repository.host) : undefined;
  }

  #source(registry: CloudRegistry, host: string): CredentialSource | undefined {
    if (!isOurPartition(registry, this.#options.environment)) return undefined;
    const id = `cloud ${keyOf(registry, host)}`;
    return { id, ask: (signal) => this.#ask(id, registry, host, signal) };
  }

  async #ask(id: string, registry: CloudRegistry, host: string, signal: AbortSignal): Promise<SourceAnswer> {
    const source = NAMES[registry.provider];
    try {
      const credential = await this.#expiring(id, registry, host).get(signal);
      return { credentials: [{ source, credential }], notes: [] };
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      const note = `${source} has no credential: ${error.message}`;
      return { credentials: [], notes: [note], isOpen: error instanceof CloudOutage };
    }
  }

  #expiring(id: string, registry: CloudRegistry, host: string): Expiring<Credential> {
    const known = this.#kept.get(id);
    if (known !== undefined) return known;
    const { now, fetch } = this.#options;
    const expiring = new Expiring({ now, fetch: (signal) => fetch(registry, host, signal) });
    const [oldest] = this.#kept.size < MAX_KEPT ? [] : this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(id, expiring);
    return expiring;
  }
}

/** What one credential opens: AWS's by region, Google's everywhere, Azure's one registry. */
function keyOf(registry: CloudRegistry, host: string): string {
  switch (registry.provider) {
    case "ecr":
      return registry.kind === "public" ? "ecr public" : `ecr ${registry.region}`;
    case "gar":
      return "gar";
    case "acr":
      return `acr ${host}`;
  }
}

/** By the variables that the clouds' webhooks and agents set, so that nothing is loaded or called to find out. */
function hasIdentity(provider: CloudProvider, environment: Environment): boolean {
  const has = (...names: readonly string[]): boolean => names.every((name) => (environment[name] ?? "") !== "");
  switch (provider) {
    case "ecr":
      return (
        has("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE") ||
        has("AWS_CONTAINER_CREDENTIALS_FULL_URI") ||
        has("AWS_ACCESS_KEY_ID") ||
        has("AWS_PROFILE") ||
        environment["AWS_EC2_METADATA_DISABLED"] === "false"
      );
    case "gar":
      return has("GOOGLE_APPLICATION_CREDENTIALS") || has("GCE_METADATA_HOST");
    case "acr":
      return has("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE");
  }
}

/** An identity of one partition of AWS is nobody in another, and its token shall not be seen there. */
function isOurPartition(registry: CloudRegistry, environment: Environment): boolean {
  if (registry.provider !== "ecr") return true;
  const home = homeRegion(environment);
  if (home === undefined) return registry.kind === "private";
  return partitionOf(home) === (registry.kind === "public" ? "aws" : partitionOf(registry.region));
}

function partitionOf(region: string): string {
  const [, special] = /^(cn|us-gov|[a-z]{2}-iso[a-z]?|eusc)-/.exec(region) ?? [];
  return special ?? "aws";
}
