/**
 * What `sealgate apply` reads: policies, Pods and templates of them to judge, Namespaces for their labels. What makes no pod is
 * passed over and counted, since whole releases are piped in; what would go unjudged without a word is refused.
 */
import { statSync } from "node:fs";
import { stringify } from "yaml";
import { resourceOfKind, POD_KINDS } from "../admission/pod-template.ts";
import { asObject, asString } from "../encoding/guard.ts";
import type { JsonObject } from "../encoding/json.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted } from "../failure/failure.ts";
import {
  DocumentError,
  documentOf,
  readArgument,
  STANDARD_INPUT,
  withoutLists,
  type ResourceDocument,
} from "./documents.ts";
import { ObjectNames } from "./object-names.ts";
import {
  namedObjects,
  policyFilesOf,
  PolicyFilesError,
  readNamespace,
  readPolicyFile,
  type PolicySet,
} from "./policy-directory.ts";

/** A Pod, or a controller with the template of one. */
export interface PodDocument {
  /** File and line, for messages. */
  readonly origin: string;
  readonly kind: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly object: JsonObject;
}

export interface Resources {
  readonly pods: readonly PodDocument[];
  readonly namespaces: PolicySet["namespaces"];
  /** Kinds of objects that make no pod by themselves, each with how many there are. */
  readonly passedOver: ReadonlyMap<string, number>;
}

export const NO_RESOURCES: Resources = { pods: [], namespaces: new Map(), passedOver: new Map() };

/**
 * Policies and what they need, of files, of directories of them and of standard input. Without a policy nothing would be
 * judged, and everything would look admitted. Throws PolicyFilesError, DocumentError, or the file system's own error.
 */
export function readPolicySets(paths: readonly string[]): readonly PolicySet[] {
  const files = paths.flatMap((path) => (isFolder(path) ? policyFilesOf(path) : [path]));
  const sets = files.map((file) => readPolicyFile(nameOf(file), readArgument(file)));
  if (sets.every(({ policies }) => policies.length === 0)) {
    throw new PolicyFilesError([`${paths.join(", ")}: there is no ImageVerifyPolicy or ClusterImageVerifyPolicy`]);
  }
  const names = new ObjectNames();
  const problems = sets.flatMap((set, index) => names.add(nameOf(files[index] ?? ""), namedObjects(set)));
  if (problems.length > 0) throw new PolicyFilesError(problems);
  return sets;
}

/**
 * The Pods, controllers and Namespaces of files, directories and standard input. Files without a Pod or controller are
 * refused: passing them over would look like a verdict. Throws DocumentError, or the file system's own error.
 */
export function readResources(paths: readonly string[]): Resources {
  const files = paths.flatMap((path) => (isFolder(path) ? policyFilesOf(path) : [path]));
  const documents = withoutLists(files.flatMap(readArgument));
  const isNamespace = ({ object }: ResourceDocument): boolean => object.get("kind") === "Namespace";
  const pods: PodDocument[] = [];
  const passedOver = new Map<string, number>();
  for (const document of documents.filter((each) => !isNamespace(each))) {
    const pod = readPod(document);
    if (typeof pod === "string") passedOver.set(pod, (passedOver.get(pod) ?? 0) + 1);
    else pods.push(pod);
  }
  if (pods.length === 0) {
    throw new DocumentError(paths.map(nameOf).join(", "), 1, "there is no Pod or controller to judge");
  }
  return { pods, namespaces: new Map(documents.filter(isNamespace).map(readNamespace)), passedOver };
}

export function toYaml(value: unknown): string {
  return stringify(value);
}

function isFolder(path: string): boolean {
  return path !== STANDARD_INPUT.argument && statSync(path).isDirectory();
}

function nameOf(path: string): string {
  return path === STANDARD_INPUT.argument ? STANDARD_INPUT.name : path;
}

/** The kind alone of what makes no pod. */
function readPod(document: ResourceDocument): PodDocument | string {
  const { file, line, object } = document;
  return documentOf(file, line, () => {
    const kind = asString(object.get("kind"), "kind");
    const apiVersion = asString(object.get("apiVersion"), "apiVersion");
    const known = resourceOfKind(kind, apiVersion);
    if (known === undefined) return passedOverKind(kind, apiVersion);
    const metadata = asObject(object.get("metadata"), "metadata");
    return {
      origin: `${file}:${line}`,
      kind,
      ...known,
      namespace: readName(metadata.get("namespace") ?? "default", "metadata.namespace"),
      name: readName(metadata.get("name") ?? metadata.get("generateName"), "metadata.name"),
      object,
    };
  });
}

/** A Pod or controller of another version is none that an API server would take: it is not passed over. */
function passedOverKind(kind: string, apiVersion: string): string {
  const wanted = POD_KINDS.get(kind);
  if (wanted === undefined) return kind;
  throw new EncodingError(`${quoted(kind)} of ${quoted(apiVersion)} cannot be judged, want ${wanted}`);
}

/** Of the characters of a name: it is printed, and must not make up lines. */
function readName(value: unknown, path: string): string {
  const name = asString(value, path);
  if (!/^[a-z0-9.-]+$/.test(name)) throw new EncodingError(`${path} is ${quoted(name)}, want a name`);
  return name;
}
