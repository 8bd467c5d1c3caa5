// Keys outside of policies, put together: which source is asked for which, and a command's one look.
import assert from "node:assert/strict";
import { CloudError } from "../../src/cloud/http.ts";
import { fetchKmsKeys, findBy, kmsFetcher, openKms } from "../../src/compose/open-keys.ts";
import type { KeyAnswer } from "../../src/policy/key-source.ts";
import { withEnvironment } from "../support/cloud/environment.ts";

const none = (reason: string): KeyAnswer => ({ kind: "none", reason });

describe("compose/open-keys", () => {
  it("asks Secrets for Secrets, and services for their URIs", () => {
    const find = findBy(({ name }) => none(name), none);
    const secret = { kind: "secret", namespace: "a", name: "b", key: "c", owner: "ImageVerifyPolicy" } as const;
    assert.deepEqual(find(secret), none("b"));
    assert.deepEqual(find({ kind: "kms", uri: "hashivault://a" }), none("hashivault://a"));
  });

  it("fetches each URI once for a command, and says why one has no key", async () => {
    let count = 0;
    const find = await fetchKmsKeys(["hashivault://a", "hashivault://a", "hashivault://b", "x"], async (uri) => {
      count += 1;
      if (uri.service === "vault" && uri.name === "b") throw new CloudError("it is sealed");
      return await Promise.resolve(none("no"));
    });
    assert.equal(count, 2);
    assert.deepEqual(
      ["hashivault://a", "hashivault://b", "x", "hashivault://c"].map(find),
      ["no", "it is sealed", "it is no URI of a key management service", "it has not been fetched"].map(none),
    );
    await assert.rejects(
      fetchKmsKeys(["hashivault://a"], () => Promise.reject(new Error("a defect"))),
      /a defect/,
    );
  });

  it("asks by the environment of this process", async () => {
    await withEnvironment({ VAULT_ADDR: undefined }, async () => {
      await assert.rejects(kmsFetcher()({ service: "vault", name: "a" }, new AbortController().signal), CloudError);
    });
    const kms = openKms(() => undefined);
    kms.follow([]);
    assert.equal(kms.readiness().ok, true);
    kms.close();
  });
});
