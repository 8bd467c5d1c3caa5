// A trusted_root.json that stands for itself: what it holds is asked for.
import assert from "node:assert/strict";
import { UsageError } from "../../src/cli/io.ts";
import { readTrustedRoot } from "../../src/cli/trusted-root.ts";
import { publicGood, rootBytes, type RootJson } from "../sigstore/roots.ts";
import { fakeIo } from "./fake-io.ts";

function requiresOf(change: Partial<RootJson>): unknown {
  const io = fakeIo({ "root.json": JSON.stringify({ ...publicGood(), ...change }) });
  return readTrustedRoot("root.json", io).requires;
}

describe("readTrustedRoot()", () => {
  it("has the name of its file, and what the file holds", () => {
    const { name, material } = readTrustedRoot("root.json", fakeIo({ "root.json": rootBytes("publicGood") }));
    assert.equal(name, "root.json");
    assert.equal(material.certificateAuthorities.length, 2);
  });

  it("asks for a log entry and a promise where it holds logs, else for a time stamp", () => {
    const all = { transparencyLog: true, signedCertificateTimestamp: true, timestamp: false };
    assert.deepEqual(requiresOf({}), all);
    assert.deepEqual(requiresOf({ ctlogs: [] }), { ...all, signedCertificateTimestamp: false });
    assert.deepEqual(requiresOf({ tlogs: [] }), { ...all, transparencyLog: false, timestamp: true });
  });

  const refused: Readonly<Record<string, readonly [Readonly<Record<string, string>>, RegExp]>> = {
    "that is none": [{ "root.json": "{}" }, /^Cannot use root\.json as a trust root: [A-Z][A-Za-z]+: .*\nhint: /],
    "that is no JSON": [{ "root.json": "<html>" }, /^Cannot use root\.json as a trust root: /],
  };
  for (const [what, [files, message]] of Object.entries(refused)) {
    it(`refuses a file ${what}`, () => {
      assert.throws(
        () => readTrustedRoot("root.json", fakeIo(files)),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }
});
