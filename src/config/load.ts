/**
 * The configuration file (`--config FILE`): YAML, held against its schema, every problem at once with file and line. What
 * it does not say has its default here, so that the rest of the program sees no absent member.
 */
import { dirname, resolve } from "node:path";
import { stringify } from "yaml";
import { isJsonObject } from "../encoding/guard.ts";
import { toPlain, type JsonObject, type JsonValue } from "../encoding/json.ts";
import type { ProxySettings } from "../ports/registry-settings.ts";
import type { TrustRequirements } from "../ports/trust.ts";
import { memberPath, schemaCheck, type SchemaError } from "../schema/validator.ts";
import { validateConfig } from "../schema/validators.js";
import {
  DEFAULT_DEADLINE,
  formatDuration,
  printedProxy,
  readDeadline,
  readProxy,
  readRegistries,
  type Deadline,
  type Registries,
  type WrittenProxy,
  type WrittenRegistry,
} from "./registries.ts";
import { ANYBODY, readCallers, type CallerSettings, type WrittenCallers } from "./callers.ts";
import { DocumentError, readDocuments, type ResourceDocument } from "./documents.ts";
import {
  DEFAULT_CACHES,
  DEFAULT_LIMITS,
  printedCaches,
  readCaches,
  type Caches,
  type Limits,
  type WrittenCaches,
} from "./limits.ts";
import { BUILT_IN_TRUST_ROOTS } from "./schema.ts";
import type { PodSettings } from "./settings.ts";
import { checkTls, formatTls, readTls, type TlsConfig, type WrittenTls } from "./tls.ts";

export interface TrustRootSource {
  /** Absolute path of its trusted_root.json. */
  readonly file: string;
  readonly requires: TrustRequirements;
}

export interface Config extends PodSettings {
  readonly trustRoots: ReadonlyMap<string, TrustRootSource>;
  readonly builtInTrustRoots: readonly string[];
  /** Beside Sealgate's own. */
  readonly secretNamespaces: readonly string[];
  /** Absent: what the command line says. */
  readonly tls?: TlsConfig;
  readonly callers: CallerSettings;
  /** The Lease that elects a leader where `tls` names none. Absent: nobody is elected. */
  readonly leaderElection?: { readonly namespace: string; readonly lease: string };
  readonly limits: Limits;
  readonly caches: Caches;
  readonly registries: Registries;
  /** undefined: what the environment says. */
  readonly proxy?: ProxySettings;
  readonly deadline: Deadline;
}

/** Everything that is wrong in the configuration file, each with file and line. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "ConfigError";
  }
}

/** The file as an operator may write it: after the schema, everything is optional. */
interface WrittenConfig extends Partial<PodSettings> {
  readonly trustRoots?: Readonly<
    Record<string, { readonly file: string; readonly requires?: Partial<TrustRequirements> }>
  >;
  readonly builtInTrustRoots?: readonly string[];
  readonly secretNamespaces?: readonly string[];
  readonly tls?: WrittenTls;
  readonly callers?: WrittenCallers;
  readonly leaderElection?: { readonly namespace: string; readonly lease: string };
  readonly limits?: Partial<Limits>;
  readonly caches?: WrittenCaches;
  readonly registries?: readonly WrittenRegistry[];
  readonly proxy?: WrittenProxy;
  readonly deadline?: { readonly max?: string; readonly reserve?: string };
}

const DEFAULT_REQUIRES: TrustRequirements = {
  transparencyLog: true,
  signedCertificateTimestamp: true,
  timestamp: false,
};

/** What holds without a file. */
export const DEFAULT_CONFIG: Config = {
  trustRoots: new Map(),
  builtInTrustRoots: BUILT_IN_TRUST_ROOTS,
  unmatchedImages: "Allow",
  excludeNamespaces: [],
  podControllers: true,
  secretNamespaces: [],
  callers: ANYBODY,
  limits: DEFAULT_LIMITS,
  caches: DEFAULT_CACHES,
  registries: readRegistries([], "").value,
  deadline: DEFAULT_DEADLINE,
};

const checkSchema = schemaCheck(validateConfig);

/** Throws ConfigError, DocumentError for what is no YAML, or the file system's own error. */
export function loadConfig(file: string): Config {
  const [document, second] = readDocuments(file);
  if (second !== undefined) throw new DocumentError(file, second.line, "a second document, want one");
  return document === undefined ? DEFAULT_CONFIG : readConfig(document);
}

