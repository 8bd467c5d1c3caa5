/** What each key about registries changes, seen on registries, a mirror and a proxy that run on loopback. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, loadConfig, type Config } from "../../src/config/load.ts";
import { VerificationFailure } from "../../src/failure/failure.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { buildRegistry } from "../../src/registry/client.ts";
import { PullKeychains } from "../../src/registry/keychains.ts";
import { openCloudCredentials } from "../../src/cloud/registries/open-cloud.ts";
import { cloudRegistryOf } from "../../src/oci/cloud-registry.ts";
import { OperatorCredentials } from "../../src/registry/operator-credentials.ts";
import { SecretSources } from "../../src/registry/secret-source.ts";
import { fakeReader } from "../registry/pull-secret-reader.ts";
import { configJson, entriesOf, secretOf } from "../registry/pull-secrets.ts";
import { budgetMs } from "../../src/webhook/deadline.ts";
import { startConnectProxy, type ConnectProxy } from "../support/registry/connect-proxy.ts";
import { startRegistry, type EmbeddedRegistry } from "../support/registry/registry.ts";
import { startTlsFront, type TlsFront } from "../support/registry/tls-front.ts";
import { makeServingCertificate } from "../support/testbed/certificates.ts";

const PATH = "acme/web";

export interface World {
  readonly folder: string;
  readonly origin: EmbeddedRegistry;
  readonly mirror: EmbeddedRegistry;
  /** Lets "robot" in and nobody else. */
  readonly guarded: EmbeddedRegistry;
  readonly tls: TlsFront;
  readonly proxy: ConnectProxy;
  stop(): Promise<void>;
}

export async function startWorld(folder: string): Promise<World> {
  const auth = { scheme: "basic", users: { robot: entriesOf({ any: "robot" })["any"]?.password ?? "" } } as const;
  const [origin, mirror, guarded] = await Promise.all([startRegistry(), startRegistry(), startRegistry({ auth })]);
  await guarded.putImage(PATH, "1", "guarded");
  await origin.putImage(PATH, "1", "origin");
  await mirror.putImage("copies/web", "1", "copy");
  await mirror.putImage(PATH, "1", "copy");
  const tls = await startTlsFront(origin.host, ["registry.localhost"]);
  const port = Number(origin.host.split(":")[1]);
  const proxy = await startConnectProxy({ places: { "registry.example:5000": port } });
  writeFileSync(join(folder, "ca.crt"), tls.authority.pem);
  for (const name of ["one", "two"]) {
    const made = await makeServingCertificate(tls.authority, { dns: [name], ip: [] });
    writeFileSync(join(folder, `${name}.crt`), made.certificate);
    writeFileSync(join(folder, `${name}.key`), made.key);
  }
  for (const user of ["robot", "stranger"]) {
    writeFileSync(join(folder, `${user}.json`), configJson({ [guarded.host]: user }));
  }
  const parts = [origin, mirror, guarded, tls, proxy];
  return {
    folder,
    origin,
    mirror,
    guarded,
    tls,
    proxy,
    stop: async () => void (await Promise.all(parts.map((each) => each.stop()))),
  };
}

export interface RegistryChange {
  readonly before: string;
  readonly after: string;
  /** The image's "host" and what is looked at; of a deadline the configuration alone. */
  readonly host?: string;
}

/** Rows in which ORIGIN, MIRROR, GUARDED, TLS, PROXY and CA stand for what runs. */
const CLOUD_HOST = "eu-docker.pkg.dev";
const NAMED = "registry.example:5000";
const tlsHost = (more: string): string => `registries: [{host: TLS, allowPrivate: true${more}}]`;
const client = (cert: string, key: string): string =>
  tlsHost(`, caFile: ca.crt, clientCertificate: {certFile: ${cert}, keyFile: ${key}}`);
const origin =
  "{host: ORIGIN, plainHTTP: true, allowPrivate: true}, {host: MIRROR, plainHTTP: true, allowPrivate: true}";
const mirrored = (prefix: string, location: string, more = ""): string =>
  `registries: [${origin}, {prefix: ${prefix}, mirrors: [{location: ${location}${more}}]}]`;
const guarded = (credentials: string): string =>
  `registries: [{host: GUARDED, plainHTTP: true, allowPrivate: true, credentials: ${credentials}}]`;
const proxied = (proxy: string): string => `registries: [{host: "${NAMED}", plainHTTP: true}]\nproxy: ${proxy}`;

