import assert from "node:assert/strict";
import { MESSAGE_HASHES } from "../../src/sigstore/message-digest.ts";

describe("MESSAGE_HASHES", () => {
  it("knows the three hashes that are used, by their names in protobuf-JSON, and no other", () => {
    assert.deepEqual(
      [...MESSAGE_HASHES],
      [
        ["SHA2_256", "sha256"],
        ["SHA2_384", "sha384"],
        ["SHA2_512", "sha512"],
      ],
    );
    for (const name of ["sha256", "SHA3_256", "HASH_ALGORITHM_UNSPECIFIED", "", "__proto__"]) {
      assert.equal(MESSAGE_HASHES.get(name), undefined);
    }
  });
});
