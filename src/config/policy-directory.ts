/**
 * Policies from a directory of files, live, without a cluster (`--policies DIR`). A malformed file is an error at start; a
 * file that becomes malformed later keeps what it last held, and readiness says so; the other files are unaffected.
 * Namespace objects in the files give the labels that selectors see.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { asObject, asString } from "../encoding/guard.ts";
import { toPlain, type JsonObject } from "../encoding/json.ts";
import { quoted } from "../failure/failure.ts";
import type { CompiledPolicy } from "../policy/compile.ts";
import { compileException, type ExceptionResource } from "../policy/exception.ts";
import { validateException } from "../policy/exception-check.ts";
import type { FieldError } from "../policy/field-errors.ts";
import { NO_SECRET, readSecretKey } from "../policy/key-secret.ts";
import type { FindSecretKey } from "../policy/key-source.ts";
import { validateTrustRoot } from "../policy/trust-root-check.ts";
import { formatUnready, trustRootsByName, type TrustRootResource } from "../policy/trust-root-object.ts";
import { NO_OBJECT, readRootText, type FindRootText } from "../policy/trust-root-source.ts";
import type { PolicyResource } from "../policy/types.ts";
import { validatePolicy } from "../policy/validate.ts";
import type { Compilers, Policies, PolicySnapshot } from "../ports/policies.ts";
import { DocumentError, documentOf, readDocuments, withoutLists, type ResourceDocument } from "./documents.ts";
import { FileWatch, isFileError } from "./file-watch.ts";
import { ObjectNames } from "./object-names.ts";

export interface PolicySet {
  /** Each of them valid. */
  readonly policies: readonly PolicyResource[];
  readonly exceptions: readonly ExceptionResource[];
  readonly trustRoots: readonly TrustRootResource[];
  readonly namespaces: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** By "namespace/name", as are ConfigMaps. */
  readonly secrets: ReadonlyMap<string, JsonObject>;
  readonly configMaps: ReadonlyMap<string, JsonObject>;
}

export const NO_POLICIES: PolicySet = {
  policies: [],
  exceptions: [],
  trustRoots: [],
  namespaces: new Map(),
  secrets: new Map(),
  configMaps: new Map(),
};

const POLICY_KINDS: ReadonlySet<unknown> = new Set(["ImageVerifyPolicy", "ClusterImageVerifyPolicy"]);
const READ_KINDS =
  "ImageVerifyPolicy, ClusterImageVerifyPolicy, ImageVerifyException, TrustRoot, Namespace, Secret, ConfigMap";

/** What one file holds of these kinds. Throws PolicyFilesError with every problem found, one a line, or DocumentError. */
export function readPolicyFile(file: string, documents = readDocuments(file)): PolicySet {
  const problems: string[] = [];
  const policies: PolicyResource[] = [];
  const exceptions: ExceptionResource[] = [];
  const trustRoots: TrustRootResource[] = [];
  const namespaces = new Map<string, ReadonlyMap<string, string>>();
  const secrets = new Map<string, JsonObject>();
  const configMaps = new Map<string, JsonObject>();
  for (const document of withoutLists(documents)) {
    const kind = document.object.get("kind");
    if (POLICY_KINDS.has(kind)) policies.push(...readValid<PolicyResource>(document, validatePolicy, problems));
    else if (kind === "ImageVerifyException") {
      exceptions.push(...readValid<ExceptionResource>(document, validateException, problems));
    } else if (kind === "TrustRoot") {
      trustRoots.push(...readValid<TrustRootResource>(document, validateTrustRoot, problems));
    } else if (kind === "Namespace") namespaces.set(...readNamespace(document));
    else if (kind === "Secret") secrets.set(readName(document), document.object);
    else if (kind === "ConfigMap") configMaps.set(readName(document), document.object);
    else problems.push(`${file}:${document.line}: kind ${JSON.stringify(kind ?? null)} is not one of ${READ_KINDS}`);
  }
  if (problems.length > 0) throw new PolicyFilesError(problems);
  return { policies, exceptions, trustRoots, namespaces, secrets, configMaps };
}

/** Everything that is wrong, each with file and line. */
export class PolicyFilesError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "PolicyFilesError";
  }
}

