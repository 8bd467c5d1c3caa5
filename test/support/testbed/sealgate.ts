// The built program on loopback: the webhook behind TLS, and `sealgate verify`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeAuthority, makeServingCertificate } from "./certificates.ts";
import { type RunResult, freePorts, makeTemporaryDir, run, startProcess } from "./process.ts";
import { repositoryRoot } from "./programs.ts";

export interface Sealgate {
  readonly pid: number;
  /** Milliseconds from its start until it was ready. */
  readonly readyMs: number;
  /** https://127.0.0.1:port. */
  readonly url: string;
  /** http://127.0.0.1:port, health and metrics. */
  readonly operationsUrl: string;
  /** PEM, for the webhook configurations. */
  readonly ca: string;
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

export interface SealgateOptions {
  /** Where its policies are: a cluster, or a folder of files. */
  readonly source: { readonly kubeconfig: string } | { readonly policies: string };
  readonly plainHttp: readonly string[];
  /** Its configuration file. */
  readonly config?: string;
  /** Put before the command line of Node, for example to pin the program to one core. */
  readonly launcher?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What `npm run build` makes. */
export const sealgateProgram = join(repositoryRoot(), "dist", "bin", "sealgate.mjs");

/** The registries of the testbed are on loopback, and those without TLS have to be named as such. */
const registryArguments = (plainHttp: readonly string[]): string[] =>
  plainHttp.flatMap((host) => [`--plain-http=${host}`, `--allow-private=${host}`]);

export async function startSealgate({
  source,
  plainHttp,
  config,
  launcher = [],
  env = {},
}: SealgateOptions): Promise<Sealgate> {
  const dir = makeTemporaryDir("serve");
  const [port, operationsPort] = (await freePorts(2)) as [number, number];
  const authority = await makeAuthority("CN=webhook-ca");
  const serving = await makeServingCertificate(authority, { dns: ["localhost"], ip: ["127.0.0.1"] });
  const certificate = join(dir, "tls.crt");
  const key = join(dir, "tls.key");
  writeFileSync(certificate, serving.certificate);
  writeFileSync(key, serving.key, { mode: 0o600 });
  const operationsUrl = `http://127.0.0.1:${operationsPort}`;
  const [command, ...before] = [...launcher, process.execPath];
  const { pid, readyMs, log, stop } = await startProcess({
    name: "sealgate",
    command,
    args: [
      ...before,
      sealgateProgram,
      "serve",
      "kubeconfig" in source ? `--kubeconfig=${source.kubeconfig}` : `--policies=${source.policies}`,
      `--listen-webhook=127.0.0.1:${port}`,
      `--listen-operations=127.0.0.1:${operationsPort}`,
      `--tls-cert=${certificate}`,
      `--tls-key=${key}`,
      "--drain-seconds=0",
      ...registryArguments(plainHttp),
      ...(config === undefined ? [] : [`--config=${config}`]),
    ],
    dir,
    env,
    ready: { url: `${operationsUrl}/readyz`, isReady: (status) => status === 200 },
    ceilingMs: 30_000,
  });
  const url = `https://127.0.0.1:${port}`;
  return { pid, readyMs: readyMs(), url, operationsUrl, ca: authority.pem, log, stop: async () => stop() };
}

/** `sealgate verify`: 0 verified, 1 denied, 2 it could not tell. */
export async function verifyImage(image: string, flags: readonly string[], plainHttp: string): Promise<RunResult> {
  const args = ["verify", image, ...flags, ...registryArguments([plainHttp])];
  return run(process.execPath, [sealgateProgram, ...args]);
}

/** `sealgate verify-bundle` of a file, about a digest. */
export async function verifyBundle(bundle: string, digest: string, flags: readonly string[]): Promise<RunResult> {
  return run(process.execPath, [sealgateProgram, "verify-bundle", "--bundle", bundle, ...flags, digest]);
}
