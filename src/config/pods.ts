/**
 * Resource files of `sealgate apply`: Pods and templates of them to judge, Namespaces for their labels, and nothing that would
 * go unchecked.
 */
import { statSync } from "node:fs";
import { stringify } from "yaml";
import { resourceOfKind } from "../admission/pod-template.ts";
import { asObject, asString } from "../encoding/guard.ts";
import type { JsonObject } from "../encoding/json.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { quoted } from "../failure/failure.ts";
import type { Compilers, PolicySnapshot } from "../ports/policies.ts";
import { DocumentError, documentOf, readDocuments, type ResourceDocument } from "./documents.ts";
import { policyFilesOf, readNamespace, readPolicyFile, snapshotOf, type PolicySet } from "./policy-directory.ts";

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
}

/** Policies and Namespaces of files, or of directories of them. Throws PolicyFilesError or DocumentError. */
export function readPolicies(
  paths: readonly string[],
  compile: Compilers,
  namespaces: PolicySet["namespaces"] = new Map(),
): PolicySnapshot {
  const files = paths.flatMap((path) => (statSync(path).isDirectory() ? policyFilesOf(path) : [path]));
  return snapshotOf(
    [
      ...files.map(readPolicyFile),
      { policies: [], exceptions: [], trustRoots: [], namespaces, secrets: new Map(), configMaps: new Map() },
    ],
    compile,
  );
}

/**
 * The Pods, controllers and Namespaces of files. Another kind is refused, and so are files without a Pod: passing them over would look
 * like a verdict. Throws DocumentError.
 */
export function readResources(paths: readonly string[]): Resources {
  const documents = paths.flatMap(readDocuments);
  const isNamespace = ({ object }: ResourceDocument): boolean => object.get("kind") === "Namespace";
  const pods = documents.filter((document) => !isNamespace(document)).map(readPod);
  if (pods.length === 0) throw new DocumentError(paths.join(", "), 1, "there is no Pod or controller to check");
  return { pods, namespaces: new Map(documents.filter(isNamespace).map(readNamespace)) };
}

export function toYaml(value: unknown): string {
  return stringify(value);
}

function readPod(document: ResourceDocument): PodDocument {
  const { file, line, object } = document;
  return documentOf(file, line, () => {
    const kind = asString(object.get("kind"), "kind");
    const apiVersion = asString(object.get("apiVersion"), "apiVersion");
    const known = resourceOfKind(kind, apiVersion);
    if (known === undefined) {
      const reason = `${quoted(kind)} of ${quoted(apiVersion)} is not checked here: give Pods, their controllers and Namespaces`;
      throw new EncodingError(reason);
    }
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

/** Of the characters of a name: it is printed, and must not make up lines. */
function readName(value: unknown, path: string): string {
  const name = asString(value, path);
  if (!/^[a-z0-9.-]+$/.test(name)) throw new EncodingError(`${path} is ${quoted(name)}, want a name`);
  return name;
}
