/**
 * The `tls` key of the configuration file: what the webhook serves with. Either files that somebody else renews, or a CA
 * of its own in a Secret; contradictory times are refused, since a leaf would outlive the trust in its CA.
 */
import { dirname, resolve } from "node:path";
import type { SchemaError } from "../schema/validator.ts";

export type TlsConfig =
  | { readonly kind: "files"; readonly cert: string; readonly key: string }
  | ({ readonly kind: "self-managed" } & SelfManaged);

/** Names of webhook configurations, by kind. */
export interface Configurations {
  readonly validating: readonly string[];
  readonly mutating: readonly string[];
}

export interface SelfManaged {
  readonly namespace: string;
  readonly secret: string;
  readonly service: string;
  readonly configurations: Configurations;
  readonly lease: string;
  readonly authorityLifetimeMs: number;
  readonly renewBeforeMs: number;
  readonly leafLifetimeMs: number;
  readonly distributionWaitMs: number;
  readonly overlapWaitMs: number;
}

/** Whole seconds, minutes or hours. */
const DURATION = { type: "string", pattern: "^[1-9][0-9]{0,8}(s|m|h)$" } as const;
const NAME = { type: "string", pattern: "^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$" } as const;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

const namedAll = (description: string) =>
  ({
    type: "array",
    uniqueItems: true,
    maxItems: 16,
    items: { ...NAME, description: "One name." },
    description,
  }) as const;
const named = (description: string) => ({ ...NAME, description });
const lasting = (description: string) => ({ ...DURATION, description });
const path = (description: string) => ({ type: "string", minLength: 1, maxLength: 4096, description }) as const;

export const TLS_SCHEMA = {
  type: "object",
  description: "What the webhook serves with: files or selfManaged.",
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  properties: {
    files: {
      type: "object",
      description: "Files, PEM, read again when they change.",
      additionalProperties: false,
      required: ["cert", "key"],
      properties: {
        cert: path("The certificate and its intermediates; a relative path begins at the configuration file's folder."),
        key: path("Its private key."),
      },
    },
    selfManaged: {
      type: "object",
      description: "A CA of its own, in a Secret; leaves are made in memory.",
      additionalProperties: false,
      required: ["namespace", "secret", "service", "configurations", "lease"],
      properties: {
        namespace: named("Where the Secret, the Service and the Lease are."),
        secret: named("Keeps the CA."),
        service: named("The Service that API servers call: SERVICE.NAMESPACE.svc is the name in the leaf."),
        configurations: {
          type: "object",
          description: "The webhook configurations whose caBundle the leader keeps; one that is missing is told of.",
          additionalProperties: false,
          minProperties: 1,
          properties: {
            validating: namedAll("Names of ValidatingWebhookConfigurations. Default: none."),
            mutating: namedAll("Names of MutatingWebhookConfigurations. Default: none."),
          },
        },
        lease: named("Elects the leader."),
        authorityLifetime: lasting("How long a CA is valid. Default: 8760h."),
        renewBefore: lasting("How long before its end a CA is replaced. Default: 1440h."),
        leafLifetime: lasting("How long a leaf is valid; it is replaced after half of that. Default: 168h."),
        distributionWait: lasting("How long API servers get to learn a new CA before it is used. Default: 30s."),
        overlapWait: lasting("How long an old CA stays trusted; at least leafLifetime. Default: leafLifetime."),
      },
    },
  },
} as const;

export interface WrittenTls {
  readonly files?: { readonly cert: string; readonly key: string };
  readonly selfManaged?: Readonly<Record<"namespace" | "secret" | "service" | "lease", string>> & {
    readonly configurations: Partial<Configurations>;
  } & Partial<Readonly<Record<keyof typeof DEFAULTS | "overlapWait", string>>>;
}

const DEFAULTS = {
  authorityLifetime: "8760h",
  renewBefore: "1440h",
  leafLifetime: "168h",
  distributionWait: "30s",
} as const;

/** Requires that the schema has nothing against it. */
export function readTls({ files, selfManaged }: WrittenTls, file: string): TlsConfig | undefined {
  const folder = dirname(resolve(file));
  if (files !== undefined) {
    return { kind: "files", cert: resolve(folder, files.cert), key: resolve(folder, files.key) };
  }
  if (selfManaged === undefined) return undefined;
  const { namespace, secret, service, configurations, lease, ...written } = selfManaged;
  const times = { ...DEFAULTS, ...written };
  return {
    kind: "self-managed",
    namespace,
    secret,
    service,
    configurations: { validating: [], mutating: [], ...configurations },
    lease,
    authorityLifetimeMs: durationMs(times.authorityLifetime),
    renewBeforeMs: durationMs(times.renewBefore),
    leafLifetimeMs: durationMs(times.leafLifetime),
    distributionWaitMs: durationMs(times.distributionWait),
    overlapWaitMs: durationMs(times.overlapWait ?? times.leafLifetime),
  };
}

/** What no schema can say. */
export function checkTls(tls: TlsConfig | undefined): readonly SchemaError[] {
  if (tls?.kind !== "self-managed") return [];
  const { authorityLifetimeMs, renewBeforeMs, leafLifetimeMs, overlapWaitMs } = tls;
  const errors: SchemaError[] = [];
  const at = (member: string, message: string): void => {
    errors.push({ path: `tls.selfManaged.${member}`, message });
  };
  if (renewBeforeMs >= authorityLifetimeMs) at("renewBefore", "is not shorter than authorityLifetime");
  if (overlapWaitMs < leafLifetimeMs) at("overlapWait", "is shorter than leafLifetime: leaves would outlive their CA");
  if (leafLifetimeMs > renewBeforeMs) at("leafLifetime", "is longer than renewBefore: leaves would outlive their CA");
  return errors;
}

/** As a file that says the same. */
export function formatTls(tls: TlsConfig): object {
  if (tls.kind === "files") return { files: { cert: tls.cert, key: tls.key } };
  const { namespace, secret, service, configurations, lease } = tls;
  const seconds = (ms: number): string => `${ms / 1000}s`;
  return {
    selfManaged: {
      namespace,
      secret,
      service,
      configurations,
      lease,
      authorityLifetime: seconds(tls.authorityLifetimeMs),
      renewBefore: seconds(tls.renewBeforeMs),
      leafLifetime: seconds(tls.leafLifetimeMs),
      distributionWait: seconds(tls.distributionWaitMs),
      overlapWait: seconds(tls.overlapWaitMs),
    },
  };
}

function durationMs(text: string): number {
  return Number(text.slice(0, -1)) * (UNIT_MS[text.slice(-1)] ?? 0);
}
