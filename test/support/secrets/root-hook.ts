/** Loaded before a suite by scripts/mocha.mjs: what is said while it runs is searched, and a secret that was said fails it. */
import { AdmissionError } from "../../../src/admission/error.ts";
import { UsageError } from "../../../src/cli/io.ts";
import { CloudError } from "../../../src/cloud/http.ts";
import { DocumentError } from "../../../src/config/documents.ts";
import { ConfigError } from "../../../src/config/load.ts";
import { PolicyFilesError } from "../../../src/config/policy-directory.ts";
import { VerificationFailure } from "../../../src/failure/failure.ts";
import { AuthoritySecretError } from "../../../src/kubernetes/authority-secret.ts";
import { UnavailableError } from "../../../src/ports/unavailable.ts";
import { AuthFileError } from "../../../src/registry/auth-file.ts";
import { ConnectError } from "../../../src/registry/connect.ts";
import { Blocked } from "../../../src/registry/destinations.ts";
import { ProxyError } from "../../../src/registry/proxy.ts";
import { TunnelError } from "../../../src/registry/tunnel.ts";
import { TrustRootFileError } from "../../../src/trust/file.ts";
import { TrustRootsError } from "../../../src/trust/trust-root-store.ts";
import { search, takeLeaks, watchErrors, watchLoggers } from "./planted.ts";

/** Every class of errors of ours but EncodingError, which nobody sees: what is said of one is the message of another. */
export const MESSAGES = [
  AdmissionError,
  AuthFileError,
  AuthoritySecretError,
  Blocked,
  CloudError,
  ConfigError,
  ConnectError,
  DocumentError,
  PolicyFilesError,
  ProxyError,
  TrustRootFileError,
  TrustRootsError,
  TunnelError,
  UnavailableError,
  UsageError,
  VerificationFailure,
] as const;

export const mochaHooks = {
  beforeAll(): void {
    watchErrors(MESSAGES);
    watchLoggers();
    const write = process.stderr.write.bind(process.stderr) as (...args: readonly unknown[]) => boolean;
    process.stderr.write = (...args: readonly unknown[]): boolean => {
      search("standard error", String(args[0]));
      return write(...args);
    };
  },

  afterAll(): void {
    const { leaks, searched } = takeLeaks();
    console.log(`  searched ${searched} messages and logs for planted secrets: ${leaks.length} found`);
    if (leaks.length === 0) return;
    const told = leaks.map(({ where, text }) => `${where}: ${text}`).join("\n\n");
    throw new Error(`a planted secret was said ${leaks.length} times\n\n${told.slice(0, 20_000)}`);
  },
};
