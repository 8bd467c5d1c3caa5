/**
 * The composition root: options to what compose/ opens, that to the application, the application to its mouths. The only
 * file that ends the process.
 */
import { readFileSync, statSync } from "node:fs";
import { PodReviewer } from "./app/review-pod.ts";
import { turnTaker } from "./app/turns.ts";
import { formatPassedOver, runApply } from "./cli/apply.ts";
import { runCli, type Actions, type Address, type ApplyFlags, type ServeFlags } from "./cli/index.ts";
import { UsageError, type CommandIo, type ExitCode } from "./cli/io.ts";
import { runDeleteWebhooks } from "./cli/delete-webhooks.ts";
import { formatPolicies } from "./cli/policy-list.ts";
import { runReference } from "./cli/reference.ts";
import { terminationSignals } from "./cli/termination.ts";
import { runVerifyBundle } from "./cli/verify-bundle.ts";
import { runVerify } from "./cli/verify.ts";
import { DEFAULT_CONFIG, formatConfig, loadConfig, type Config } from "./config/load.ts";
import { NO_RESOURCES, readResources, toYaml } from "./config/pods.ts";
import { buildKubernetesClient, type KubernetesApi } from "./kubernetes/client.ts";
import { deleteWebhooks } from "./kubernetes/delete-webhooks.ts";
import { formatUnready } from "./policy/trust-root-object.ts";
import { effectOf, type ImageVerdict } from "./policy/verdict.ts";
import { makeLogger, type Logger } from "./telemetry/logger.ts";
import { makeMetrics, type Metrics } from "./telemetry/metrics.ts";
import type { AdmissionLog } from "./webhook/admission-log.ts";
import { untilUnused } from "./webhook/drain.ts";
import { buildOperationsServer, type ReadinessCheck } from "./webhook/operations.ts";
import { buildWebhookServer, replaceCertificate, type WebhookOptions } from "./webhook/server.ts";
import { servingCertificates, systemClock } from "./compose/serve-certificates.ts";
import { withKey } from "./compose/key-reader.ts";
import { giveBackMemory } from "./compose/give-back-memory.ts";
import { openElection, type ElectionOptions } from "./compose/election.ts";
import { openKeychains, openUserKeychains } from "./compose/open-keychains.ts";
import { openPolicies, readPoliciesOnce } from "./compose/open-policies.ts";
import type { PolicyEvents } from "./compose/policy-events.ts";
import { apiServers, buildVerifier, type Verification } from "./compose/open-registries.ts";
import type { ForbiddenHost } from "./registry/destinations.ts";
import type { RegistryFlags } from "./cli/registry-flags.ts";
import { embeddedRoot, openTrust } from "./compose/open-trust.ts";
import { usage } from "./compose/usage.ts";
import { warmUp } from "./compose/warm-up.ts";

const VERSION = "0.1.0";
const IN_FLIGHT_MS = 10_000;
/** What /readyz says of the webhook's port. Nobody is ready before it is open: the next call would be refused. */
const PHASES = { opening: "not open yet", open: "accepting reviews", draining: "draining after SIGTERM" };
/** It lies beside this file, by the same name of kind: modules as they are compiled, or the bundle. */
const workerEntry = new URL(
  `./verify-worker${import.meta.url.slice(import.meta.url.lastIndexOf("."))}`,
  import.meta.url,
);

/** With large evidence in a thread of its own. */
function verification(
  flags: RegistryFlags,
  config: () => Config,
  forbidden: readonly ForbiddenHost[] = [],
): Verification {
  return buildVerifier(flags, config, { forbidden, workerEntry });
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
  const { verifier, reload, close } = verification(flags, trust.config, apiServers(flags));
  const credentials = openKeychains(source.api, source.namespace ?? flags.namespace, trust.config);
  giveBackMemory();
  let phase: keyof typeof PHASES = "opening";
  const terminated = terminationSignals();
  const { tls: served, leaderElection } = trust.config();
  const { leaderWorks } = source;
  const electing = electingAs(flags, { logger, metrics }, terminated.first);
  const certificates = await usage(() =>
    servingCertificates(flags, served, { ...electing, announce: io.err, leaderWorks, leaderElection }),
  );
  const election = openElection(leaderElection, leaderWorks, electing);
  const readiness = (): readonly ReadinessCheck[] => [
    ...[source, trust, credentials, certificates, election].flatMap((each) => each.readiness()),
    { name: "serving", ok: phase === "open", detail: PHASES[phase] },
  ];
  const operations = await buildOperationsServer({ readiness, metrics });
  await warmUp(turnTaker(systemClock.monotonicNow));
  await listen(operations, flags.listenOperations);
  // Before there is a certificate nothing can be answered: the port stays closed, and /readyz says what is missing.
  const tls = await Promise.race([certificates.first, terminated.first]);
  const webhook =
    tls === undefined
      ? undefined
      : await buildServer({
          reviewer: new PodReviewer(source.policies, verifier, Date.now, { settings: trust.config, ...credentials }),
          tls,
          log: admissionLog(logger, metrics, source.events),
          isReady: () => source.policies.snapshot() !== undefined,
          isDraining: () => phase === "draining",
          deadline: () => trust.config().deadline,
          callers: () => trust.config().callers.callers,
        });
  if (webhook !== undefined) {
    certificates.onMaterial((material) => replaceCertificate(webhook, material));
    await listen(webhook, flags.listenWebhook);
    phase = "open";
    logger.info({ webhook: flags.listenWebhook, operations: flags.listenOperations }, "serving");
    await terminated.first;
    phase = "draining";
    logger.info({ seconds: flags.drainSeconds }, "draining");
    await drain(flags, webhook.server, terminated.hurry);
  }
  unfollow();
  source.close();
  const closing = [certificates, election, operations].map(async (each) => each.close());
  closing.push(Promise.resolve(webhook?.close()), close());
  await Promise.race([Promise.all(closing), systemClock.delay(IN_FLIGHT_MS, terminated.hurry)]);
  return 0;
}

