/** The built-in trust roots: the bytes that they were copied from, and what their signatures must bring. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { builtInTrustRoot } from "../../src/trust/built-in.ts";
import { BUILT_IN_TRUST_ROOTS } from "../../src/config/schema.ts";
import { BUILT_IN_ROOTS } from "../../src/trust/built-in-roots.generated.ts";
import { rootBytes, type ROOT_FILES } from "../sigstore/roots.ts";
import { VECTORS_ROOT } from "../vectors/check.ts";

const COPIES = {
  "sigstore-public-good": "publicGood",
  github: "github",
  "sigstore-staging": "staging",
} as const satisfies Record<string, keyof typeof ROOT_FILES>;

describe("builtInTrustRoot()", () => {
  const hashes: Readonly<Record<string, string>> = {
    "sigstore-public-good": "6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66",
    github: "66f65a7b9520d5e15f0bec628d6046ddd821ab732f8acdfceca21ec1c30c83a0",
    "sigstore-staging": "44deb991d4bbf2150751ccee235d9810bce4434383c26d8898c1bcadbace6ed8",
  };
  for (const [name, hash] of Object.entries(hashes)) {
    it(`holds ${name} by its hash`, () => {
      assert.equal(builtInTrustRoot(name)?.material.hash, hash);
      assert.equal(new Map<string, { sha256: string }>(Object.entries(BUILT_IN_ROOTS)).get(name)?.sha256, hash);
    });
  }

  for (const [name, vector] of Object.entries(COPIES)) {
    it(`holds ${name} byte for byte as its source has it`, () => {
      assert.ok(readFileSync(`src/trust/roots/${name}.json`).equals(rootBytes(vector)));
    });
  }

  it("stands in docs/third-party.md with its hash, as do the sources of every vector", () => {
    const page = readFileSync("docs/third-party.md", "utf8");
    for (const hash of Object.values(hashes)) assert.ok(page.includes(`\`${hash}\``), hash);
    const sources = readdirSync(VECTORS_ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of sources) assert.ok(page.includes(`\`${VECTORS_ROOT}/${name}/\``), name);
  });

  it("says what a signature of each must bring", () => {
    const logged = { transparencyLog: true, signedCertificateTimestamp: true, timestamp: false };
    assert.deepEqual(builtInTrustRoot("sigstore-public-good")?.requires, logged);
    assert.deepEqual(builtInTrustRoot("sigstore-staging")?.requires, logged);
    assert.deepEqual(builtInTrustRoot("github")?.requires, {
      transparencyLog: false,
      signedCertificateTimestamp: false,
      timestamp: true,
    });
  });

  it("binds the names of its logs", () => {
    for (const log of builtInTrustRoot("sigstore-public-good")?.material.logs ?? []) assert.ok(log.isBuiltIn);
  });

  it("reads each once", () => assert.equal(builtInTrustRoot("github"), builtInTrustRoot("github")));

  it("holds every root that the configuration may switch off", () => {
    for (const name of BUILT_IN_TRUST_ROOTS) assert.ok(builtInTrustRoot(name) !== undefined, name);
  });

  it("knows no other name", () => {
    for (const name of ["", "GitHub", "acme", "constructor"]) assert.equal(builtInTrustRoot(name), undefined);
  });
});
