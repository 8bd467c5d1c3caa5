/**
 * A trust root from a trusted_root.json that the configuration names. A root that requires what it does not hold is
 * refused, since no signature could ever satisfy it (policy-api.md §2.7).
 */
import { readFileSync } from "node:fs";
import { attempt } from "../failure/attempt.ts";
import { missingFrom } from "../policy/trust-root.ts";
import type { TrustRequirements, TrustRoot } from "../ports/trust.ts";
import { parseTrustedRoot } from "../sigstore/trusted-root.ts";

/** What is wrong with a trust root, and in which file. */
export class TrustRootFileError extends Error {
  constructor(name: string, file: string, problem: string, cause?: unknown) {
    super(`${file}: trust root "${name}": ${problem}`, { cause });
    this.name = "TrustRootFileError";
  }
}

const MAX_FILE_BYTES = 1024 * 1024;

/** Reads the file now. Throws TrustRootFileError. */
export function readTrustRootFile(name: string, file: string, requires: TrustRequirements): TrustRoot {
  const bytes = readBytes(name, file);
  if (bytes.length > MAX_FILE_BYTES) {
    throw new TrustRootFileError(name, file, `${bytes.length} bytes, want at most ${MAX_FILE_BYTES}`);
  }
  const result = attempt(() => parseTrustedRoot(bytes, { isBuiltIn: false }));
  if (!result.ok) throw new TrustRootFileError(name, file, result.failure.message, result.failure);
  const [missing] = missingFrom(result.value, requires);
  if (missing !== undefined) {
    const problem = `requires.${missing.need} is true, and the file holds no ${missing.what} that can be used`;
    throw new TrustRootFileError(name, file, problem);
  }
  return { name, material: result.value, requires };
}

function readBytes(name: string, file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new TrustRootFileError(name, file, `cannot be read: ${String(error)}`, error);
  }
}
