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
import { compileException, type ExceptionResource } from "../policy/exception.ts";
import { validateException } from "../policy/exception-check.ts";
import type { FieldError } from "../policy/field-errors.ts";
import { NO_SECRET, readSecretKey } from "../policy/key-secret.ts";
import type { FindSecretKey } from "../policy/key-source.ts";
import { validateTrustRoot } from "../policy/trust-root-check.ts";
import { trustRootsByName, type TrustRootResource } from "../policy/trust-root-object.ts";
import type { PolicyResource } from "../policy/types.ts";
import { validatePolicy } from "../policy/validate.ts";
import type { Compilers, Policies, PolicySnapshot } from "../ports/policies.ts";
import { DocumentError, documentOf, readDocuments, type ResourceDocument } from "./documents.ts";
import { FileWatch, isFileError } from "./file-watch.ts";

export interface PolicySet {
  /** Each of them valid. */
  readonly policies: readonly PolicyResource[];
  readonly exceptions: readonly ExceptionResource[];
  readonly trustRoots: readonly TrustRootResource[];
  readonly namespaces: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** By "namespace/name". */
  readonly secrets: ReadonlyMap<string, JsonObject>;
}

const POLICY_KINDS: ReadonlySet<unknown> = new Set(["ImageVerifyPolicy", "ClusterImageVerifyPolicy"]);
const READ_KINDS = "ImageVerifyPolicy, ClusterImageVerifyPolicy, ImageVerifyException, TrustRoot, Namespace, Secret";

/** What one file holds of these kinds. Throws DocumentError with every problem found, one a line. */
export function readPolicyFile(file: string): PolicySet {
  const problems: string[] = [];
  const policies: PolicyResource[] = [];
  const exceptions: ExceptionResource[] = [];
  const trustRoots: TrustRootResource[] = [];
  const namespaces = new Map<string, ReadonlyMap<string, string>>();
  const secrets = new Map<string, JsonObject>();
  for (const document of readDocuments(file)) {
    const kind = document.object.get("kind");
    if (POLICY_KINDS.has(kind)) policies.push(...readValid<PolicyResource>(document, validatePolicy, problems));
    else if (kind === "ImageVerifyException") {
      exceptions.push(...readValid<ExceptionResource>(document, validateException, problems));
    } else if (kind === "TrustRoot") {
      trustRoots.push(...readValid<TrustRootResource>(document, validateTrustRoot, problems));
    } else if (kind === "Namespace") namespaces.set(...readNamespace(document));
    else if (kind === "Secret") secrets.set(readSecretName(document), document.object);
    else problems.push(`${file}:${document.line}: kind ${JSON.stringify(kind ?? null)} is not one of ${READ_KINDS}`);
  }
  if (problems.length > 0) throw new PolicyFilesError(problems);
  return { policies, exceptions, trustRoots, namespaces, secrets };
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

/** Compiles the policies of all the sets, with their trust roots. */
export function snapshotOf(sets: Iterable<PolicySet>, compile: Compilers): PolicySnapshot {
  const all = [...sets];
  const trustRoots = trustRootsByName(all.flatMap((set) => set.trustRoots.map((root) => compile.trustRoot(root))));
  const namespaces = new Map(all.flatMap((set) => [...set.namespaces]));
  const secrets = new Map(all.flatMap((set) => [...set.secrets]));
  const find: FindSecretKey = ({ namespace, name, key }) => {
    const secret = secrets.get(`${namespace}/${name}`);
    return secret === undefined ? NO_SECRET : readSecretKey(secret, key);
  };
  return {
    policies: all.flatMap((set) =>
      set.policies.map((resource) => compile.policy(resource, (name) => trustRoots.get(name), find)),
    ),
    exceptions: all.flatMap((set) => set.exceptions.map(compileException)),
    trustRoots: [...trustRoots.values()],
    // A namespace that no file describes has the one label that every namespace has.
    namespaceLabels: (name) => namespaces.get(name) ?? new Map([["kubernetes.io/metadata.name", name]]),
  };
}

export interface PolicyDirectoryOptions {
  readonly folder: string;
  readonly compile: Compilers;
  onChange(detail: string): void;
}

export class PolicyDirectory implements Policies {
  readonly #options: PolicyDirectoryOptions;
  readonly #sets = new Map<string, PolicySet>();
  readonly #broken = new Map<string, string>();
  readonly #watch: FileWatch;
  #snapshot: PolicySnapshot;

  /** Reads everything once. Throws PolicyFilesError naming every problem of every file. */
  constructor(options: PolicyDirectoryOptions) {
    this.#options = options;
    // Before the first read, so that no change falls between the two
    this.#watch = new FileWatch({
      folders: () => [options.folder],
      files: () => policyFilesOf(options.folder),
      onChange: () => this.#reload(),
    });
    try {
      this.#read();
      if (this.#broken.size > 0) throw new PolicyFilesError([...this.#broken.values()]);
    } catch (error) {
      this.close();
      throw error;
    }
    this.#snapshot = snapshotOf(this.#sets.values(), this.#options.compile);
  }

  snapshot(): PolicySnapshot {
    return this.#snapshot;
  }

  /** For readiness: how many policies are in force, and which files are not as they are on disk. */
  detail(): string {
    const broken = [...this.#broken].map(
      ([file, problem]) => `; ${this.#isHeld(file) ? "kept as it last was" : "not in force"}: ${problem}`,
    );
    const roots = this.#snapshot.trustRoots.flatMap(({ name, errors: [error] }) =>
      error === undefined ? [] : [`; trust root ${name} is not ready: ${error.path}: ${error.message}`],
    );
    const found = `${this.#snapshot.policies.length} policies of ${this.#sets.size} files`;
    return [found, ...roots, ...broken].join("");
  }

  /** Compiles what was read again: what it depends on beside the files has changed. */
  recompile(): void {
    this.#snapshot = snapshotOf(this.#sets.values(), this.#options.compile);
    this.#options.onChange(this.detail());
  }

  close(): void {
    this.#watch.close();
  }

  /** A file that never was right has nothing to be kept; of a folder that cannot be read all is. */
  #isHeld(file: string): boolean {
    return this.#sets.has(file) || file === this.#options.folder;
  }

  #reload(): void {
    try {
      this.#read();
    } catch (error) {
      if (!isFileError(error)) throw error;
      this.#broken.set(this.#options.folder, error.message);
    }
    this.recompile();
  }

  #read(): void {
    const files = policyFilesOf(this.#options.folder);
    for (const file of this.#sets.keys()) if (!files.includes(file)) this.#sets.delete(file);
    this.#broken.clear();
    for (const file of files) {
      try {
        this.#sets.set(file, readPolicyFile(file));
      } catch (error) {
        if (!(error instanceof DocumentError || error instanceof PolicyFilesError || isFileError(error))) throw error;
        this.#broken.set(file, error.message);
      }
    }
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
function readSecretName(document: ResourceDocument): string {
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