/** Serves on while the endpoints converge, and until nobody calls any more. Who wants no drain waits for nobody. */
async function drain(
  { drainSeconds }: ServeFlags,
  server: Parameters<typeof untilUnused>[0],
  hurry: AbortSignal,
): Promise<void> {
  if (drainSeconds === 0) return;
  await systemClock.delay(drainSeconds * 1000, hurry);
  await untilUnused(server, { ...systemClock, signal: hurry });
}

/** This replica, as it stands for election: unlike any other, also after a restart under the same name. */
function electingAs(
  { kubeconfig }: ServeFlags,
  telemetry: { readonly logger: Logger; readonly metrics: Metrics },
  ending: Promise<void>,
): ElectionOptions & typeof telemetry {
  const identity = `${process.env["HOSTNAME"] ?? "sealgate"}_${crypto.randomUUID()}`;
  const api = (): KubernetesApi => usage(() => buildKubernetesClient(kubeconfig));
  return { ...telemetry, clock: systemClock, identity, api, ending };
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

function admissionLog(logger: Logger, metrics: Metrics, events: Pick<PolicyEvents, "exceptionsUsed">): AdmissionLog {
  return {
    decided: ({ webhook, request, allowed, verdicts, exceptions, unmatched, explanation, seconds }) => {
      const { uid, namespace, name, operation, resource, dryRun } = request;
      const decision = allowed ? "allow" : "deny";
      metrics.observeAdmission({ webhook, operation, resource, decision, dryRun, seconds });
      const images = verdicts.map(({ image }) => image);
      const fields = { uid, namespace, name, operation, decision, images, ms: Math.round(seconds * 1e6) / 1000 };
      if (!dryRun) {
        for (const { exception } of exceptions) metrics.countException(exception);
        events.exceptionsUsed(exceptions, namespace);
        metrics.countUnmatched(unmatched);
        if (webhook === "validate" && resource === "pods") countVerdicts(metrics, verdicts);
      }
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

function countVerdicts(metrics: Metrics, verdicts: readonly ImageVerdict[]): void {
  for (const result of verdicts.flatMap(({ results }) => results)) {
    const { rule, outcome } = result.verdict;
    metrics.countVerdict({ policy: result.policy, rule, verdict: outcome, effect: effectOf(result) });
  }
}

async function apply(flags: ApplyFlags, io: CommandIo): Promise<ExitCode> {
  const { resource = [] } = flags;
  const { pods, namespaces, passedOver } = resource.length === 0 ? NO_RESOURCES : usage(() => readResources(resource));
  const trust = openTrust(flags.config);
  const snapshot = await readPoliciesOnce(flags.policy, trust, { namespace: flags.namespace, namespaces });
  for (const line of [...snapshot.trustRoots.flatMap(formatUnready), ...formatPassedOver(passedOver)])
    io.err(`${line}\n`);
  if (resource.length === 0) {
    io.out(formatPolicies(snapshot, Date.now()));
    return 0;
  }
  const { verifier, close } = verification(flags, trust.config);
  const formats = { json: (rows: unknown): string => `${JSON.stringify(rows, null, 2)}\n`, yaml: toYaml };
  const print =
    flags.output === "table" ? { kind: "table" as const } : { kind: "data" as const, format: formats[flags.output] };
  const keychains = openUserKeychains(trust.config, process.env);
  const settings = { settings: trust.config, keychains };
  const reviewer = new PodReviewer({ snapshot: () => snapshot }, verifier, Date.now, settings);
  const code = await runApply(pods, { print }, reviewer, io);
  await close();
  return code;
}

function readText(path: string): string {
  return usage(() => readFileSync(path, "utf8"), path);
}

const io: CommandIo = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  readText,
  readBytes: (path) => usage(() => readFileSync(path), path),
  // Descriptor 0
  readInput: () => usage(() => readFileSync(0, "utf8")),
  isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
};

const actions: Actions = {
  version: VERSION,
  serve,
  verify: async (image, flags) => {
    const { trustRoots, config } = openTrust(flags.config);
    const keyed = await withKey(io, flags.key);
    const { verifier, close } = verification(flags, config);
    const keychains = openUserKeychains(config, process.env);
    const code = await runVerify(image, flags, { verifier, trustRoots, keychains }, keyed);
    await close();
    return code;
  },
  verifyBundle: async (target, flags) =>
    runVerifyBundle(target, flags, { builtInRoot: embeddedRoot, now: Date.now() }, await withKey(io, flags.key)),
  apply: (flags) => apply(flags, io),
  reference: async (text, { policy, config }) =>
    runReference(
      text,
      policy === undefined ? undefined : (await readPoliciesOnce(policy, openTrust(config))).policies,
      io,
    ),
  deleteWebhooks: (flags) =>
    runDeleteWebhooks(
      flags,
      async (all, onDeleted) => {
        const api = usage(() => buildKubernetesClient(flags.kubeconfig));
        await deleteWebhooks(all, { api, delay: systemClock.delay, onDeleted }).catch((error: unknown) => {
          throw new UsageError(error instanceof Error ? error.message : String(error));
        });
      },
      io,
    ),
};

// Whatever is still open then, a held connection or a watch, must not keep the process.
process.exit(await runCli(process.argv.slice(2), actions, io));
