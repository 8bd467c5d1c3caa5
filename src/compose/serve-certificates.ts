/**
 * The composition of what the webhook serves with: files, a CA of its own kept in a Secret, or a certificate made at
 * start.
 */
import type { ServeFlags } from "../cli/index.ts";
import { UsageError } from "../cli/io.ts";
import { CertificateFiles } from "../config/certificate-files.ts";
import type { SelfManaged, TlsConfig } from "../config/tls.ts";
import type { WebhookConfiguration } from "../kubernetes/ca-bundle.ts";
import { postEvent } from "../kubernetes/events.ts";
import { ManagedCertificates, type CertificateReport } from "../kubernetes/managed-certificates.ts";
import { makeServingCertificate } from "../kubernetes/serving-certificate.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { ReadinessCheck } from "../webhook/operations.ts";
import type { TlsMaterial } from "../webhook/server.ts";
import { CertificateExpiry } from "./certificate-expiry.ts";
import { openElection, type ElectionClock, type ElectionOptions, type LeaderWork, type LeaseName } from "./election.ts";

export interface ServingCertificates {
  /** Resolves when there is something to serve with. Rejects with UsageError. */
  readonly first: Promise<TlsMaterial>;
  /** Called with every later one. False: it cannot be served with. */
  onMaterial(take: (material: TlsMaterial) => boolean): void;
  readiness(): readonly ReadinessCheck[];
  close(): Promise<void>;
}

export interface ServingOptions extends ElectionOptions {
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "observeLeader" | "observeLeaf" | "observeConfiguration">;
  /** For the operator who started it by hand. */
  readonly announce: (text: string) => void;
  /** What else the leader does, where a CA of our own has it elected. */
  readonly leaderWorks: readonly LeaderWork[];
  /** Events about files that end soon are about this Lease. */
  readonly leaderElection?: LeaseName | undefined;
}

export const systemClock: ElectionClock = {
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  random: () => Math.random(),
  delay: async (milliseconds, signal) => {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, signal.aborted ? 0 : milliseconds);
      signal.addEventListener("abort", end, { once: true });
    });
  },
};

/** Flags before the configuration file; without both, a certificate that is made now, its CA printed. */
export async function servingCertificates(
  { tlsCert, tlsKey }: Pick<ServeFlags, "tlsCert" | "tlsKey">,
  configured: TlsConfig | undefined,
  options: ServingOptions,
): Promise<ServingCertificates> {
  if (tlsCert !== undefined && tlsKey !== undefined) return openFiles({ cert: tlsCert, key: tlsKey }, options);
  if (tlsCert !== undefined || tlsKey !== undefined) throw new UsageError("--tls-cert and --tls-key go together");
  if (configured?.kind === "files") return openFiles(configured, options);
  if (configured !== undefined) return openManaged(configured, options);
  const made = await makeServingCertificate(["localhost", "127.0.0.1"], options.clock.now());
  options.announce(`No --tls-cert: serving with a certificate made now. Its CA, for caBundle:\n${made.caPem}\n`);
  return {
    first: Promise.resolve({ cert: made.certPem, key: made.keyPem }),
    onMaterial: () => undefined,
    readiness: () => [],
    close: () => Promise.resolve(),
  };
}

function openFiles(
  { cert, key }: { readonly cert: string; readonly key: string },
  options: ServingOptions,
): ServingCertificates {
  const { logger, metrics } = options;
  const stop = new AbortController();
  const expiry = new CertificateExpiry({ ...options, lease: options.leaderElection });
  const serves = (material: TlsMaterial): TlsMaterial => {
    const notAfter = expiry.follow("serving certificate", material.cert);
    if (notAfter !== undefined) metrics.observeLeaf(notAfter);
    return material;
  };
  let missed: TlsMaterial | undefined;
  let take = (material: TlsMaterial): boolean => {
    missed = material;
    return true;
  };
  const files = new CertificateFiles({
    cert,
    key,
    onChange: (material) => {
      const isTaken = take(material);
      logger.info({ isTaken }, "serving certificate changed");
      if (isTaken) serves(material);
      return isTaken;
    },
  });
  const first = Promise.resolve().then(() => serves(readFirst(files)));
  void expiry.run(stop.signal);
  return {
    first,
    onMaterial: (next) => {
      take = next;
      // It may have come since the first was taken.
      if (missed !== undefined) next(missed);
    },
    readiness: () => [{ name: "certificate", ok: true, detail: `${cert}: ${files.detail()}` }],
    close: async () => {
      stop.abort();
      files.close();
    },
  };
}

