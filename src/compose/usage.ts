/** What an operator wrote wrongly, by whichever adapter reads it, becomes the command line's usage error. */
import { UsageError } from "../cli/io.ts";
import { DocumentError } from "../config/documents.ts";
import { ConfigError } from "../config/load.ts";
import { PolicyFilesError } from "../config/policy-directory.ts";
import { AuthFileError } from "../registry/auth-file.ts";
import { ProxyError } from "../registry/proxy.ts";
import { TrustRootsError } from "../trust/trust-root-store.ts";

const WRITTEN_WRONGLY = [DocumentError, PolicyFilesError, ConfigError, TrustRootsError, ProxyError, AuthFileError];

/** In words, for what people come upon. */
const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or directory",
  EACCES: "permission denied",
  EISDIR: "it is a directory, want a file",
  ENOTDIR: "a part of it is no directory",
};

/** What an operator wrote wrongly is printed as it is. `path` is what is read, where the error does not say. */
export function usage<T>(read: () => T, path?: string): T {
  try {
    return read();
  } catch (error) {
    const expected = WRITTEN_WRONGLY.some((kind) => error instanceof kind);
    if (error instanceof Error && (expected || isNoCluster(error))) throw new UsageError(error.message);
    if (error instanceof Error && "code" in error) throw new UsageError(fileProblem(error, path));
    throw error;
  }
}

function fileProblem(error: Error & { readonly code: unknown; readonly path?: unknown }, path?: string): string {
  const file = path ?? error.path;
  const problem = typeof error.code === "string" ? FILE_PROBLEMS[error.code] : undefined;
  return typeof file === "string" && problem !== undefined ? `Cannot read ${file}: ${problem}` : error.message;
}

function isNoCluster(error: unknown): error is Error {
  return error instanceof Error && error.message.includes("kubeconfig");
}
