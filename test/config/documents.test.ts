// YAML and JSON files with their lines; whatever is wrong is named with file and line, and nothing of it is guessed.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DocumentError, documentOf, parseDocuments, readDocuments } from "../../src/config/documents.ts";
import { EncodingError } from "../../src/failure/encoding-error.ts";

const TEXT = `# a policy
apiVersion: v1
kind: A
spec:
  rules:
  - name: one
    at: [a, b]
  - name: two
---
---
kind: B
`;

const refusal = (text: string): string => {
  try {
    parseDocuments("f.yaml", text);
  } catch (error) {
    assert.ok(error instanceof DocumentError, String(error));
    return error.message;
  }
  return assert.fail("want a refusal");
};

describe("parseDocuments()", () => {
  it("gives each document with its first line, and passes over empty ones", () => {
    const documents = parseDocuments("f.yaml", TEXT);
    assert.deepEqual(
      documents.map(({ file, line, object }) => [file, line, object.get("kind")]),
      [
        ["f.yaml", 2, "A"],
        ["f.yaml", 11, "B"],
      ],
    );
    assert.deepEqual(parseDocuments("f.yaml", ""), []);
    assert.deepEqual(parseDocuments("f.yaml", "# nothing\n---\n"), []);
  });

  const lines: readonly [string, number][] = [
    ["kind", 3],
    ["spec.rules", 6],
    ["spec.rules[0].name", 6],
    ["spec.rules[1].name", 8],
    ["spec.rules[1].missing[3].deeper", 8],
    ["spec.rules[7].name", 6],
    ["missing", 2],
    ["", 2],
  ];
  for (const [path, line] of lines) {
    it(`finds the line of ${path === "" ? "no path" : path}: ${line}`, () => {
      assert.equal(parseDocuments("f.yaml", TEXT)[0]?.lineOf(path), line);
    });
  }

  it("reads YAML 1.1, as kubectl does, and JSON", () => {
    const [yes] = parseDocuments("f.yaml", "a: yes\nb: 0o7\nc: 010\n");
    assert.deepEqual(
      [...(yes?.object ?? [])],
      [
        ["a", true],
        ["b", "0o7"],
        ["c", 8],
      ],
    );
    const [json] = parseDocuments("f.json", '{"a": {"b": [1, null]}}');
    assert.deepEqual(json?.object.get("a"), new Map([["b", [1, null]]]));
  });

  it("reads aliases, and no prototype", () => {
    const [document] = parseDocuments("f.yaml", "a: &x {m: 1}\nb: *x\n__proto__: {polluted: true}\n");
    assert.deepEqual(document?.object.get("b"), new Map([["m", 1]]));
    assert.deepEqual([...(document?.object.keys() ?? [])], ["a", "b", "__proto__"]);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });

  const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]", "b", "c", "d", "e", "f", "g", "h"].map((line, i) => {
    const before = String.fromCharCode("a".charCodeAt(0) + i - 1);
    return i === 0 ? line : `${line}: &${line} [${Array.from({ length: 9 }, () => `*${before}`).join(", ")}]`;
  });
  const refused: Readonly<Record<string, readonly [string, RegExp]>> = {
    "a member written twice": ["a: 1\nb:\n  c: 1\n  c: 2\n", /^f\.yaml:4: /],
    "a broken list": ["a: [1,\nb: 2\n", /^f\.yaml:[12]: /],
    "a tab for indentation": ["a:\n\t- b\n", /^f\.yaml:2: /],
    "an alias of nothing": ["a: *none\n", /^f\.yaml:1: /],
    "a document that is a list": ["\n- a\n", /^f\.yaml:2: the document is not an object$/],
    "a document that is text": ["hello\n", /^f\.yaml:1: the document is not an object$/],
    "aliases of aliases of aliases": [bomb.join("\n"), /^f\.yaml:1: .*alias/],
    "what is nested too deep for JSON": [
      `a: ${"[".repeat(100)}${"]".repeat(100)}`,
      /^f\.yaml:1: nested deeper than 64/,
    ],
    "brackets that would break a stack": [`a: 1\nb: ${"[".repeat(50_000)}`, /^f\.yaml:2: nested too deep$/],
    "braces that would break a stack": [`a: ${"{b: ".repeat(50_000)}`, /^f\.yaml:1: nested too deep$/],
    "lists that would break a stack": [`a:\n${"- ".repeat(50_000)}`, /^f\.yaml:2: nested too deep$/],
    "keys that would break a stack": ["? ".repeat(50_000), /^f\.yaml:1: nested too deep$/],
    "a fault in the second document": ["a: 1\n---\nb: {\n", /^f\.yaml:[34]: /],
  };
  for (const [what, [text, message]] of Object.entries(refused)) {
    it(`refuses ${what}, by file and line`, () => assert.match(refusal(text), message));
  }
});

describe("nesting", () => {
  it("counts what is open, not what is there", () => {
    assert.equal(parseDocuments("f.yaml", `a: [${"[], {}, ".repeat(5_000)}]`).length, 1);
    assert.equal(parseDocuments("f.yaml", `a: "${"]".repeat(5_000)}"\nb: |\n${"  []\n".repeat(2_000)}`).length, 1);
  });
});

describe("readDocuments()", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-documents-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("reads a file, and names it", () => {
    const file = join(folder, "a.yaml");
    writeFileSync(file, TEXT);
    assert.equal(readDocuments(file)[0]?.file, file);
  });

  it("refuses a file that is larger than 4 MiB", () => {
    const file = join(folder, "a.yaml");
    writeFileSync(file, `a: ${"x".repeat(4 * 1024 * 1024)}\n`);
    assert.throws(() => readDocuments(file), /a\.yaml:1: it is larger than 4194304 bytes/);
  });

  it("refuses what is not UTF-8, such as the UTF-16 of some shells", () => {
    const file = join(folder, "a.yaml");
    writeFileSync(file, Buffer.from("\ufeffa: 1\n", "utf16le"));
    assert.throws(() => readDocuments(file), /a\.yaml:1: not valid UTF-8$/);
  });

  it("passes over the byte-order mark of UTF-8, and the line ends of other systems", () => {
    const file = join(folder, "a.yaml");
    writeFileSync(file, "\ufeffa: 1\r\nb: 2\r\n");
    assert.deepEqual(
      [...(readDocuments(file)[0]?.object ?? [])],
      [
        ["a", 1],
        ["b", 2],
      ],
    );
  });

  it("names a directory, which node's own error does not", () => {
    assert.throws(() => readDocuments(folder), { code: "EISDIR", path: folder });
  });

  it("leaves a file that is not there to the caller, with its code", () => {
    assert.throws(() => readDocuments(join(folder, "none")), { code: "ENOENT" });
  });
});

describe("documentOf()", () => {
  it("says where a reader's refusal was, and lets a defect fly", () => {
    const refuse = (error: Error) => (): never => {
      throw error;
    };
    assert.throws(
      () => documentOf("f", 3, refuse(new EncodingError("spec is absent"))),
      /^DocumentError: f:3: spec is absent$/,
    );
    assert.throws(() => documentOf("f", 3, refuse(new TypeError("a bug"))), TypeError);
    assert.equal(
      documentOf("f", 3, () => 7),
      7,
    );
  });
});
