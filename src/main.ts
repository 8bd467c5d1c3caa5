/**
 * The composition root: options to adapters, adapters to the application, the application to its mouths. The only file
 * that knows them all, and the only one that ends the process.
 */
import { readFileSync, statSync } from "node:fs";
import { CLOCKS } from "./app/clocks.ts";
import { ObjectCache } from "./app/object-cache.ts";
import { PodReviewer } from "./app/review-pod.ts";
import { ImageVerifier } from "./app/verify-image.ts";
import { runApply } from "./cli/apply.ts";
import { runCli, type Actions, type Address, type ApplyFlags, type ServeFlags } from "./cli/index.ts";
import { UsageError, type CommandIo, type ExitCode } from "./cli/io.ts";
import { runReference } from "./cli/reference.ts";
import { endpointsOf, type RegistryFlags } from "./cli/registry-flags.ts";
import { terminationSignals } from "./cli/termination.ts";
import { runVerifyBundle } from "./cli/verify-bundle.ts";
import { runVerify } from "./cli/verify.ts";
import { ConfigFile } from "./config/config-file.ts";
import { DocumentError } from "./config/documents.ts";
import { FileWatch } from "./config/file-watch.ts";
import { ConfigError, DEFAULT_CONFIG, formatConfig, loadConfig, type Config } from "./config/load.ts";
import { readPolicies, readResources, toYaml } from "./config/pods.ts";
import { PolicyDirectory, PolicyFilesError } from "./config/policy-directory.ts";
import { apiServerUrl, buildKubernetesClient } from "./kubernetes/client.ts";
import { PolicyWatch } from "./kubernetes/policy-watch.ts";
import { compilePolicy, type CompiledPolicy } from "./policy/compile.ts";
import type { TrustRoots } from "./policy/trust-root.ts";
import type { PolicyResource } from "./policy/types.ts";
import type { Policies } from "./ports/policies.ts";
import type { TrustRoot } from "./ports/trust.ts";
import { buildRegistry, type RegistryRules } from "./registry/client.ts";
import { nameOf, portOf, type ForbiddenHost } from "./registry/destinations.ts";
import { ProxyError, proxyOfEnvironment } from "./registry/proxy.ts";
import { makeLogger, type Logger } from "./telemetry/logger.ts";
import { makeMetrics, type Metrics } from "./telemetry/metrics.ts";
import { builtInTrustRoot } from "./trust/built-in.ts";
import { TrustRootsError, TrustRootStore } from "./trust/trust-root-store.ts";
import type { AdmissionLog } from "./webhook/admission-log.ts";
import { buildOperationsServer, type ReadinessCheck } from "./webhook/operations.ts";
import { buildWebhookServer, replaceCertificate, type WebhookOptions } from "./webhook/server.ts";
import { servingCertificates, systemClock } from "./serve-certificates.ts";

const VERSION = "0.1.0";
const IN_FLIGHT_MS = 10_000;
type Telemetry = { readonly logger: Logger; readonly metrics: Metrics };

interface PolicySource {
  readonly policies: Policies;
  /** After a change of trust roots. */
  recompile(): void;
  readiness(): readonly ReadinessCheck[];
  close(): void;
}

interface Verification {
  readonly verifier: ImageVerifier;
  /** After a change of the configuration. */
  readonly reload: () => void;
  readonly close: () => Promise<void>;
}

function buildVerifier(
  flags: RegistryFlags,
  config: () => Config,
  forbidden: readonly ForbiddenHost[] = [],
): Verification {
  const environment = usage(() => proxyOfEnvironment(process.env));
  const rules = (): RegistryRules => {
    const { registries, proxy = environment } = config();
    return { ...registries, endpoints: endpointsOf(flags, registries.endpoints), proxy, forbidden };
  };
  const registry = buildRegistry({ rules: rules(), now: () => performance.timeOrigin + performance.now() });
  const verifier = new ImageVerifier({
    registry: new ObjectCache(() => config().caches.blobBytes).before(registry, ""),
    limits: () => config().limits,
    ...CLOCKS,
  });
  return { verifier, reload: () => void registry.reload(rules()), close: () => registry.close() };
}

/** The API server that this process is told of, by its own flags and by the cluster that it runs in. */
function apiServers({ policies, kubeconfig }: ServeFlags): readonly ForbiddenHost[] {
  const servers = [process.env["KUBERNETES_SERVICE_HOST"] ?? []].flat().map((host): ForbiddenHost => ({ host }));
  if (policies !== undefined) return servers;
  const url = usage(() => apiServerUrl(kubeconfig));
  return [...servers, { host: nameOf(url), port: portOf(url) }];
}

