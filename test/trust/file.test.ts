/** readTrustRootFile(): what it reads, and errors that name the file, the root and the problem. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTrustRootFile, TrustRootFileError } from "../../src/trust/file.ts";
import { publicGood, smallRoot } from "../sigstore/roots.ts";

const NOTHING = { transparencyLog: false, signedCertificateTimestamp: false, timestamp: false };
const LOGGED = { transparencyLog: true, signedCertificateTimestamp: true, timestamp: false };

describe("readTrustRootFile()", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-trust-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function write(content: unknown): string {
    const file = join(folder, "trusted_root.json");
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  }

  it("gives the root with its name and requirements", () => {
    const root = readTrustRootFile("acme", write(publicGood()), LOGGED);
    assert.deepEqual([root.name, root.requires], ["acme", LOGGED]);
    assert.equal(root.material.logs.length, 2);
    assert.equal(root.material.logs[0]?.isBuiltIn, false);
  });

  const refused: Readonly<Record<string, [unknown, Partial<typeof NOTHING>, RegExp]>> = {
    "what is no JSON": ["{", {}, /: trust root "acme": Cannot parse trust root: /],
    "a root with an unknown member": [{ ...publicGood(), extra: 1 }, {}, /Cannot read the member "extra"/],
    "a file of more than 1 MiB": [" ".repeat(1024 * 1024 + 1), {}, /1048577 bytes, want at most 1048576/],
    "a root without log, where one is required": [
      { ...publicGood(), tlogs: [] },
      { transparencyLog: true },
      /requires\.transparencyLog is true, and the file holds no transparency log that can be used/,
    ],
    "a root without log of certificates, where one is required": [
      smallRoot(),
      { signedCertificateTimestamp: true },
      /requires\.signedCertificateTimestamp is true, and the file holds no certificate-transparency log/,
    ],
    "a root without timestamp authority, where one is required": [
      smallRoot(),
      { timestamp: true },
      /requires\.timestamp is true, and the file holds no timestamp authority/,
    ],
  };
  for (const [name, [content, requires, message]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => {
      const file = write(content);
      assert.throws(
        () => readTrustRootFile("acme", file, { ...NOTHING, ...requires }),
        (error) => error instanceof TrustRootFileError && error.message.startsWith(file) && message.test(error.message),
      );
    });
  }

  it("refuses a file that is not there, by name", () => {
    const file = join(folder, "absent.json");
    assert.throws(
      () => readTrustRootFile("acme", file, NOTHING),
      /absent\.json: trust root "acme": cannot be read: Error: ENOENT/,
    );
  });
});
