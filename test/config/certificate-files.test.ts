// The certificate in files: read, followed when they are swapped, kept when what comes cannot be used.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CertificateFiles } from "../../src/config/certificate-files.ts";

describe("CertificateFiles", () => {
  let folder: string;
  let files: CertificateFiles;
  let changed: (material: { cert: string; key: string }) => boolean;
  let next: Promise<{ cert: string; key: string }>;

  /** As the kubelet does it: a new folder, and a link moved onto it. */
  function mount(version: string, content: Readonly<Record<string, string>>): void {
    mkdirSync(join(folder, version));
    for (const [name, text] of Object.entries(content)) writeFileSync(join(folder, version, name), text);
    symlinkSync(version, join(folder, "..new"));
    renameSync(join(folder, "..new"), join(folder, "..data"));
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-certificate-"));
    mount("..1", { "tls.crt": "cert 1", "tls.key": "key 1" });
    for (const name of ["tls.crt", "tls.key"]) symlinkSync(join("..data", name), join(folder, name));
    next = new Promise((resolve) => {
      changed = (material) => {
        resolve(material);
        return material.cert !== "broken";
      };
    });
    files = new CertificateFiles({
      cert: join(folder, "tls.crt"),
      key: join(folder, "tls.key"),
      onChange: (material) => changed(material),
    });
  });
  afterEach(() => {
    files.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("reads both", () => {
    assert.deepEqual(files.read(), { cert: "cert 1", key: "key 1" });
    assert.equal(files.detail(), "read at start");
  });

  it("hands on both when the mount is swapped", async () => {
    mount("..2", { "tls.crt": "cert 2", "tls.key": "key 2" });
    assert.deepEqual(await next, { cert: "cert 2", key: "key 2" });
    assert.equal(files.detail(), "read again");
  });

  it("says what stayed in force when they are no pair", async () => {
    mount("..2", { "tls.crt": "broken", "tls.key": "key 2" });
    await next;
    assert.match(files.detail(), /^kept as it was: .* are no pair$/);
  });

  it("throws the file system's error where there is nothing to read", () => {
    rmSync(join(folder, "tls.key"));
    assert.throws(() => files.read(), { code: "ENOENT" });
  });
});
