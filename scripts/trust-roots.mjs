// Makes src/trust/built-in-roots.generated.ts from src/trust/roots/*.json, so that the program is one file.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import prettier from "prettier";

const NAMES = ["sigstore-public-good", "github", "sigstore-staging"];

/** File name to content, for generate.mjs. */
export async function trustRootFiles() {
  const roots = Object.fromEntries(NAMES.map((name) => [name, rootOf(`src/trust/roots/${name}.json`)]));
  const text = `/**
 * The trust roots that are embedded in the program, as their files read, and the SHA-256 of those bytes.
 * Made by "npm run generate" from src/trust/roots: edit those files. It refuses nothing by itself.
 */
export const BUILT_IN_ROOTS = ${JSON.stringify(roots)} as const;\n`;
  return [
    ["src/trust/built-in-roots.generated.ts", await prettier.format(text, { parser: "typescript", printWidth: 120 })],
  ];
}

function rootOf(file) {
  const bytes = readFileSync(file);
  const json = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  return { sha256: createHash("sha256").update(bytes).digest("hex"), json };
}
