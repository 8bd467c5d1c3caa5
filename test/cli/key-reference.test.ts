// What --key names: a file, or a member of a Secret, and nothing that looks like something else.
import assert from "node:assert/strict";
import { parseKeyReference } from "../../src/cli/key-reference.ts";
import { UsageError } from "../../src/cli/io.ts";

describe("cli/key-reference", () => {
  it("is a file without a scheme", () => {
    for (const path of ["cosign.pub", "./keys/a.pub", "/etc/k8s/cosign.pub", "C:\\keys\\a.pub", ""]) {
      assert.deepEqual(parseKeyReference(path), { kind: "file", path });
    }
  });

  it("is a member of a Secret, cosign.pub unless another is named", () => {
    const secret = { kind: "secret", namespace: "prod", name: "release.v2" };
    assert.deepEqual(parseKeyReference("k8s://prod/release.v2"), { ...secret, key: "cosign.pub" });
    assert.deepEqual(parseKeyReference("k8s://prod/release.v2/old.pub"), { ...secret, key: "old.pub" });
  });

  it("is a key of a key management service, as policies write it", () => {
    const uri = "azurekms://acme.vault.azure.net/release";
    assert.deepEqual(parseKeyReference(uri), { kind: "kms", uri });
  });

  it("refuses what is neither, and names what it may be", () => {
    for (const text of [
      "k8s://release",
      "k8s://prod/",
      "k8s:///release",
      "k8s://prod/release/",
      "k8s://prod/release/a/b",
      "k8s://Prod/release",
      "k8s://prod/..",
      "k8s://prod/release?x",
      "https://keys.example/cosign.pub",
      "env://KEY",
      "awskms://localhost:4566/alias/release",
    ]) {
      assert.throws(
        () => parseKeyReference(text),
        (error) => {
          assert.ok(error instanceof UsageError, text);
          assert.match(
            error.message,
            /^Cannot use --key .*: want a file, k8s:\/\/NAMESPACE\/SECRET\[\/MEMBER\], or a key of awskms, /,
          );
          return true;
        },
      );
    }
  });
});