/** The configuration, the trust roots that policies may name by it, and the certificate to serve with. */
interface Trust {
  readonly config: () => Config;
  readonly trustRoots: TrustRoots;
  readonly compile: (resource: PolicyResource) => CompiledPolicy;
  readiness(): readonly ReadinessCheck[];
  /** Reads the configuration and the files of its roots whenever they change, until the answer is called. */
  follow(onChange: (detail: string) => void): () => void;
}

function openTrust(path: string | undefined): Trust {
  const file = path === undefined ? undefined : usage(() => new ConfigFile(path));
  const store = usage(() => new TrustRootStore(file?.config ?? DEFAULT_CONFIG));
  const trustRoots: TrustRoots = (name) => store.get(name);
  const check = (name: string, detail: string): ReadinessCheck => ({ name, ok: true, detail });
  return {
    config: () => file?.config ?? DEFAULT_CONFIG,
    trustRoots,
    compile: (resource) => compilePolicy(resource, trustRoots),
    readiness: () => [
      check("trust-roots", store.detail()),
      ...(file === undefined ? [] : [check("configuration", file.detail())]),
    ],
    follow: (onChange) => {
      if (file === undefined) return () => undefined;
      const reload = (): void => {
        file.reload();
        store.reload(file.config);
      };
      const files = (): readonly string[] => [
        file.path,
        ...[...file.config.trustRoots.values()].map((root) => root.file),
        ...file.config.registries.files,
      ];
      const watch = new FileWatch({
        files,
        onChange: () => {
          reload();
          onChange(store.detail());
        },
      });
      // What changed between the first read and the first look
      reload();
      return () => watch.close();
    },
  };
}

function printConfig(path: string | undefined): ExitCode {
  process.stdout.write(formatConfig(path === undefined ? DEFAULT_CONFIG : usage(() => loadConfig(path))));
  return 0;
}

async function serve(flags: ServeFlags): Promise<ExitCode> {
  if (flags.printConfig) return printConfig(flags.config);
  const logger = makeLogger(flags.logLevel);
  const metrics = makeMetrics();
  const trust = openTrust(flags.config);
  const unfollow = trust.follow((detail) => {
    logger.info({ detail }, "configuration or trust roots changed");
    reload();
    source.recompile();
  });
  const source = openPolicies(flags, trust, { logger, metrics });
  const { verifier, reload, close } = buildVerifier(flags, trust.config, apiServers(flags));
  let draining = false;
  const terminated = terminationSignals();
  const certificates = await usage(() =>
    servingCertificates(flags, trust.config().tls, {
      logger,
      metrics,
      clock: systemClock,
      announce: io.err,
      identity: `${process.env["HOSTNAME"] ?? "sealgate"}_${crypto.randomUUID()}`,
      api: () => usage(() => buildKubernetesClient(flags.kubeconfig)),
    }),
  );
  const drained = { name: "serving", ok: true, detail: "accepting reviews" };
  const readiness = (): readonly ReadinessCheck[] => [
    ...source.readiness(),
    ...trust.readiness(),
    ...certificates.readiness(),
    draining ? { ...drained, ok: false, detail: "draining after SIGTERM" } : drained,
  ];
  const operations = await buildOperationsServer({ readiness, metrics });
  await listen(operations, flags.listenOperations);
  // Before there is a certificate nothing can be answered: the port stays closed, and /readyz says what is missing.
  const tls = await Promise.race([certificates.first, terminated.first]);
  const webhook =
    tls === undefined
      ? undefined
      : await buildServer({
          reviewer: new PodReviewer(source.policies, verifier, Date.now),
          tls,
          log: admissionLog(logger, metrics),
          isReady: () => source.policies.snapshot() !== undefined,
          isDraining: () => draining,
          deadline: () => trust.config().deadline,
        });
  if (webhook !== undefined) {
    certificates.onMaterial((material) => replaceCertificate(webhook, material));
    await listen(webhook, flags.listenWebhook);
    logger.info({ webhook: flags.listenWebhook, operations: flags.listenOperations }, "serving");
    await terminated.first;
    draining = true;
    logger.info({ seconds: flags.drainSeconds }, "draining");
    await systemClock.delay(flags.drainSeconds * 1000, terminated.hurry);
  }
  unfollow();
  source.close();
  const closing = [Promise.resolve(webhook?.close()), certificates.close(), operations.close(), close()];
  await Promise.race([Promise.all(closing), systemClock.delay(IN_FLIGHT_MS, terminated.hurry)]);
  return 0;
}

async function buildServer(options: WebhookOptions): ReturnType<typeof buildWebhookServer> {
  try {
    return await buildWebhookServer(options);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new UsageError(`Cannot serve with the certificate and key given: ${String(error.code)}`);
  }
}

async function listen(server: { listen(address: Address): Promise<unknown> }, address: Address): Promise<void> {
  try {
    await server.listen(address);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new UsageError(`Cannot listen on ${address.host}:${address.port}: ${String(error.code)}`);
  }
}

