/**
 * What one image and one request may cost, and what is kept of it (config.md `limits`, `caches`). Every bound has its default,
 * and a highest value where the program itself has one.
 */
import { parseDuration } from "../encoding/duration.ts";
import { quoted } from "../failure/failure.ts";
import type { Outcome } from "../policy/verdict.ts";
import type { SchemaError } from "../schema/validator.ts";

export interface Limits {
  /** Descriptors or layers of a place that are considered. */
  readonly listed: number;
  /** Objects of a place that are fetched. */
  readonly fetched: number;
  /** Candidates that are verified for one entry. */
  readonly verified: number;
  /** Bytes of one object. */
  readonly blobBytes: number;
  /** Bytes of all objects of an image. */
  readonly imageBytes: number;
  /** Milliseconds of CPU that a request may spend on verifying. */
  readonly cpuMs: number;
  /** Requests to one host at a time. */
  readonly perHost: number;
  /** Look-ups of one namespace at a time. */
  readonly perNamespace: number;
}

export interface Caches {
  /** Bytes of manifests and blobs that are kept by their digest. 0: none. */
  readonly blobBytes: number;
  /** Milliseconds for which a verdict of a rule on a digest is remembered, by what it was. */
  readonly pass: number;
  readonly fail: number;
  readonly undetermined: number;
  /** Milliseconds for which the digest of a tag is known. 0: it is asked anew each time. */
  readonly tag: number;
}

type Lifetime = Exclude<keyof Caches, "blobBytes">;

/** As an operator may write it, after the schema. */
export type WrittenCaches = Partial<Pick<Caches, "blobBytes"> & Readonly<Record<Lifetime, string>>>;

const MIB = 1024 * 1024;
const LIFETIMES = ["pass", "fail", "undetermined", "tag"] as const;

export const DEFAULT_LIMITS: Limits = {
  listed: 1000,
  fetched: 200,
  verified: 50,
  blobBytes: 16 * MIB,
  imageBytes: 64 * MIB,
  cpuMs: 250,
  perHost: 16,
  perNamespace: 32,
};

export const DEFAULT_CACHES: Caches = {
  blobBytes: 64 * MIB,
  pass: 600_000,
  fail: 30_000,
  undetermined: 5_000,
  tag: 30_000,
};

const NEVER = "0s";
const LONGEST: Readonly<Record<Lifetime, string>> = { pass: "24h", fail: "1h", undetermined: "5m", tag: "60s" };

/** What is written, with its defaults; a lifetime that is longer than is allowed is an error. */
export function readCaches({ blobBytes = DEFAULT_CACHES.blobBytes, ...written }: WrittenCaches): {
  readonly value: Caches;
  readonly errors: readonly SchemaError[];
} {
  const read = (name: Lifetime): number => {
    const text = written[name];
    if (text === undefined) return DEFAULT_CACHES[name];
    // Which the schema takes where nothing may be kept
    return text === NEVER ? 0 : parseDuration(text);
  };
  const value: Caches = {
    blobBytes,
    pass: read("pass"),
    fail: read("fail"),
    undetermined: read("undetermined"),
    tag: read("tag"),
  };
  const tooLong = LIFETIMES.filter((name) => value[name] > parseDuration(LONGEST[name]));
  const errors = tooLong.map((name) => ({
    path: `caches.${name}`,
    message: `is ${quoted(written[name] ?? "")}, want at most ${LONGEST[name]}`,
  }));
  return { value, errors };
}

/** By outcome, as the application has them. */
export function lifetimesOf({
  pass,
  fail,
  undetermined,
}: Pick<Caches, "pass" | "fail" | "undetermined">): Readonly<Record<Outcome, number>> {
  return { Pass: pass, Fail: fail, Undetermined: undetermined };
}

/** As a file says it. */
export function printedCaches({ blobBytes, pass, fail, undetermined, tag }: Caches): WrittenCaches {
  return {
    blobBytes,
    pass: inSeconds(pass),
    fail: inSeconds(fail),
    undetermined: inSeconds(undetermined),
    tag: inSeconds(tag),
  };
}

function inSeconds(milliseconds: number): string {
  return `${milliseconds / 1000}s`;
}

const integer = (minimum: number, maximum: number, description: string) =>
  ({ type: "integer", minimum, maximum, description }) as const;

/** An integer and s, m, h or d. */
const lifetime = (description: string) =>
  ({ type: "string", pattern: "^[1-9][0-9]{0,6}[smhd]$", description }) as const;

/** Draft 7; part of CONFIG_SCHEMA. */
export const LIMITS = {
  type: "object",
  description: "What one image, and one request, may cost.",
  additionalProperties: false,
  properties: {
    listed: integer(1, 1000, "Signatures of a place that are considered, the newest. Default: 1000."),
    fetched: integer(1, 1000, "Of these, how many are fetched. Default: 200."),
    verified: integer(1, 1000, "Of these, how many are verified for one entry of a policy. Default: 50."),
    blobBytes: integer(1, 16 * MIB, "Bytes of one signature or attestation. Default: 16 MiB."),
    imageBytes: integer(1, 1024 * MIB, "Bytes of all signatures and attestations of an image. Default: 64 MiB."),
    cpuMs: integer(1, 10_000, "Milliseconds of CPU that a request may spend on verifying. Default: 250."),
    perNamespace: integer(1, 1024, "Look-ups of images for one namespace at a time; more wait. Default: 32."),
    perHost: integer(1, 256, "Requests to one registry's host at a time; more wait. Default: 16."),
  },
} as const;

/** Draft 7; part of CONFIG_SCHEMA. */
export const CACHES = {
  type: "object",
  description: "What is kept of what was read.",
  additionalProperties: false,
  properties: {
    blobBytes: integer(0, 4096 * MIB, "Bytes of objects that are kept by their digest. Default: 64 MiB; 0: none."),
    pass: lifetime("For how long it is remembered that a rule passed a digest, at most 24h. Default: 10m."),
    fail: lifetime("For how long it is remembered that a rule failed a digest, at most 1h. Default: 30s."),
    undetermined: lifetime("For how long it is remembered that nobody could tell, at most 5m. Default: 5s."),
    tag: {
      type: "string",
      pattern: "^(0s|[1-9][0-9]{0,6}[smhd])$",
      description:
        "For how long the digest of a tag is known, at most 60s. What Enforce judges by a tag asks whether it still holds. Default: 30s; 0s: it is asked anew each time.",
    },
  },
} as const;