function readFirst(files: CertificateFiles): TlsMaterial {
  try {
    return files.read();
  } catch (error) {
    if (error instanceof Error && "code" in error) throw new UsageError(error.message);
    throw error;
  }
}

function openManaged(tls: SelfManaged, options: ServingOptions): ServingCertificates {
  const { clock, leaderWorks } = options;
  const stop = new AbortController();
  let resolve = (_material: TlsMaterial): void => undefined;
  const first = new Promise<TlsMaterial>((settle) => {
    resolve = settle;
  });
  let take = (_material: TlsMaterial): boolean => true;
  let latest: TlsMaterial | undefined;
  const absent = new Map<string, boolean>();
  const expiry = new CertificateExpiry({ ...options, lease: tls });
  const certificates = new ManagedCertificates({
    ...clock,
    api: options.api(),
    namespace: tls.namespace,
    secret: tls.secret,
    configurations: configurationsOf(tls),
    names: serviceNames(tls),
    times: tls,
    report: reportTo(tls, options, {
      serve: (material, authorityPem) => {
        expiry.follow("serving certificate", material.cert);
        expiry.follow("webhook CA", authorityPem);
        latest = material;
        resolve(material);
        take(material);
      },
      isAbsent: ({ kind, name }, isAbsent) => absent.set(`${kind}/${name}`, isAbsent),
    }),
  });
  const works = [(signal: AbortSignal) => certificates.lead(signal), ...leaderWorks];
  const election = openElection(tls, works, { ...options, annotations: () => absentAnnotation(absent) });
  const running = Promise.all([certificates.run(stop.signal), expiry.run(stop.signal)]);
  return {
    first,
    onMaterial: (next) => {
      take = next;
      // It may have come since the first was taken.
      if (latest !== undefined) next(latest);
    },
    readiness: () => [{ name: "certificate", ...certificates.detail() }, ...election.readiness()],
    close: async () => {
      stop.abort();
      await Promise.all([running, election.close()]);
    },
  };
}

/** On the Lease, so that whoever looks after a trouble finds it, and the next leader goes on with it. */
function absentAnnotation(absent: ReadonlyMap<string, boolean>): Readonly<Record<string, string | undefined>> {
  // Not looked yet: what the leader before wrote stays.
  if (absent.size === 0) return {};
  const names = [...absent].filter(([, isAbsent]) => isAbsent).map(([name]) => name);
  return { "sealgate.dev/absent-webhook-configurations": names.length === 0 ? undefined : names.join(",") };
}

interface Told {
  readonly serve: (material: TlsMaterial, authorityPem: string) => void;
  readonly isAbsent: (configuration: WebhookConfiguration, isAbsent: boolean) => void;
}

function reportTo(
  tls: SelfManaged,
  { logger, metrics, clock, api, identity }: ServingOptions,
  { serve, isAbsent }: Told,
): CertificateReport {
  const regarding = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    namespace: tls.namespace,
    name: tls.lease,
  };
  return {
    serving: ({ certPem, keyPem, notAfter }, authorityPem) => {
      metrics.observeLeaf(notAfter);
      logger.info({ notAfter: new Date(notAfter).toISOString() }, "serving certificate issued");
      serve({ cert: certPem, key: keyPem }, authorityPem);
    },
    rotated: (step) => logger.info({ step }, "CA rotation"),
    configuration: ({ kind, name }, state) => {
      metrics.observeConfiguration({ kind, name }, state !== "absent");
      isAbsent({ kind, name }, state === "absent");
      if (state !== "absent") return logger.info({ kind, name, state }, "caBundle");
      const note = `${kind} "${name}" is not there: nothing of it is enforced, and it is not made anew`;
      logger.warn({ kind, name }, "webhook configuration is not there");
      const event = { type: "Warning", reason: "WebhookConfigurationAbsent", action: "ApplyCaBundle" } as const;
      void postEvent(api(), { ...event, note, regarding }, { now: clock.now(), instance: identity });
    },
    failed: (what, reason) => logger.warn({ what, reason }, "certificates"),
  };
}

function configurationsOf({ configurations: { validating, mutating } }: SelfManaged): readonly WebhookConfiguration[] {
  return [
    ...mutating.map((name) => ({ kind: "MutatingWebhookConfiguration", name }) as const),
    ...validating.map((name) => ({ kind: "ValidatingWebhookConfiguration", name }) as const),
  ];
}

/** The name that API servers ask for comes first; the others are for humans (kubernetes.md §7). */
function serviceNames({ service, namespace }: SelfManaged): readonly string[] {
  const full = `${service}.${namespace}.svc`;
  return [full, `${full}.cluster.local`, `${service}.${namespace}`, service];
}
