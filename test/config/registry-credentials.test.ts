// What the configuration says is shown to a registry: one source, its file read and its path kept for printing.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printedCredentials, readCredentials, type WrittenCredentials } from "../../src/config/registry-credentials.ts";

describe("credentials: in the configuration", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-registry-credentials-"));
    writeFileSync(join(folder, "docker.json"), "{}");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function read(written: WrittenCredentials): readonly unknown[] {
    const refused: string[] = [];
    const read = readCredentials("a.b", written, folder, (member, message) => refused.push(`${member} ${message}`));
    return [read, ...refused];
  }

  it("a Secret is a name, and a file is read from beside the configuration", () => {
    assert.deepEqual(read({ secret: "robot" }), [{ place: "a.b", from: { kind: "secret", name: "robot" } }]);
    const [file] = read({ dockerConfig: "docker.json" }) as { from: { file: string; bytes: Uint8Array } }[];
    assert.equal(file?.from.file, join(folder, "docker.json"));
    assert.equal(Buffer.from(file.from.bytes).toString(), "{}");
  });

  it("none, two, and a file that is not there are refused", () => {
    assert.match(String(read({})[1]), /^credentials names not exactly one source/);
    assert.match(String(read({ secret: "a", dockerConfig: "docker.json" })[1]), /^credentials names not exactly one/);
    assert.match(String(read({ dockerConfig: "gone" })[1]), /^credentials\.dockerConfig cannot be read: ENOENT/);
  });

  it("are printed as a name or a whole path", () => {
    assert.deepEqual(printedCredentials({ secret: "robot" }, folder), { secret: "robot" });
    assert.deepEqual(printedCredentials({ dockerConfig: "a.json" }, "/etc"), { dockerConfig: "/etc/a.json" });
  });
});
