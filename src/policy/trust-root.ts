/**
 * Trust roots as policies name them (policy-api.md §2.3, §2.7): the material of one Sigstore instance, and what a signature
 * by it must bring. A root that is not at hand makes what depends on it Undetermined, never a Pass by something else.
 */
import { quoted } from "../failure/failure.ts";
import type { TrustMaterial } from "../sigstore/trusted-root.ts";
import { CAUSES, type UndeterminedCause } from "./causes.ts";
import type { Finding } from "./verdict.ts";

export const DEFAULT_TRUST_ROOT = "sigstore-public-good";

/** What a signature by one instance must bring. */
export interface TrustRequirements {
  readonly transparencyLog: boolean;
  /** Of certificates alone: a key has none. */
  readonly signedCertificateTimestamp: boolean;
  /** By a timestamp authority, beside what a log says. */
  readonly timestamp: boolean;
}

export interface TrustRoot {
  readonly material: TrustMaterial;
  readonly requires: TrustRequirements;
}

/** By name; undefined for a name that nobody gave to a root. */
export type TrustRoots = (name: string) => TrustRoot | "not-ready" | undefined;

/** What is required and not held: its name in `requires`, and what it is in words. */
export function missingFrom(
  material: TrustMaterial,
  requires: TrustRequirements,
): readonly { readonly need: keyof TrustRequirements; readonly what: string }[] {
  const needs: readonly (readonly [keyof TrustRequirements, readonly unknown[], string])[] = [
    ["transparencyLog", material.logs, "transparency log"],
    ["signedCertificateTimestamp", material.ctLogs, "certificate-transparency log"],
    ["timestamp", material.timestampAuthorities, "timestamp authority"],
  ];
  return needs.filter(([need, held]) => requires[need] && held.length === 0).map(([need, , what]) => ({ need, what }));
}

/** A root that an entry needs and cannot have. */
export interface UnavailableTrustRoot {
  readonly name: string;
  readonly cause: Extract<UndeterminedCause, "TrustRootMissing" | "TrustRootNotReady">;
}

const REASONS = { TrustRootMissing: "it does not exist", TrustRootNotReady: "it is not ready" } as const;

/** One line about an entry that could not be judged. */
export function unavailableFinding({ name, cause }: UnavailableTrustRoot, entry: string): Finding {
  return {
    subject: `trust root ${quoted(name)}`,
    entry,
    code: cause,
    reason: `Cannot verify signatures with trust root ${quoted(name)}: ${REASONS[cause]}`,
    hint: CAUSES[cause].hint,
  };
}
