// The two real cosigns and crane, each with a home of its own, without any network but
// loopback, and without the public instance's trust root.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type RunOptions, type RunResult, makeTemporaryDir, mustSucceed, run } from "./process.ts";
import type { Programs } from "./programs.ts";
import type { Registry } from "./registries.ts";

export interface KeyFiles {
  /** Paths of cosign's encrypted private key and of the public key. */
  readonly privateKey: string;
  readonly publicKey: string;
  readonly publicPem: string;
}

export interface Cosign {
  readonly version: "v2" | "v3";
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<RunResult>;
  readonly generateKeyPair: (name: string) => Promise<KeyFiles>;
  /** Signs `host/repository@digest` with a key, offline: v2 writes a `.sig` tag, v3 a bundle as a referrer. */
  readonly sign: (reference: string, key: KeyFiles, extra?: readonly string[]) => Promise<RunResult>;
  readonly verify: (reference: string, key: KeyFiles, extra?: readonly string[]) => Promise<RunResult>;
  /** `predicate` becomes the attestation's predicate, of cosign's type name or URI `type`. */
  readonly attest: (reference: string, key: KeyFiles, attestation: Attestation) => Promise<RunResult>;
}

export interface Attestation {
  readonly type: string;
  readonly predicate: object;
}

export interface SigningTools {
  readonly dir: string;
  readonly v2: Cosign;
  readonly v3: Cosign;
  readonly crane: (args: readonly string[], options?: RunOptions) => Promise<RunResult>;
}

interface Dialect {
  readonly version: "v2" | "v3";
  readonly command: string;
  readonly sign: readonly string[];
  readonly verify: readonly string[];
}

export const keyPassword = "testbed";

// No log, no time stamping authority: a signature with a key and nothing beside it.
const emptySigningConfig = {
  mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
  rekorTlogConfig: {},
  tsaConfig: {},
};

// Without one v2 asks the public TUF repository, and takes no bundle; no key needs anything of it.
const emptyTrustedRoot = { mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1" };

/** `registry`: one with TLS or a password, so that these tools reach it. */
export function makeSigningTools(programs: Programs, registry?: Registry): SigningTools {
  const dir = makeTemporaryDir("signing");
  const env = writeHome(dir, registry);
  const signingConfig = join(dir, "signing-config.json");
  const trustedRoot = join(dir, "empty-trusted-root.json");
  writeFileSync(signingConfig, JSON.stringify(emptySigningConfig));
  writeFileSync(trustedRoot, JSON.stringify(emptyTrustedRoot));
  const runner =
    (command: string) =>
    (args: readonly string[], options: RunOptions = {}) =>
      run(command, args, { cwd: dir, ...options, env: { ...env, ...options.env } });
  const v2: Dialect = {
    version: "v2",
    command: programs.cosignV2,
    sign: ["--tlog-upload=false"],
    verify: ["--insecure-ignore-tlog=true", "--offline=true", "--trusted-root", trustedRoot],
  };
  const v3: Dialect = {
    version: "v3",
    command: programs.cosignV3,
    sign: ["--signing-config", signingConfig],
    verify: ["--insecure-ignore-tlog=true", "--trusted-root", trustedRoot],
  };
  return {
    dir,
    v2: makeCosign(v2, dir, runner(v2.command)),
    v3: makeCosign(v3, dir, runner(v3.command)),
    crane: runner(programs.crane),
  };
}

function makeCosign(dialect: Dialect, dir: string, runIt: Cosign["run"]): Cosign {
  const { version } = dialect;
  let attestations = 0;
  return {
    version,
    run: runIt,
    generateKeyPair: async (name) => {
      const prefix = join(dir, `${version}-${name}`);
      mustSucceed("cosign generate-key-pair", await runIt(["generate-key-pair", "--output-key-prefix", prefix]));
      const publicKey = `${prefix}.pub`;
      return { privateKey: `${prefix}.key`, publicKey, publicPem: readFileSync(publicKey, "utf8") };
    },
    sign: async (reference, key, extra = []) => {
      const args = ["sign", "--yes", "--key", key.privateKey, ...dialect.sign, ...extra, reference];
      return mustSucceed(`cosign ${version} sign`, await runIt(args));
    },
    verify: (reference, key, extra = []) =>
      runIt(["verify", "--key", key.publicKey, ...dialect.verify, ...extra, reference]),
    attest: async (reference, key, { type, predicate }) => {
      attestations += 1;
      const file = join(dir, `${version}-predicate-${attestations}.json`);
      writeFileSync(file, JSON.stringify(predicate));
      const what = ["--predicate", file, "--type", type];
      const args = ["attest", "--yes", "--key", key.privateKey, ...dialect.sign, ...what, reference];
      return mustSucceed(`cosign ${version} attest`, await runIt(args));
    },
  };
}

function writeHome(dir: string, registry: Registry | undefined): Record<string, string> {
  const dockerDir = join(dir, ".docker");
  mkdirSync(dockerDir);
  const { credentials } = registry ?? {};
  const auth = credentials && Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");
  const auths = registry && auth ? { [registry.host]: { auth } } : {};
  writeFileSync(join(dockerDir, "config.json"), JSON.stringify({ auths }), { mode: 0o600 });
  return {
    HOME: dir,
    DOCKER_CONFIG: dockerDir,
    COSIGN_PASSWORD: keyPassword,
    TUF_ROOT: join(dir, "tuf"),
    SIGSTORE_NO_CACHE: "true",
    ...(registry?.caFile === undefined ? {} : { SSL_CERT_FILE: registry.caFile }),
  };
}
