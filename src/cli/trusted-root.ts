/**
 * `--trusted-root FILE`: a trusted_root.json that stands for itself, with nobody to say what a signature by its instance
 * must bring. So what it holds is asked for: a log entry where it holds logs, else a time stamp; a promise of certificate
 * transparency where it holds such logs. What it lists and we cannot use is asked for as well, and then nothing passes.
 */
import { attempt } from "../failure/attempt.ts";
import type { TrustRoot } from "../ports/trust.ts";
import { parseTrustedRoot, type TrustMaterial } from "../sigstore/trusted-root.ts";
import { UsageError, type CommandIo } from "./io.ts";

/** Throws UsageError for a file that is no trust root. */
export function readTrustedRoot(file: string, io: CommandIo): TrustRoot {
  const bytes = io.readBytes(file);
  const material = attempt(() => parseTrustedRoot(bytes, { isBuiltIn: false }));
  if (material.ok) return { name: file, material: material.value, requires: requiresOf(material.value) };
  const { code, message, hint } = material.failure;
  throw new UsageError(`Cannot use ${file} as a trust root: ${code}: ${message}\nhint: ${hint}`);
}

function requiresOf({ logs, ctLogs, warnings }: TrustMaterial): TrustRoot["requires"] {
  const hasLogs = logs.length > 0 || warnings.length > 0;
  return {
    transparencyLog: hasLogs,
    signedCertificateTimestamp: ctLogs.length > 0 || warnings.length > 0,
    timestamp: !hasLogs,
  };
}
