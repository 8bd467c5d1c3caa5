// A private Sigstore of real parts on loopback: Fulcio, Rekor v2 (tiles) and the
// timestamp authority, with an OIDC issuer and a CT log of ours. Nothing of the public
// instance is used or known.
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { type Authority, issue, makeAuthority, privateKeyPem } from "./certificates.ts";
import { type CtLog, startCtLog } from "./ct-log.ts";
import { formatFulcioConfig } from "./fulcio-config.ts";
import { type OidcIssuer, startOidcIssuer } from "./oidc-issuer.ts";
import { eventually, freePorts, isFree, makeTemporaryDir, mustSucceed, run, startProcess } from "./process.ts";
import type { Programs } from "./programs.ts";
import { Started } from "./started.ts";

export interface PrivateSigstore {
  readonly dir: string;
  readonly oidc: OidcIssuer;
  readonly ctLog: CtLog;
  readonly fulcioUrl: string;
  readonly rekorUrl: string;
  readonly timestampUrl: string;
  /** Files, for cosign and for us. */
  readonly trustedRoot: string;
  readonly signingConfig: string;
  readonly files: AuthorityFiles;
  readonly stop: () => Promise<void>;
}

export interface AuthorityFiles {
  readonly fulcioRoot: string;
  readonly fulcioIntermediate: string;
  readonly fulcioChain: string;
  readonly timestampChain: string;
  readonly ctPublicKey: string;
  readonly rekorPublicKey: string;
}

/** The log's name in its checkpoints and in the trusted root; not the address it listens on. */
export const rekorHostname = "rekor.testbed.example";

const keyPassword = "testbed";

interface Layout {
  readonly dir: string;
  readonly programs: Programs;
  readonly ports: readonly number[];
}

export async function startSigstore(options: { readonly programs: Programs }): Promise<PrivateSigstore> {
  const { programs } = options;
  const layout = { dir: makeTemporaryDir("sigstore"), programs, ports: await freePorts(7) };
  const started = new Started();
  try {
    const oidc = await startOidcIssuer();
    await started.add(oidc.stop);
    const ctLog = await startCtLog();
    await started.add(ctLog.stop);
    const files = await writeAuthorities(layout.dir, ctLog);
    const [fulcioUrl, rekorUrl, timestampUrl] = await Promise.all([
      launchFulcio(layout, { oidc, ctLog, started }),
      launchRekor(layout, started),
      launchTimestampAuthority(layout, started),
    ]);
    const trust = { oidc, ctLog, fulcioUrl, rekorUrl, timestampUrl, files };
    return { dir: layout.dir, ...trust, ...(await writeTrust(layout, trust)), stop: async () => started.stop() };
  } catch (error) {
    await started.stop();
    throw error;
  }
}

