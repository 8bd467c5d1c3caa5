/** Resource files of `sealgate apply`: Pods to judge, Namespaces for their labels, and nothing that would go unchecked. */
import { statSync } from "node:fs";
import { stringify } from "yaml";
import { asObject, asString } from "../encoding/guard.ts";
import type { JsonObject } from "../encoding/json.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import type { PolicySnapshot } from "../ports/policies.ts";
import { documentOf, readDocuments, type ResourceDocument } from "./documents.ts";
import { policyFilesOf, readPolicyFile, snapshotOf, type CompilePolicy } from "./policy-directory.ts";

export interface PodDocument {
  /** File and line, for messages. */
  readonly origin: string;
  readonly namespace: string;
  readonly name: string;
  readonly object: JsonObject;
}

/** Policies and Namespaces of files, or of directories of them. Throws PolicyFilesError or DocumentError. */
export function readPolicies(paths: readonly string[], compile: CompilePolicy): PolicySnapshot {
  const files = paths.flatMap((path) => (statSync(path).isDirectory() ? policyFilesOf(path) : [path]));
  return snapshotOf(files.map(readPolicyFile), compile);
}

/** The Pods of files. Another kind is refused: passing it over would look like a verdict. Throws DocumentError. */
export function readPods(paths: readonly string[]): readonly PodDocument[] {
  return paths.flatMap(readDocuments).map(readPod);
}

export function toYaml(value: unknown): string {
  return stringify(value);
}

function readPod(document: ResourceDocument): PodDocument {
  const { file, line, object } = document;
  return documentOf(file, line, () => {
    const kind = asString(object.get("kind"), "kind");
    if (kind !== "Pod") throw new EncodingError(`kind ${JSON.stringify(kind)} is not checked here: give Pods`);
    const metadata = asObject(object.get("metadata"), "metadata");
    return {
      origin: `${file}:${line}`,
      namespace: asString(metadata.get("namespace") ?? "default", "metadata.namespace"),
      name: asString(metadata.get("name") ?? metadata.get("generateName"), "metadata.name"),
      object,
    };
  });
}