/** The configuration as a file that says the same in full, but for passwords. */
export function formatConfig(config: Config): string {
  const { trustRoots, builtInTrustRoots, unmatchedImages, excludeNamespaces, secretNamespaces, limits, caches } =
    config;
  const { tls, callers, leaderElection, podControllers, registries, proxy, deadline } = config;
  return stringify({
    ...(tls === undefined ? {} : { tls: formatTls(tls) }),
    ...(callers.printed === undefined ? {} : { callers: callers.printed }),
    ...(leaderElection === undefined ? {} : { leaderElection }),
    trustRoots: Object.fromEntries(trustRoots),
    builtInTrustRoots: [...builtInTrustRoots],
    unmatchedImages,
    excludeNamespaces: [...excludeNamespaces],
    podControllers,
    secretNamespaces: [...secretNamespaces],
    limits,
    caches: printedCaches(caches),
    registries: registries.printed,
    proxy: printedProxy(proxy),
    deadline: { max: formatDuration(deadline.maxMs), reserve: formatDuration(deadline.reserveMs) },
  });
}

function readConfig(document: ResourceDocument): Config {
  const plain = toPlain(document.object);
  const faults = checkSchema(plain);
  // What a schema refuses has no shape to be read by.
  const written = faults.length > 0 ? {} : (plain as WrittenConfig);
  const { trustRoots = {}, limits } = written;
  const tls = readTls(written.tls ?? {}, document.file);
  const wrong = [...faults, ...checkRequires(document.object), ...checkTls(tls), ...checkLease(written)];
  const folder = dirname(resolve(document.file));
  const registries = readRegistries(written.registries ?? [], folder);
  const proxy = readProxy(written.proxy);
  const deadline = readDeadline(written.deadline);
  const caches = readCaches(written.caches ?? {});
  const callers = readCallers(written.callers ?? {}, folder);
  const errors = [...wrong, ...[registries, proxy, deadline, caches, callers].flatMap((each) => each.errors)];
  if (errors.length > 0) throw refused(document, errors);
  const sources = Object.entries(trustRoots).map(([name, { file, requires }]): [string, TrustRootSource] => [
    name,
    { file: resolve(folder, file), requires: { ...DEFAULT_REQUIRES, ...requires } },
  ]);
  return {
    trustRoots: new Map(sources),
    ...readNames(written),
    limits: { ...DEFAULT_LIMITS, ...limits },
    caches: caches.value,
    ...(tls === undefined ? {} : { tls }),
    callers: callers.value,
    ...leaseOf(written),
    registries: registries.value,
    ...(proxy.value === undefined ? {} : { proxy: proxy.value }),
    deadline: deadline.value,
  };
}

/** What is a word, a switch, or a list of names. */
function readNames({
  builtInTrustRoots = DEFAULT_CONFIG.builtInTrustRoots,
  unmatchedImages = DEFAULT_CONFIG.unmatchedImages,
  excludeNamespaces = DEFAULT_CONFIG.excludeNamespaces,
  secretNamespaces = DEFAULT_CONFIG.secretNamespaces,
  podControllers = DEFAULT_CONFIG.podControllers,
}: WrittenConfig): Pick<Config, "builtInTrustRoots" | "secretNamespaces" | keyof PodSettings> {
  return { builtInTrustRoots, unmatchedImages, excludeNamespaces, secretNamespaces, podControllers };
}

function leaseOf({ leaderElection }: WrittenConfig): Pick<Config, "leaderElection"> {
  return leaderElection === undefined ? {} : { leaderElection: { ...leaderElection } };
}

/** One Lease elects the leader of everything. */
function checkLease({ tls, leaderElection }: WrittenConfig): readonly SchemaError[] {
  if (leaderElection === undefined || tls?.selfManaged === undefined) return [];
  return [{ path: "leaderElection", message: "must not be written beside tls.selfManaged, which names the Lease" }];
}

/** Without a log and without a time stamp nothing would prove when a certificate was used. */
function checkRequires(written: JsonObject): readonly SchemaError[] {
  return membersOf(written.get("trustRoots")).flatMap(([name, root]) => {
    const requires = new Map(membersOf(root)).get("requires");
    const { transparencyLog, timestamp } = { ...DEFAULT_REQUIRES, ...Object.fromEntries(membersOf(requires)) };
    if (transparencyLog !== false || timestamp !== false) return [];
    const path = `${memberPath("trustRoots", name)}.requires`;
    return [{ path, message: "asks for no proof of time, want transparencyLog or timestamp to be true" }];
  });
}

/** Of what need not be an object yet: the schema says that. */
function membersOf(value: JsonValue | undefined): readonly (readonly [string, JsonValue])[] {
  return value !== undefined && isJsonObject(value) ? [...value] : [];
}

function refused(document: ResourceDocument, errors: readonly SchemaError[]): ConfigError {
  const problems = errors.map(({ path, message }) => ({
    line: document.lineOf(path),
    text: `${path || "the file"}: ${message}`,
  }));
  const sorted = problems.toSorted((left, right) => left.line - right.line);
  return new ConfigError(sorted.map(({ line, text }) => `${document.file}:${line}: ${text}`));
}