export function policyFilesOf(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => /\.(?:ya?ml|json)$/.test(name) && !name.startsWith("."))
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
    .toSorted();
}

/** What has one name in all files; of trust roots of one name none is ready. */
export function namedObjects({ policies, exceptions }: PolicySet): readonly (PolicyResource | ExceptionResource)[] {
  return [...policies, ...exceptions];
}

/** Compiles the policies of all the sets, with their trust roots. */
export function snapshotOf(sets: Iterable<PolicySet>, compile: Compilers): PolicySnapshot {
  const steps = compileSets(sets, compile);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** snapshotOf() policy by policy, for whoever has more to do. */
function* compileSets(sets: Iterable<PolicySet>, compile: Compilers): Generator<undefined, PolicySnapshot> {
  const all = [...sets];
  const namespaces = new Map(all.flatMap((set) => [...set.namespaces]));
  const secrets = new Map(all.flatMap((set) => [...set.secrets]));
  const configMaps = new Map(all.flatMap((set) => [...set.configMaps]));
  const findText: FindRootText = ({ kind, namespace, name, key }) => {
    const object = (kind === "Secret" ? secrets : configMaps).get(`${namespace}/${name}`);
    return object === undefined ? NO_OBJECT[kind] : readRootText(kind, object, key);
  };
  const roots = all.flatMap((set) => set.trustRoots.map((root) => compile.trustRoot(root, findText)));
  const trustRoots = trustRootsByName(roots);
  const find: FindSecretKey = ({ namespace, name, key }) => {
    const secret = secrets.get(`${namespace}/${name}`);
    return secret === undefined ? NO_SECRET : readSecretKey(secret, key);
  };
  const policies: CompiledPolicy[] = [];
  for (const resource of all.flatMap((set) => set.policies)) {
    policies.push(compile.policy(resource, (name) => trustRoots.get(name), find));
    yield;
  }
  return {
    policies,
    exceptions: all.flatMap((set) => set.exceptions.map(compileException)),
    trustRoots: [...trustRoots.values()],
    // A namespace that no file describes has the one label that every namespace has.
    namespaceLabels: (name) => namespaces.get(name) ?? new Map([["kubernetes.io/metadata.name", name]]),
  };
}

export interface PolicyDirectoryOptions {
  readonly folder: string;
  readonly compile: Compilers;
  /** Awaited after each file that was read and each policy that was compiled anew; absent: all is done without a break. */
  readonly turn?: () => Promise<void>;
  onChange(detail: string): void;
}

export class PolicyDirectory implements Policies {
  readonly #options: PolicyDirectoryOptions;
  #files = noFiles();
  readonly #watch: FileWatch;
  #snapshot: PolicySnapshot;
  #lastChange: Promise<void> = Promise.resolve();
  /** Not begun yet: it will see what is new now. */
  #isCompilationDue = false;

  /** Reads everything once. Throws PolicyFilesError naming every problem of every file. */
  constructor(options: PolicyDirectoryOptions) {
    this.#options = options;
    // Before the first read, so that no change falls between the two
    this.#watch = new FileWatch({
      folders: () => [options.folder],
      files: () => policyFilesOf(options.folder),
      onChange: () => void this.#alone(() => this.#reload()),
    });
    try {
      for (const file of policyFilesOf(options.folder)) readInto(this.#files, file, undefined);
      if (this.#files.broken.size > 0) throw new PolicyFilesError([...this.#files.broken.values()]);
    } catch (error) {
      this.close();
      throw error;
    }
    this.#snapshot = snapshotOf(this.#files.sets.values(), options.compile);
  }

  snapshot(): PolicySnapshot {
    return this.#snapshot;
  }

  /** For readiness: how many policies are in force, and which files are not as they are on disk. */
  detail(): string {
    const { sets, broken: all } = this.#files;
    // Of a folder that cannot be read all is kept; a file that never was right has nothing to be kept
    const isHeld = (file: string): boolean => sets.has(file) || file === this.#options.folder;
    const broken = [...all].map(
      ([file, problem]) => `; ${isHeld(file) ? "kept as it last was" : "not in force"}: ${problem}`,
    );
    const roots = this.#snapshot.trustRoots.flatMap(formatUnready).map((line) => `; ${line}`);
    const found = `${this.#snapshot.policies.length} policies of ${sets.size} files`;
    return [found, ...roots, ...broken].join("");
  }

  /** Compiles what was read again: what it depends on beside the files has changed. */
  async recompile(): Promise<void> {
    if (this.#isCompilationDue) return await this.#lastChange;
    this.#isCompilationDue = true;
    await this.#alone(() => this.#compile());
  }

  close(): void {
    this.#watch.close();
  }

  /** One after the other, since each may take several turns; what is in force meanwhile is what was whole before. */
  async #alone(work: () => Promise<void>): Promise<void> {
    const done = this.#lastChange.then(work);
    this.#lastChange = done.catch(() => undefined);
    await done;
  }

  async #reload(): Promise<void> {
    const { folder, turn } = this.#options;
    const before = this.#files.sets;
    try {
      const read = noFiles();
      for (const file of policyFilesOf(folder)) {
        readInto(read, file, before.get(file));
        await turn?.();
      }
      this.#files = read;
    } catch (error) {
      if (!isFileError(error)) throw error;
      this.#files = { ...noFiles(), sets: before, broken: new Map([[folder, error.message]]) };
    }
    await this.#compile();
  }

  async #compile(): Promise<void> {
    this.#isCompilationDue = false;
    const steps = compileSets(this.#files.sets.values(), this.#options.compile);
    for (;;) {
      const step = steps.next();
      if (step.done === true) {
        this.#snapshot = step.value;
        break;
      }
      await this.#options.turn?.();
    }
    this.#options.onChange(this.detail());
  }
}

