/** What an operator wrote wrongly, by whichever adapter reads it, becomes the command line's usage error. */
import { UsageError } from "../cli/io.ts";
import { DocumentError } from "../config/documents.ts";
import { ConfigError } from "../config/load.ts";
import { PolicyFilesError } from "../config/policy-directory.ts";
import { AuthFileError } from "../registry/auth-file.ts";
import { ProxyError } from "../registry/proxy.ts";
import { TrustRootsError } from "../trust/trust-root-store.ts";

const WRITTEN_WRONGLY = [DocumentError, PolicyFilesError, ConfigError, TrustRootsError, ProxyError, AuthFileError];

/** What an operator wrote wrongly is printed as it is. */
export function usage<T>(read: () => T): T {
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
