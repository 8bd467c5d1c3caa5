// Two real registries on loopback: distribution, which has no Referrers API (the
// fallback tag is used), and go-containerregistry's, which has one.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ServingCertificate, makeAuthority, makeServingCertificate } from "./certificates.ts";
import { freePorts, makeTemporaryDir, startProcess } from "./process.ts";
import type { Programs } from "./programs.ts";
import type { TokenServer } from "./token-server.ts";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface Registry {
  /** host:port, as in an image reference. */
  readonly host: string;
  readonly scheme: "http" | "https";
  /** The CA in PEM, and the file that holds it, when the scheme is https. */
  readonly ca?: string;
  readonly caFile?: string;
  readonly credentials?: Credentials;
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

export interface DistributionOptions {
  readonly programs: Programs;
  /** Of loopback unless said; IPv4. */
  readonly address?: string;
  readonly withTls?: boolean;
  /** Basic authentication with `testCredentials`. */
  readonly withPassword?: boolean;
  /** Tokens of this service. */
  readonly tokens?: TokenServer;
}

export const testCredentials: Credentials = { username: "tester", password: "pl4nted-testbed" };

// bcrypt of the password above, in Apache's file format: the only one distribution reads.
const passwordFile = "tester:$2a$04$cZfYy0PkuxOAaj/Jrz2dQO5y7Xf0SuU7znNdwwgjOf0dD8x3Cus6m\n";

export async function startDistribution(options: DistributionOptions): Promise<Registry> {
  const dir = makeTemporaryDir("distribution");
  const [port] = (await freePorts(1)) as [number];
  const host = `${options.address ?? "127.0.0.1"}:${port}`;
  const authority = options.withTls ? await makeAuthority("CN=registry-ca") : undefined;
  const names = { dns: ["localhost"], ip: ["127.0.0.1"] };
  const serving = authority === undefined ? undefined : await makeServingCertificate(authority, names);
  const caFile = join(dir, "ca.crt");
  if (authority !== undefined) writeFileSync(caFile, authority.pem);
  const config = join(dir, "config.json");
  writeFileSync(config, JSON.stringify(distributionConfig(dir, host, { serving, auth: authOf(dir, options) })));
  const scheme = authority === undefined ? "http" : "https";
  const running = await startProcess({
    name: "distribution",
    command: options.programs.distribution,
    args: ["serve", config],
    dir,
    ready: { url: `${scheme}://${host}/v2/`, ...(authority === undefined ? {} : { ca: authority.pem }) },
  });
  return {
    host,
    scheme,
    ...(authority === undefined ? {} : { ca: authority.pem, caFile }),
    ...(options.withPassword ? { credentials: testCredentials } : {}),
    log: running.log,
    stop: () => running.stop(),
  };
}

export async function startReferrersRegistry(options: { readonly programs: Programs }): Promise<Registry> {
  const dir = makeTemporaryDir("referrers-registry");
  const [port] = (await freePorts(1)) as [number];
  const host = `127.0.0.1:${port}`;
  const running = await startProcess({
    name: "referrers-registry",
    command: options.programs.referrersRegistry,
    args: ["-address", host],
    dir,
    ready: { url: `http://${host}/v2/` },
  });
  return { host, scheme: "http", log: running.log, stop: () => running.stop() };
}

function distributionConfig(
  dir: string,
  addr: string,
  { serving, auth }: { serving: ServingCertificate | undefined; auth: object | undefined },
): object {
  const files = { certificate: join(dir, "tls.crt"), key: join(dir, "tls.key") };
  if (serving !== undefined) {
    writeFileSync(files.certificate, serving.certificate);
    writeFileSync(files.key, serving.key, { mode: 0o600 });
  }
  return {
    version: "0.1",
    log: { level: "warn", accesslog: { disabled: true } },
    storage: { inmemory: {}, delete: { enabled: true } },
    http: { addr, secret: "testbed", ...(serving === undefined ? {} : { tls: files }) },
    ...(auth === undefined ? {} : { auth }),
  };
}

function authOf(dir: string, { withPassword, tokens }: DistributionOptions): object | undefined {
  if (tokens !== undefined) {
    const jwks = join(dir, "jwks.json");
    writeFileSync(jwks, tokens.keys);
    return { token: { realm: tokens.realm, issuer: tokens.issuer, service: tokens.service, jwks } };
  }
  if (!withPassword) return undefined;
  const path = join(dir, "htpasswd");
  writeFileSync(path, passwordFile);
  return { htpasswd: { realm: "testbed", path } };
}