async function writeAuthorities(dir: string, ctLog: CtLog): Promise<AuthorityFiles> {
  const signers = new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true);
  const certSigners = new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true);
  const root = await makeAuthority("O=testbed, CN=fulcio-root");
  const intermediate = await issue(root, {
    subject: "O=testbed, CN=fulcio-intermediate",
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      certSigners,
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.codeSigning]),
    ],
  });
  const timestampRoot = await makeAuthority("O=testbed, CN=timestamp-root");
  const timestampLeaf = await issue(timestampRoot, {
    subject: "O=testbed, CN=timestamp-signer",
    extensions: [signers, new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.timeStamping], true)],
  });
  const rekor = generateKeyPairSync("ed25519");
  const write = (name: string, text: string): string => {
    const file = join(dir, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const writeKey = async (name: string, { keys }: Authority): Promise<string> =>
    write(name, await privateKeyPem(keys, keyPassword));
  await writeKey("fulcio.key", intermediate);
  await writeKey("timestamp.key", timestampLeaf);
  write("rekor.key", rekor.privateKey.export({ format: "pem", type: "pkcs8" }).toString());
  return {
    fulcioRoot: write("fulcio-root.pem", root.pem),
    fulcioIntermediate: write("fulcio-intermediate.pem", intermediate.pem),
    fulcioChain: write("fulcio-chain.pem", intermediate.pem + root.pem),
    timestampChain: write("timestamp-chain.pem", timestampLeaf.pem + timestampRoot.pem),
    ctPublicKey: write("ct-log.pub", ctLog.publicPem),
    rekorPublicKey: write("rekor.pub", rekor.publicKey.export({ format: "pem", type: "spki" }).toString()),
  };
}

async function launchFulcio(
  { dir, programs, ports }: Layout,
  { oidc, ctLog, started }: { readonly oidc: OidcIssuer; readonly ctLog: CtLog; readonly started: Started },
): Promise<string> {
  const config = join(dir, "fulcio.yaml");
  writeFileSync(config, formatFulcioConfig(oidc.issuers));
  const url = `http://127.0.0.1:${ports[0]}`;
  const args = [
    "serve",
    "--ca=fileca",
    `--fileca-cert=${join(dir, "fulcio-chain.pem")}`,
    `--fileca-key=${join(dir, "fulcio.key")}`,
    `--fileca-key-passwd=${keyPassword}`,
    "--fileca-watch=false",
    `--config-path=${config}`,
    `--ct-log-url=${ctLog.url}`,
    "--host=127.0.0.1",
    `--port=${ports[0]}`,
    "--grpc-host=127.0.0.1",
    `--grpc-port=${ports[1]}`,
    `--metrics-port=${ports[2]}`,
    // The default is one name for every Fulcio of the machine.
    `--legacy-unix-domain-socket=${join(dir, "fulcio.sock")}`,
  ];
  const ready = { url: `${url}/api/v2/configuration`, isReady };
  const running = await startProcess({ name: "fulcio", command: programs.fulcio, args, dir, ready });
  await started.add(() => running.stop(0));
  return url;
}

async function launchRekor({ dir, programs, ports }: Layout, started: Started): Promise<string> {
  const storage = join(dir, "rekor");
  mkdirSync(storage);
  const url = `http://127.0.0.1:${ports[3]}`;
  const args = [
    "serve",
    `--storage-dir=${storage}`,
    `--signer-filepath=${join(dir, "rekor.key")}`,
    `--hostname=${rekorHostname}`,
    "--http-address=127.0.0.1",
    `--http-port=${ports[3]}`,
    "--grpc-address=127.0.0.1",
    `--grpc-port=${ports[4]}`,
    `--http-metrics-port=${ports[5]}`,
    "--checkpoint-interval=1s",
    "--log-level=warn",
  ];
  const ready = { url: `${url}/healthz`, isReady };
  const running = await startProcess({ name: "rekor", command: programs.rekor, args, dir, ready });
  await started.add(() => running.stop(0));
  return url;
}

/** The timestamp authority serves its metrics there, and no flag changes it: a second one waits until the first has gone. */
const timestampMetricsPort = 2112;

async function launchTimestampAuthority({ dir, programs, ports }: Layout, started: Started): Promise<string> {
  const url = `http://127.0.0.1:${ports[6]}`;
  const args = [
    "serve",
    "--scheme=http",
    "--host=127.0.0.1",
    `--port=${ports[6]}`,
    "--timestamp-signer=file",
    `--file-signer-key-path=${join(dir, "timestamp.key")}`,
    `--file-signer-passwd=${keyPassword}`,
    `--certificate-chain-path=${join(dir, "timestamp-chain.pem")}`,
    "--disable-ntp-monitoring",
  ];
  const ready = { url: `${url}/ping`, isReady };
  const free = `port ${timestampMetricsPort} is free (another private Sigstore of this machine has it)`;
  await eventually(free, async () => started.isStopped || (await isFree(timestampMetricsPort)), 200_000);
  if (started.isStopped) throw new Error("Cannot start the timestamp authority: another service did not start");
  const command = programs.timestampAuthority;
  const running = await startProcess({ name: "timestamp-authority", command, args, dir, ready });
  await started.add(() => running.stop(0));
  return `${url}/api/v1/timestamp`;
}

const isReady = (status: number): boolean => status === 200;

/** cosign itself writes both files: what it writes is what everybody reads. */
async function writeTrust(
  { dir, programs }: Layout,
  { oidc, ctLog, fulcioUrl, rekorUrl, timestampUrl, files }: Omit<PrivateSigstore, "dir" | "stop" | TrustFile>,
): Promise<Pick<PrivateSigstore, TrustFile>> {
  const start = `start-time=${new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+/u, "")}`;
  const operator = `${start},operator=testbed.example`;
  const trustedRoot = join(dir, "trusted_root.json");
  const signingConfig = join(dir, "signing_config.json");
  const rootArgs = [
    "--fulcio",
    `url=${fulcioUrl},certificate-chain=${files.fulcioChain},${start}`,
    "--ctfe",
    `url=${ctLog.url},public-key=${files.ctPublicKey},${start}`,
    "--rekor",
    `url=https://${rekorHostname},public-key=${files.rekorPublicKey},origin=${rekorHostname},${start}`,
    "--tsa",
    `url=${timestampUrl},certificate-chain=${files.timestampChain},${start}`,
  ];
  const configArgs = [
    "--fulcio",
    `url=${fulcioUrl},api-version=1,${operator}`,
    "--rekor",
    `url=${rekorUrl},api-version=2,${operator}`,
    "--rekor-config",
    "ANY",
    "--oidc-provider",
    `url=${oidc.issuers.email},api-version=1,${operator}`,
    "--tsa",
    `url=${timestampUrl},api-version=1,${operator}`,
    "--tsa-config",
    "ANY",
  ];
  const env = { HOME: dir };
  const create = async (what: string, args: readonly string[], out: string): Promise<void> => {
    const result = await run(programs.cosignV3, [what, "create", ...args, "--out", out], { env, cwd: dir });
    mustSucceed(`cosign ${what} create`, result);
  };
  await create("trusted-root", rootArgs, trustedRoot);
  await create("signing-config", configArgs, signingConfig);
  return { trustedRoot, signingConfig };
}

type TrustFile = "trustedRoot" | "signingConfig";
