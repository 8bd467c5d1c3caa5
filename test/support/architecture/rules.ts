/** The rules of ARCHITECTURE.md as functions: sources in, violations out, one sentence each. */
import { codeOf, folderOf, type SourceFile } from "./source-tree.ts";

export const CORE = [
  "failure",
  "encoding",
  "crypto",
  "oci",
  "x509",
  "transparency",
  "timestamp",
  "sigstore",
  "schema",
  "verify",
  "policy",
  "admission",
] as const;
const ADAPTERS = ["registry", "kubernetes", "cloud", "trust", "telemetry", "config"];
const MOUTHS = ["webhook", "cli"];
/** The composition, which knows everything and which nothing imports. */
const ROOTS = ["main.ts", "compose"];
/** The program of a thread, which is started and never imported: the core alone runs in it. */
const THREAD = "verify-worker.ts";
/** Where control begins: never imported. */
const ENTRIES = ["main.ts", THREAD];
/** What neither core, application nor one another may know. */
const OUTSIDE = [...ADAPTERS, ...MOUTHS, ...ROOTS, THREAD];
export const ORDER: readonly string[] = [...CORE, "ports", "app"];

/** Packages and builtins, and the only folders that may name them. */
export const HOMES: Readonly<Record<string, readonly string[]>> = {
  "@peculiar/x509": ["kubernetes"],
  "reflect-metadata": ["kubernetes"],
  ajv: ["schema"],
  yaml: ["config"],
  "@kubernetes/client-node": ["kubernetes"],
  fastify: ["webhook"],
  undici: ["registry", "cloud"],
  "@aws-sdk/client-ecr": ["cloud"],
  "@aws-sdk/client-ecr-public": ["cloud"],
  "@aws-sdk/client-kms": ["cloud"],
  "@smithy/core": ["cloud"],
  "google-auth-library": ["cloud"],
  "@noble/curves": ["crypto"],
  "lru-cache": ["app"],
  "p-limit": ["app", "registry"],
  "prom-client": ["telemetry"],
  pino: ["telemetry"],
  commander: ["cli"],
  re2js: ["policy"],
  "@bufbuild/cel": ["policy"],
  "@bufbuild/protobuf": ["policy"],
  "node:child_process": ["registry"],
  "node:crypto": ["crypto"],
  "node:buffer": ["encoding"],
  "node:events": ["app"],
  "node:dns": ["registry"],
  "node:fs": ["cloud", "config", "trust", "main.ts"],
  "node:http": ["kubernetes", "webhook"],
  "node:https": ["kubernetes", "webhook"],
  "node:net": ["registry"],
  "node:path": ["config"],
  "node:tls": ["config", "registry"],
  "node:worker_threads": ["app", "verify-worker.ts"],
};

/** A file imports from its own folder or from folders to its left; adapters and mouths as ARCHITECTURE.md says. */
export function orderViolations(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, imports }) =>
    imports.flatMap(({ target, typeOnly }) => {
      if (target === undefined) return [];
      const [from, to] = [folderOf(path), folderOf(target)];
      return mayImport(from, to, typeOnly) ? [] : [`${path} imports ${target}: ${from} may not depend on ${to}`];
    }),
  );
}

function mayImport(from: string, to: string, typeOnly: boolean): boolean {
  if (from === to) return true;
  if (ROOTS.includes(from)) return !ENTRIES.includes(to);
  if (from === THREAD) return CORE.some((folder) => folder === to);
  if (OUTSIDE.includes(to)) return false;
  if (ADAPTERS.includes(from)) return to !== "app";
  if (MOUTHS.includes(from)) return true;
  // Ports are promises about the core's types: they run none of it.
  if (from === "ports" && !typeOnly) return false;
  return ORDER.indexOf(to) < ORDER.indexOf(from);
}

export function homeViolations(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, imports }) =>
    imports.flatMap(({ specifier, target }) => {
      if (target !== undefined) return [];
      const name = specifier.startsWith("@") ? specifier.split("/").slice(0, 2).join("/") : specifier.split("/")[0];
      const homes = HOMES[name ?? ""];
      if (homes === undefined) return [`${path} imports ${specifier}, which has no home in the table of packages`];
      return homes.includes(folderOf(path)) ? [] : [`${path} imports ${specifier}: its home is ${homes.join(", ")}`];
    }),
  );
}

/** The path of the first import cycle, if any. */
export function cycleViolations(files: readonly SourceFile[]): readonly string[] {
  const edges = new Map(files.map(({ path, imports }) => [path, imports.flatMap(({ target }) => target ?? [])]));
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): string | undefined => {
    const seen = trail.indexOf(path);
    if (seen >= 0) return `import cycle: ${[...trail.slice(seen), path].join(" → ")}`;
    if (done.has(path)) return undefined;
    for (const next of edges.get(path) ?? []) {
      const cycle = walk(next, [...trail, path]);
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of edges.keys()) {
    const cycle = walk(path, []);
    if (cycle !== undefined) return [cycle];
  }
  return [];
}

const IMPURE: readonly (readonly [RegExp, string])[] = [
  [/\basync\b|\bawait\b|\bPromise\b/, "is asynchronous"],
  [/\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/, "reads a clock"],
  [/\bMath\.random\b/, "rolls dice"],
  [/\bprocess\.|\bfetch\(|\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b|\bconsole\./, "touches the outside"],
];

/** The core is synchronous, clockless and without I/O. */
export function purityViolations(files: readonly SourceFile[]): readonly string[] {
  const core: readonly string[] = CORE;
  return files
    .filter(({ path }) => core.includes(folderOf(path)))
    .flatMap(({ path, text }) =>
      IMPURE.filter(([pattern]) => pattern.test(codeOf(text))).map(([, what]) => `${path} ${what}: the core may not`),
    );
}

const MARKERS =
  /\b(?:TODO|FIXME|XXX|HACK)\b|\b(?:it|describe)\.(?:only|skip)\(|oxlint-disable|eslint-disable|\b(?:c8|v8|istanbul) ignore\b|node:coverage|@ts-ignore|@ts-expect-error|@ts-nocheck/;

export function markerViolations(files: readonly SourceFile[]): readonly string[] {
  return files.filter(({ text }) => MARKERS.test(text)).map(({ path }) => `${path} holds a marker, skip or waiver`);
}

/** Blank and comment lines do not count. */
export function lengthViolations(files: readonly SourceFile[], maxLines: number): readonly string[] {
  return files.flatMap(({ path, text }) => {
    const lines = codeOf(text)
      .split("\n")
      .filter((line) => line.trim() !== "").length;
    return lines > maxLines ? [`${path} has ${lines} lines of code, want at most ${maxLines}`] : [];
  });
}

/** Every file that runs something has its test file; those that only state types have nothing to test. */
export function mirrorViolations(sources: readonly SourceFile[], tests: ReadonlySet<string>): readonly string[] {
  return sources
    .filter(
      ({ path, text }) =>
        !path.endsWith(".generated.ts") &&
        !path.startsWith("src/failure/catalogue/") &&
        /^export (?:async )?(?:function|class|const)/m.test(text),
    )
    .map(({ path }) => path.replace(/^src\//, "test/").replace(/\.ts$/, ".test.ts"))
    .filter((test) => !tests.has(test))
    .map((test) => `${test} is missing`);
}

/** A code that no test names is a check that nobody has seen fail. */
export function untestedCodes(codes: readonly string[], tests: readonly SourceFile[]): readonly string[] {
  const text = tests.map((file) => file.text).join("\n");
  return codes.filter((code) => !text.includes(`"${code}"`)).map((code) => `no test produces ${code}`);
}
