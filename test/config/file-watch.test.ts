// Files followed for changes. Each test waits for the notice itself, not for a time.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileWatch } from "../../src/config/file-watch.ts";

describe("config/file-watch", () => {
  let folder: string;
  let watch: FileWatch | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-watch-"));
  });
  afterEach(() => {
    watch?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const follow = async (folders: readonly string[] | undefined, files: readonly string[]): Promise<void> =>
    await new Promise((resolve) => {
      const own = folders === undefined ? {} : { folders: (): readonly string[] => folders };
      watch = new FileWatch({ ...own, files: () => files, onChange: resolve });
    });

  it("tells a file that was written", async () => {
    const file = join(folder, "a.yaml");
    writeFileSync(file, "1");
    const changed = follow([folder], [file]);
    writeFileSync(file, "22");
    await changed;
  });

  it("looks into the folders of the files, where it is told of none", async () => {
    const file = join(folder, "a.yaml");
    const changed = follow(undefined, [file]);
    writeFileSync(file, "1");
    await changed;
  });

  it("tells a file that came, and one that went", async () => {
    const file = join(folder, "a.yaml");
    const came = follow([folder], [file]);
    writeFileSync(file, "1");
    await came;
    watch?.close();
    const went = follow([folder], [file]);
    rmSync(file);
    await went;
  });

  it("tells a ConfigMap's link that was moved to another folder", async () => {
    for (const version of ["..1", "..2"]) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, "a.yaml"), version);
    }
    symlinkSync("..1", join(folder, "..data"));
    symlinkSync("..data/a.yaml", join(folder, "a.yaml"));
    const changed = follow([folder], [join(folder, "a.yaml")]);
    symlinkSync("..2", join(folder, "..new"));
    renameSync(join(folder, "..new"), join(folder, "..data"));
    await changed;
  });

  it("looks where it has no notice", async () => {
    const file = join(folder, "a.yaml");
    const changed = follow([join(folder, "missing")], [file]);
    writeFileSync(file, "1");
    await changed;
  });

  it("says nothing of other files", async () => {
    const notices: string[] = [];
    const file = join(folder, "a.yaml");
    const changed = new Promise<void>((resolve) => {
      watch = new FileWatch({
        folders: () => [folder],
        files: () => [file],
        onChange: () => resolve(void notices.push("changed")),
      });
    });
    writeFileSync(join(folder, "b.yaml"), "1");
    writeFileSync(file, "1");
    await changed;
    assert.deepEqual(notices, ["changed"]);
  });
});