/** What the files of a folder hold, by their names. */
interface ReadFiles {
  /** Of a file that is broken what it last held. */
  readonly sets: Map<string, PolicySet>;
  /** What is wrong with those that are not as they are on disk. */
  readonly broken: Map<string, string>;
  /** What stands in those that are as they are on disk. */
  readonly names: ObjectNames;
}

function noFiles(): ReadFiles {
  return { sets: new Map(), broken: new Map(), names: new ObjectNames() };
}

/** In the order of their names: of two files with one object the later is the broken one. */
function readInto({ sets, broken, names }: ReadFiles, file: string, before: PolicySet | undefined): void {
  try {
    const set = readPolicyFile(file);
    const problems = names.add(file, namedObjects(set));
    if (problems.length > 0) throw new PolicyFilesError(problems);
    sets.set(file, set);
  } catch (error) {
    if (!(error instanceof DocumentError || error instanceof PolicyFilesError || isFileError(error))) throw error;
    broken.set(file, error.message);
    if (before !== undefined) sets.set(file, before);
  }
}

/** The object if nothing is wrong with it. */
function readValid<T>(
  document: ResourceDocument,
  check: (resource: unknown) => readonly FieldError[],
  problems: string[],
): readonly T[] {
  const resource = toPlain(document.object);
  const errors = check(resource);
  problems.push(...errors.map(({ path, message }) => `${document.file}:${document.lineOf(path)}: ${path}: ${message}`));
  return errors.length > 0 ? [] : [resource as T];
}

/** Namespace and name, as kubectl would create it. Throws DocumentError. */
function readName(document: ResourceDocument): string {
  return documentOf(document.file, document.line, () => {
    const metadata = asObject(document.object.get("metadata"), "metadata");
    const namespace = asString(metadata.get("namespace") ?? "default", "metadata.namespace");
    return `${namespace}/${asString(metadata.get("name"), "metadata.name")}`;
  });
}

/** Name and labels, with the one label that every namespace has. Throws DocumentError. */
export function readNamespace(document: ResourceDocument): [string, ReadonlyMap<string, string>] {
  return documentOf(document.file, document.line, () => {
    const metadata = asObject(document.object.get("metadata"), "metadata");
    const name = asString(metadata.get("name"), "metadata.name");
    const labels = [...asObject(metadata.get("labels") ?? new Map(), "metadata.labels")].map(
      ([label, value]): [string, string] => [label, asString(value, `metadata.labels[${quoted(label)}]`)],
    );
    return [name, new Map([...labels, ["kubernetes.io/metadata.name", name]])];
  });
}
