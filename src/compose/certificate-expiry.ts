/**
 * Certificates that end soon though somebody should have replaced them (kubernetes.md §8): a line in the log and a Warning
 * event at 30, 7 and 1 days. What lives shorter than four times that long is renewed within it, and is told of at the next.
 */
import type { Instant } from "../encoding/instant.ts";
import { validityOf } from "../kubernetes/certificate-authority.ts";
import type { KubernetesApi } from "../kubernetes/client.ts";
import { postEvent } from "../kubernetes/events.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { ElectionClock, LeaseName } from "./election.ts";

const DAY_MS = 86_400_000;
const WARN_DAYS = [1, 7, 30];
const MIN_LIVES = 4;
const CHECK_MS = 3_600_000;

export interface Validity {
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

export interface ExpiryOptions {
  readonly clock: Pick<ElectionClock, "now" | "delay">;
  readonly logger: Pick<Logger, "warn">;
  readonly identity: string;
  readonly api: () => KubernetesApi;
  /** What the event is about. Absent: no event, there is no cluster. */
  readonly lease: LeaseName | undefined;
}

/** The days of the warning that is due, if one is. */
export function dueWarning({ notBefore, notAfter }: Validity, now: Instant): number | undefined {
  const isDue = (days: number): boolean =>
    notAfter - now <= days * DAY_MS && notAfter - notBefore >= MIN_LIVES * days * DAY_MS;
  return WARN_DAYS.find(isDue);
}

export class CertificateExpiry {
  readonly #options: ExpiryOptions;
  readonly #certificates = new Map<string, { readonly validity: Validity; told: number }>();

  constructor(options: ExpiryOptions) {
    this.#options = options;
  }

  /** The certificate that is in use as `what` from now on: PEM, its own first. Gives its end, or undefined if it is none. */
  follow(what: string, certPem: string): Instant | undefined {
    const validity = validityOf(certPem);
    if (validity === undefined) return undefined;
    const { notAfter } = validity;
    // The same one again is told of no second time.
    if (this.#certificates.get(what)?.validity.notAfter === notAfter) return notAfter;
    this.#certificates.set(what, { validity, told: Number.POSITIVE_INFINITY });
    this.check();
    return notAfter;
  }

  /** Tells what has become due. */
  check(): void {
    for (const [what, certificate] of this.#certificates) {
      const days = dueWarning(certificate.validity, this.#options.clock.now());
      if (days === undefined || days >= certificate.told) continue;
      certificate.told = days;
      this.#tell(what, certificate.validity.notAfter, days);
    }
  }

  /** Checks each hour until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.delay(CHECK_MS, signal);
      if (!signal.aborted) this.check();
    }
  }

  #tell(what: string, notAfter: Instant, days: number): void {
    const { clock, logger, identity, api, lease } = this.#options;
    const until = new Date(notAfter).toISOString();
    logger.warn({ what, until, days }, "a certificate ends soon, and was not replaced");
    if (lease === undefined) return;
    const note = `The ${what} ends at ${until}, within ${days} ${days === 1 ? "day" : "days"}, and was not replaced: from then on pods are refused`;
    const regarding = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      namespace: lease.namespace,
      name: lease.lease,
    };
    const event = { type: "Warning", reason: "CertificateExpiring", action: "Serve", note, regarding } as const;
    // Each replica would tell: the name is the same, and the first is taken.
    const name = `${lease.lease}.certificate-${days}d-${Math.floor(notAfter / 1000).toString(36)}`;
    void postEvent(api(), event, { now: clock.now(), instance: identity, name });
  }
}
