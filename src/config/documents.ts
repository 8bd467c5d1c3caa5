/**
 * YAML and JSON files as documents with their lines. YAML 1.1, as kubectl reads it; duplicate keys and aliases beyond
 * yaml's own bound are refused. One reader for policy directories and for the command line.
 */
import { readFileSync } from "node:fs";
import { isNode, isScalar, LineCounter, parseAllDocuments, type Document } from "yaml";
import { parseJson, type JsonObject } from "../encoding/json.ts";
import { asArray, isJsonObject } from "../encoding/guard.ts";
import { decodeUtf8 } from "../encoding/text.ts";
import { EncodingError } from "../failure/encoding-error.ts";

export interface ResourceDocument {
  readonly file: string;
  /** First line of the document, from 1. */
  readonly line: number;
  /** Strictly read: no duplicate members, no prototype. */
  readonly object: JsonObject;
  /** Line of a field path such as spec.verifyImages[0].name, or of its nearest ancestor that exists. */
  lineOf(path: string): number;
}

/** Something that an operator wrote is wrong: where, and what. */
export class DocumentError extends Error {
  constructor(file: string, line: number, problem: string) {
    super(`${file}:${line}: ${problem}`);
    this.name = "DocumentError";
  }
}

/** Brackets that are open, or columns before the first word: far from what a policy has, and from the end of a stack. */
const MAX_NESTING = 500;
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** Reads every document of one file. Throws DocumentError naming file and line, or the file system's own error. */
export function readDocuments(file: string): readonly ResourceDocument[] {
  return documentsOf(file, readBytes(file));
}

/** What the command line calls standard input, and how messages call it. */
export const STANDARD_INPUT = { argument: "-", name: "(standard input)" } as const;

/** As readDocuments(), for what stands on the command line: `-` is standard input, which can be read once. */
export function readArgument(argument: string): readonly ResourceDocument[] {
  if (argument !== STANDARD_INPUT.argument) return readDocuments(argument);
  return documentsOf(STANDARD_INPUT.name, readFileSync(0));
}

function documentsOf(file: string, bytes: Uint8Array): readonly ResourceDocument[] {
  if (bytes.length > MAX_FILE_BYTES) throw new DocumentError(file, 1, `it is larger than ${MAX_FILE_BYTES} bytes`);
  return parseDocuments(
    file,
    documentOf(file, 1, () => decodeUtf8(bytes)),
  );
}

/** Node names the file in most errors, and not in that of a directory. */
function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw error instanceof Error ? Object.assign(error, { path: file }) : error;
  }
}

/** What `kubectl get -o yaml` prints is one v1 List: its items, as if each were a document. Throws DocumentError. */
export function withoutLists(documents: readonly ResourceDocument[]): readonly ResourceDocument[] {
  return documents.flatMap((document) => {
    const { file, object } = document;
    if (object.get("kind") !== "List" || object.get("apiVersion") !== "v1") return [document];
    const items = documentOf(file, document.line, () => asArray(object.get("items"), "items"));
    return items.map((item, index) => itemOf(document, item, index));
  });
}

function itemOf(list: ResourceDocument, object: unknown, index: number): ResourceDocument {
  const path = `items[${index}]`;
  const line = list.lineOf(path);
  if (!isJsonObject(object)) throw new DocumentError(list.file, line, `${path} is not an object`);
  return { file: list.file, line, object, lineOf: (member) => list.lineOf(`${path}.${member}`) };
}

/** As readDocuments, for text already read. */
export function parseDocuments(file: string, text: string): readonly ResourceDocument[] {
  const lines = new LineCounter();
  return parseYaml(file, text, lines).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new DocumentError(file, lines.linePos(error.pos[0]).line, error.message);
    if (isEmpty(document)) return [];
    return [readDocument(file, document, lines)];
  });
}

function parseYaml(file: string, text: string, lines: LineCounter): readonly Document[] {
  const options = { version: "1.1", lineCounter: lines, uniqueKeys: true, prettyErrors: false } as const;
  refuseNesting(file, text);
  return documentOf(file, 1, () => {
    const parsed = parseAllDocuments(text, options);
    return Array.isArray(parsed) ? (parsed as Document[]) : [];
  });
}

/** Nothing between two separators, or null, which kubectl passes over as well. */
function isEmpty({ contents }: Document): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

/** yaml recurses, and a stack that is almost full can end the process: what nests absurdly never reaches it. */
function refuseNesting(file: string, text: string): void {
  let depth = 0;
  for (const [line, content] of text.split("\n").entries()) {
    const indented = /^(?:[ \t]|[-?] )*/.exec(content)?.[0].length ?? 0;
    for (const [bracket] of content.matchAll(/[[\]{}]/g)) {
      depth = Math.max(depth + (bracket === "[" || bracket === "{" ? 1 : -1), 0);
      if (depth > MAX_NESTING) break;
    }
    if (indented > MAX_NESTING || depth > MAX_NESTING) throw new DocumentError(file, line + 1, "nested too deep");
  }
}

function readDocument(file: string, document: Document, lines: LineCounter): ResourceDocument {
  const startOf = (node: unknown): number => (isNode(node) ? lines.linePos(node.range?.[0] ?? 0).line : 1);
  const line = startOf(document.contents);
  const object = toJson(file, line, document);
  const lineOf = (path: string): number => {
    for (let steps = stepsOf(path); steps.length > 0; steps = steps.slice(0, -1)) {
      const node = document.getIn(steps, true);
      if (isNode(node)) return startOf(node);
    }
    return line;
  };
  return { file, line, object, lineOf };
}

function toJson(file: string, line: number, document: Document): JsonObject {
  return documentOf(file, line, () => {
    const value = parseJson(JSON.stringify(document.toJS({ maxAliasCount: 100 })));
    if (isJsonObject(value)) return value;
    throw new EncodingError("the document is not an object");
  });
}

/** Runs a reader of one document; what it refuses becomes a DocumentError with file and line. */
export function documentOf<T>(file: string, line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    // yaml throws ReferenceError for too many aliases.
    if (!(error instanceof EncodingError || error instanceof ReferenceError)) throw error;
    throw new DocumentError(file, line, error.message);
  }
}

/** spec.verifyImages[0]["a.b"] → ["spec", "verifyImages", 0, "a.b"] */
function stepsOf(path: string): readonly (string | number)[] {
  return [...path.matchAll(/\["([^"]*)"\]|([^.[\]]+)|\[([0-9]+)\]/g)].map(([, odd, name, index]) =>
    index === undefined ? (odd ?? name ?? "") : Number(index),
  );
}