export const LIVE_REGISTRIES: Readonly<Record<string, RegistryChange>> = {
  "registries[].host": {
    before: "registries: [{host: other.example, plainHTTP: true, allowPrivate: true}]",
    after: `registries: [${origin}]`,
    host: "ORIGIN",
  },
  "registries[].prefix": {
    before: mirrored("ORIGIN/other", "MIRROR/acme"),
    after: mirrored("ORIGIN/acme", "MIRROR/acme"),
    host: "ORIGIN",
  },
  "registries[].plainHTTP": {
    before: "registries: [{host: ORIGIN, allowPrivate: true, plainHTTP: false}]",
    after: "registries: [{host: ORIGIN, allowPrivate: true, plainHTTP: true}]",
    host: "ORIGIN",
  },
  "registries[].skipVerify": {
    before: tlsHost(", skipVerify: false"),
    after: tlsHost(", skipVerify: true"),
    host: "TLS",
  },
  "registries[].caBundle": { before: tlsHost(""), after: tlsHost(", caBundle: CA"), host: "TLS" },
  "registries[].caFile": { before: tlsHost(""), after: tlsHost(", caFile: ca.crt"), host: "TLS" },
  "registries[].clientCertificate.certFile": {
    before: client("one.crt", "one.key"),
    after: client("two.crt", "one.key"),
    host: "TLS",
  },
  "registries[].clientCertificate.keyFile": {
    before: client("two.crt", "one.key"),
    after: client("two.crt", "two.key"),
    host: "TLS",
  },
  "registries[].allowPrivate": {
    before: "registries: [{host: ORIGIN, plainHTTP: true, allowPrivate: false}]",
    after: "registries: [{host: ORIGIN, plainHTTP: true, allowPrivate: true}]",
    host: "ORIGIN",
  },
  "registries[].credentials.secret": {
    before: guarded("{secret: stranger}"),
    after: guarded("{secret: robot}"),
    host: "GUARDED",
  },
  "registries[].credentials.dockerConfig": {
    before: guarded("{dockerConfig: stranger.json}"),
    after: guarded("{dockerConfig: robot.json}"),
    host: "GUARDED",
  },
  "registries[].credentials.provider": {
    before: `registries: [{prefix: ${CLOUD_HOST}/other, credentials: {provider: gar}}]`,
    after: `registries: [{prefix: ${CLOUD_HOST}/acme, credentials: {provider: gar}}]`,
    host: CLOUD_HOST,
  },
  "registries[].mirrors[].location": {
    before: mirrored("ORIGIN/acme", "MIRROR/nothing"),
    after: mirrored("ORIGIN/acme", "MIRROR/copies"),
    host: "ORIGIN",
  },
  "registries[].mirrors[].pullBy": {
    before: mirrored("ORIGIN/acme", "MIRROR/copies", ", pullBy: Digest"),
    after: mirrored("ORIGIN/acme", "MIRROR/copies", ", pullBy: Tag"),
    host: "ORIGIN",
  },
  "proxy.from": { before: proxied("{url: PROXY}"), after: proxied("{from: Environment}"), host: NAMED },
  "proxy.url": { before: proxied('{url: "http://127.0.0.1:1"}'), after: proxied("{url: PROXY}"), host: NAMED },
  "proxy.noProxy[]": {
    before: proxied("{url: PROXY, noProxy: [other.example]}"),
    after: proxied("{url: PROXY, noProxy: [registry.example]}"),
    host: NAMED,
  },
  "deadline.max": { before: "deadline: {max: 5s}", after: "deadline: {max: 6s}" },
  "deadline.reserve": { before: "deadline: {reserve: 500ms}", after: "deadline: {reserve: 1s}" },
};

/** How a look at the image ends under this configuration: by whose bytes, shown what, or by which code. */
export async function seen(world: World, text: string, host: string | undefined): Promise<string> {
  const fill = (template: string): string =>
    template
      .replaceAll("ORIGIN", world.origin.host)
      .replaceAll("MIRROR", world.mirror.host)
      .replaceAll("GUARDED", world.guarded.host)
      .replaceAll("TLS", `registry.localhost:${world.tls.port}`)
      .replaceAll("PROXY", JSON.stringify(world.proxy.url))
      .replaceAll("CA", JSON.stringify(world.tls.authority.pem));
  const file = join(world.folder, "config.yaml");
  writeFileSync(file, fill(text));
  try {
    const config = loadConfig(file);
    return host === undefined ? String(budgetMs("30s", config.deadline)) : await look(world, config, fill(host));
  } catch (error) {
    if (error instanceof ConfigError) return "refused";
    if (error instanceof VerificationFailure) return error.code;
    if (error instanceof UnavailableError) return error.undetermined;
    throw error;
  }
}

async function look(world: World, config: Config, host: string): Promise<string> {
  const { endpoints, mirrored: mirrors } = config.registries;
  const proxy = config.proxy === undefined ? {} : { proxy: config.proxy };
  const timeouts = { connectMs: 500, firstByteMs: 500, idleMs: 500 };
  const resolve = async (): Promise<readonly string[]> => Promise.resolve(["127.0.0.1"]);
  const registry = buildRegistry({
    rules: { endpoints, mirrored: mirrors, ...proxy },
    timeouts,
    resolve,
    now: () => 0,
  });
  try {
    world.tls.clients.length = 0;
    const repository = { host, path: PATH };
    const keychain = keychainsOf(world, config).keychain({ secrets: [], isOperators: true });
    if (cloudRegistryOf(host) !== undefined)
      return keychain
        .sourcesFor(repository)
        .map(({ id }) => id)
        .join(" ");
    const { digest } = await registry.as(keychain).manifest(repository, "1", new AbortController().signal);
    return `${digest} ${world.tls.clients.join(" ")}`;
  } finally {
    await registry.close();
  }
}

/** Of a cluster with a Secret for each of two users. */
function keychainsOf(world: World, config: Config): PullKeychains {
  const secretFor = (user: string): ReturnType<typeof secretOf> => ({
    ...secretOf(configJson({ [world.guarded.host]: user }), undefined, user),
    namespace: "sealgate",
  });
  const secrets = new SecretSources(fakeReader(["robot", "stranger"].map(secretFor)), "sealgate");
  const clouds = openCloudCredentials({ environment: {}, now: () => 0, wallNow: () => 0 });
  const operator = new OperatorCredentials(() => config.registries.credentials, { secrets, clouds });
  return new PullKeychains(secrets, () => operator.sources());
}
