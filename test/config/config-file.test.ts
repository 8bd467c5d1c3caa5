// The configuration file after the start: a broken one changes nothing and says so.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigFile } from "../../src/config/config-file.ts";
import { ConfigError } from "../../src/config/load.ts";

describe("config/config-file", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-config-file-"));
    path = join(folder, "config.yaml");
    writeFileSync(path, "builtInTrustRoots: [github]\n");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is an error at start when it is broken, or missing", () => {
    writeFileSync(path, "x: 1\n");
    assert.throws(() => new ConfigFile(path), ConfigError);
    assert.throws(() => new ConfigFile(join(folder, "missing.yaml")), /ENOENT/);
  });

  it("takes what it says when it is read again", () => {
    const file = new ConfigFile(path);
    writeFileSync(path, "builtInTrustRoots: []\n");
    assert.deepEqual(file.config.builtInTrustRoots, ["github"]);
    file.reload();
    assert.deepEqual(file.config.builtInTrustRoots, []);
    assert.equal(file.detail(), path);
  });

  for (const [name, spoil] of [
    ["malformed", (): void => writeFileSync(path, "x: 1\n")],
    ["no YAML", (): void => writeFileSync(path, "{")],
    ["gone", (): void => rmSync(path)],
  ] as const) {
    it(`keeps what it last said when it is ${name}, and tells until it is mended`, () => {
      const file = new ConfigFile(path);
      spoil();
      file.reload();
      assert.deepEqual(file.config.builtInTrustRoots, ["github"]);
      assert.match(file.detail(), /^kept as it last was: .*config\.yaml/);
      writeFileSync(path, "builtInTrustRoots: []\n");
      file.reload();
      assert.deepEqual(file.config.builtInTrustRoots, []);
      assert.equal(file.detail(), path);
    });
  }
});
