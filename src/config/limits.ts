/**
 * What one image and one request may cost, and what is kept of it (config.md `limits`, `caches`). Every bound has its default,
 * and a highest value where the program itself has one.
 */

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
}

export interface Caches {
  /** Bytes of manifests and blobs that are kept by their digest. 0: none. */
  readonly blobBytes: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: Limits = {
  listed: 1000,
  fetched: 200,
  verified: 50,
  blobBytes: 16 * MIB,
  imageBytes: 64 * MIB,
  cpuMs: 250,
};

export const DEFAULT_CACHES: Caches = { blobBytes: 64 * MIB };

const integer = (minimum: number, maximum: number, description: string) =>
  ({ type: "integer", minimum, maximum, description }) as const;

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
  },
} as const;

/** Draft 7; part of CONFIG_SCHEMA. */
export const CACHES = {
  type: "object",
  description: "What is kept of what was read.",
  additionalProperties: false,
  properties: {
    blobBytes: integer(0, 4096 * MIB, "Bytes of objects that are kept by their digest. Default: 64 MiB; 0: none."),
  },
} as const;