function openPolicies(flags: ServeFlags, { compile }: Trust, { logger, metrics }: Telemetry): PolicySource {
  const onChange = (detail: string): void => logger.info({ detail }, "policies changed");
  if (flags.policies !== undefined) {
    const directory = usage(() => new PolicyDirectory({ folder: flags.policies ?? "", compile, onChange }));
    const readiness = (): readonly ReadinessCheck[] => [{ name: "policies", ok: true, detail: directory.detail() }];
    return { policies: directory, recompile: () => directory.recompile(), readiness, close: () => directory.close() };
  }
  const client = usage(() => buildKubernetesClient(flags.kubeconfig));
  const watch = new PolicyWatch({ ...systemClock, client, compile, onChange });
  watch.start();
  const readiness = (): readonly ReadinessCheck[] =>
    watch.checks(flags.staleSeconds, (name, seconds) => metrics.observeStale(name, seconds));
  return { policies: watch, recompile: () => watch.recompile(), readiness, close: () => watch.close() };
}

function admissionLog(logger: Logger, metrics: Metrics): AdmissionLog {
  return {
    decided: ({ webhook, request, allowed, verdicts, exceptions, explanation, seconds }) => {
      const { uid, namespace, name, operation, resource, dryRun } = request;
      const decision = allowed ? "allow" : "deny";
      metrics.observeAdmission({ webhook, operation, resource, decision, dryRun, seconds });
      const images = verdicts.map(({ image }) => image);
      const fields = { uid, namespace, name, operation, decision, images, ms: Math.round(seconds * 1e6) / 1000 };
      if (!dryRun) for (const { exception } of exceptions) metrics.countException(exception);
      const excepted = exceptions.length === 0 ? {} : { exceptions };
      logger.info({ ...fields, ...excepted, ...(explanation === undefined ? {} : { explanation }) }, webhook);
    },
    failed: ({ webhook, request, error, seconds }) => {
      const { uid, operation, resource, dryRun } = request;
      metrics.observeAdmission({ webhook, operation, resource, decision: "error", dryRun, seconds });
      logger.error({ uid, err: error }, "internal error");
    },
    refused: (refusal) => logger.warn(refusal, "a request that is no review"),
    defect: (error) => logger.error({ err: error }, "internal error"),
  };
}

async function apply(flags: ApplyFlags, io: CommandIo): Promise<ExitCode> {
  const { pods, namespaces } = usage(() => readResources(flags.resource));
  const { compile, config } = openTrust(flags.config);
  const snapshot = usage(() => readPolicies(flags.policy, compile, namespaces));
  const { verifier, close } = buildVerifier(flags, config);
  const formats = { json: (rows: unknown): string => `${JSON.stringify(rows, null, 2)}\n`, yaml: toYaml };
  const print =
    flags.output === "table" ? { kind: "table" as const } : { kind: "data" as const, format: formats[flags.output] };
  const code = await runApply(pods, { print }, new PodReviewer({ snapshot: () => snapshot }, verifier, Date.now), io);
  await close();
  return code;
}

const WRITTEN_WRONGLY = [DocumentError, PolicyFilesError, ConfigError, TrustRootsError, ProxyError];

/** What an operator wrote wrongly is printed as it is. */
function usage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const expected = WRITTEN_WRONGLY.some((kind) => error instanceof kind);
    if ((error instanceof Error && expected) || (error instanceof Error && "code" in error) || isNoCluster(error))
      throw new UsageError(error.message);
    throw error;
  }
}

function isNoCluster(error: unknown): error is Error {
  return error instanceof Error && error.message.includes("kubeconfig");
}

function readText(path: string): string {
  return usage(() => readFileSync(path, "utf8"));
}

function embeddedRoot(name: string): TrustRoot {
  const root = builtInTrustRoot(name);
  if (root === undefined) throw new Error(`there is no built-in trust root "${name}"`);
  return root;
}

const io: CommandIo = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  readText,
  readBytes: (path) => usage(() => readFileSync(path)),
  isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
};

const actions: Actions = {
  version: VERSION,
  serve,
  verify: async (image, flags) => {
    const { trustRoots, config } = openTrust(flags.config);
    const { verifier, close } = buildVerifier(flags, config);
    const code = await runVerify(image, flags, { verifier, trustRoots }, io);
    await close();
    return code;
  },
  verifyBundle: async (target, flags) =>
    runVerifyBundle(target, flags, { builtInRoot: embeddedRoot, now: Date.now() }, io),
  apply: (flags) => apply(flags, io),
  reference: async (text, { policy, config }) =>
    runReference(
      text,
      policy === undefined ? undefined : usage(() => readPolicies(policy, openTrust(config).compile)).policies,
      io,
    ),
};

// Whatever is still open then, a held connection or a watch, must not keep the process.
process.exit(await runCli(process.argv.slice(2), actions, io));
