/** ARCHITECTURE.md, enforced: order, homes, purity, mirrors, codes. Each rule is also shown a planted violation. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, copyFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { tmpdir } from "node:os";
import { FAILURES } from "../src/failure/catalogue.ts";
import { CAUSES } from "../src/policy/causes.ts";
import {
  cycleViolations,
  homeViolations,
  lengthViolations,
  markerViolations,
  mirrorViolations,
  orderViolations,
  purityViolations,
  untestedCodes,
} from "./support/architecture/rules.ts";
import { readSources, sourceFile, type SourceFile } from "./support/architecture/source-tree.ts";

const root = resolve(import.meta.dirname, "../..");

describe("the architecture", () => {
  const sources = readSources(root, "src");
  const tests = readSources(root, "test");
  const everything = [...sources, ...tests, ...readSources(root, "examples"), ...readSources(root, "bench")].filter(
    ({ path }) => !path.includes("architecture"),
  );

  it("imports only to the left", () => assert.deepEqual(orderViolations(sources), []));
  it("names each package in its home alone", () => assert.deepEqual(homeViolations(sources), []));
  it("has no import cycle", () => assert.deepEqual(cycleViolations(sources), []));
  it("keeps the core synchronous, clockless and without I/O", () => assert.deepEqual(purityViolations(sources), []));
  it("holds no marker, skip or waiver", () => assert.deepEqual(markerViolations(everything), []));
  it("keeps files under 300 lines", () => assert.deepEqual(lengthViolations(everything, 300), []));

  it("has a test file for every source file", () => {
    assert.deepEqual(mirrorViolations(sources, new Set(tests.map(({ path }) => path))), []);
  });

  it("has a test that produces every failure code", () => {
    const suites = tests.filter(({ path }) => path.endsWith(".test.ts") && !path.includes("architecture"));
    assert.deepEqual(untestedCodes(Object.keys(FAILURES), suites), []);
  });

  it("documents every failure code and every cause, and no other", () => {
    const page = readFileSync(join(root, "docs/failures.md"), "utf8");
    const documented = [...page.matchAll(/<\/a>`([A-Za-z0-9]+)`/g)].map(([, code]) => code ?? "");
    const order = (left: string, right: string): number => (left < right ? -1 : 1);
    const codes = [...Object.keys(FAILURES), ...Object.keys(CAUSES)];
    assert.deepEqual(documented.toSorted(order), codes.toSorted(order));
  });
});

describe("the architecture test sees a planted", () => {
  const plant = (path: string, text: string): readonly SourceFile[] => [sourceFile(path, text)];

  it("import against the order", () => {
    const files = plant("src/encoding/hex.ts", 'import { verify } from "../verify/verifier.ts";\n');
    assert.deepEqual(orderViolations(files), [
      "src/encoding/hex.ts imports src/verify/verifier.ts: encoding may not depend on verify",
    ]);
  });

  it("import of one adapter by another, and of an adapter by a mouth", () => {
    const files = [
      ...plant("src/registry/client.ts", 'import { PolicyWatch } from "../kubernetes/policy-watch.ts";\n'),
      ...plant("src/cli/verify.ts", 'import { buildRegistry } from "../registry/client.ts";\n'),
    ];
    assert.equal(orderViolations(files).length, 2);
  });

  it("thread that knows more than the core, and its program imported", () => {
    const files = [
      ...plant("src/verify-worker.ts", 'import { gather } from "./app/gather.ts";\n'),
      ...plant("src/main.ts", 'import "./verify-worker.ts";\n'),
    ];
    assert.equal(orderViolations(files).length, 2);
  });

  it("port that runs code of the core", () => {
    const files = plant("src/ports/registry.ts", 'import { digestOf } from "../crypto/digest.ts";\n');
    assert.equal(orderViolations(files).length, 1);
  });

  it("package away from home, and one without a home", () => {
    const files = plant("src/app/gather.ts", 'import { request } from "undici";\nimport left from "left-pad";\n');
    assert.equal(homeViolations(files).length, 2);
  });

  it("cycle", () => {
    const files = [
      ...plant("src/oci/a.ts", 'import { b } from "./b.ts";\n'),
      ...plant("src/oci/b.ts", 'import { a } from "./a.ts";\n'),
    ];
    assert.deepEqual(cycleViolations(files), ["import cycle: src/oci/a.ts → src/oci/b.ts → src/oci/a.ts"]);
  });

  it("async function and clock in the core", () => {
    const files = plant("src/verify/verifier.ts", "export async function verify() { return new Date(); }\n");
    assert.deepEqual(purityViolations(files), [
      "src/verify/verifier.ts is asynchronous: the core may not",
      "src/verify/verifier.ts reads a clock: the core may not",
    ]);
  });

  it("file without a test, and a failure code that no test produces", () => {
    const files = plant("src/oci/new.ts", "export function fresh(): void {}\n");
    assert.deepEqual(mirrorViolations(files, new Set()), ["test/oci/new.test.ts is missing"]);
    const suite = plant("test/oci/reference.test.ts", 'failsWith("ReferenceMalformed")');
    assert.deepEqual(untestedCodes(["ReferenceMalformed", "NeverSeen"], suite), ["no test produces NeverSeen"]);
  });

  for (const mark of ["/* c8 ignore next */", "// v8 ignore next", "// @ts-nocheck", "// oxlint-disable", "it.skip("]) {
    it(`waiver: ${mark}`, () => {
      assert.deepEqual(markerViolations(plant("src/oci/tag.ts", `${mark}\n`)), [
        "src/oci/tag.ts holds a marker, skip or waiver",
      ]);
    });
  }

  it("line of code too many", () => {
    const lines = (count: number): readonly SourceFile[] => plant("src/oci/tag.ts", "run();\n\n// why\n".repeat(count));
    assert.deepEqual(lengthViolations(lines(300), 300), []);
    assert.deepEqual(lengthViolations(lines(301), 300), ["src/oci/tag.ts has 301 lines of code, want at most 300"]);
  });

  it("floating promise and an async core function, by the linter with the project's own rules", () => {
    const folder = mkdtempSync(join(tmpdir(), "sealgate-planted-"));
    try {
      for (const file of [".oxlintrc.json", "tsconfig.json", "package.json"])
        copyFileSync(join(root, file), join(folder, file));
      symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
      mkdirSync(join(folder, "src/app"), { recursive: true });
      mkdirSync(join(folder, "src/verify"), { recursive: true });
      const floating = "export async function f(): Promise<void> {}\nexport function g(): void {\n  f();\n}\n";
      writeFileSync(join(folder, "src/app/planted.ts"), floating);
      writeFileSync(
        join(folder, "src/verify/planted.ts"),
        "export async function h(): Promise<number> {\n  return 1;\n}\n",
      );
      const lint = spawnSync(join(root, "node_modules/.bin/oxlint"), ["--type-aware"], {
        cwd: folder,
        encoding: "utf8",
      });
      assert.notEqual(lint.status, 0);
      assert.match(lint.stdout, /no-floating-promises/);
      assert.match(lint.stdout, /no-async-await/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }).timeout(60_000);
});
