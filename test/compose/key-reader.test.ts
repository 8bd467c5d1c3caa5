// --key that names no file: fetched once, and read by the command as if it were a file.
import assert from "node:assert/strict";
import { UsageError } from "../../src/cli/io.ts";
import { withKey } from "../../src/compose/key-reader.ts";
import { parsePublicKeyPem } from "../../src/crypto/public-key.ts";
import { fakeIo } from "../cli/fake-io.ts";
import { KEYS } from "../policy/resources.ts";

const REFERENCE = "k8s://prod/release";
const key = parsePublicKeyPem(KEYS.a.pem);

describe("compose/key-reader", () => {
  it("leaves files and no key at all as they are", async () => {
    const io = fakeIo({ "cosign.pub": "PEM" });
    const never = (): never => assert.fail("fetched");
    assert.equal(await withKey(io, undefined, never), io);
    assert.equal(await withKey(io, "cosign.pub", never), io);
  });

  it("lets the key be read under its name, and files as before", async () => {
    const io = await withKey(fakeIo({ other: "text" }), REFERENCE, (reference) => {
      assert.deepEqual(reference, { kind: "secret", namespace: "prod", name: "release", key: "cosign.pub" });
      return Promise.resolve({ kind: "key", key });
    });
    assert.equal(parsePublicKeyPem(io.readText(REFERENCE)).keyId, key.keyId);
    assert.equal(io.readText("other"), "text");
  });

  it("says why there is none", async () => {
    const none = { kind: "none", reason: "the Secret does not exist" } as const;
    await assert.rejects(
      withKey(fakeIo(), REFERENCE, () => Promise.resolve(none)),
      (error) => error instanceof UsageError && error.message === `Cannot use --key ${REFERENCE}: ${none.reason}`,
    );
  });

  it("asks the cluster of the kubeconfig", async () => {
    const before = process.env["KUBECONFIG"];
    process.env["KUBECONFIG"] = "/nowhere/kubeconfig";
    try {
      await assert.rejects(withKey(fakeIo(), REFERENCE), (error) => error instanceof UsageError);
    } finally {
      if (before === undefined) delete process.env["KUBECONFIG"];
      else process.env["KUBECONFIG"] = before;
    }
  });
});
