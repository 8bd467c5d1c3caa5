/** The logs of the tests sign what they say they sign: checked with node:crypto, not with the code under test. */
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import type { LoggedSignature } from "../../../src/transparency/entry.ts";
import { BODIES, kindVersionOf, makeBody, type BodyKind } from "./bodies.ts";
import { makeLogKey, TestLog } from "./log.ts";

describe("TestLog", () => {
  it("signs the promise of a v1 entry over the four claims", () => {
    const log = new TestLog({ generation: "v1", shardOffset: 5n });
    const { signedEntryTimestamp = assert.fail() } = log.append({ kind: "k", version: "v" }, Buffer.from("b"), 7n);
    const logID = Buffer.from(log.keyId).toString("hex");
    const message = JSON.stringify({ body: "Yg==", integratedTime: 7, logID, logIndex: 5 });
    assert.ok(verify("sha256", Buffer.from(message), createPublicKey(log.privateKey), signedEntryTimestamp));
  });

  it("signs a v2 checkpoint, witnessed, with a key id of its own", () => {
    const log = new TestLog({ generation: "v2" });
    const { inclusionProof, signedEntryTimestamp } = log.append({ kind: "k", version: "v" }, Buffer.from("b"));
    const [text = "", lines = ""] = inclusionProof?.checkpoint?.split("\n\n") ?? [];
    const [own = "", witness = ""] = lines.split("\n");
    assert.equal(signedEntryTimestamp, undefined);
    assert.match(own, /^— rekor\.example /);
    assert.match(witness, /^— witness\.example /);
    const signature = Buffer.from(own.split(" ")[2] ?? "", "base64");
    assert.deepEqual(signature.subarray(0, 4), Buffer.from(log.keyId).subarray(0, 4));
    assert.ok(verify(null, Buffer.from(`${text}\n`), createPublicKey(log.privateKey), signature.subarray(4)));
  });
});

describe("makeBody()", () => {
  it("writes kind and version of every body", () => {
    const spki = createPublicKey(makeLogKey("v1")).export({ type: "spki", format: "der" });
    const content = { kind: "dsse", payloadType: "t", payload: Buffer.from("p") } as const;
    const logged: LoggedSignature = { signature: Buffer.from("s"), signer: { kind: "key", spki }, content };
    for (const name of Object.keys(BODIES) as BodyKind[]) {
      const { kind, apiVersion } = JSON.parse(makeBody(name, logged).toString()) as {
        kind: string;
        apiVersion: string;
      };
      assert.deepEqual({ kind, version: apiVersion }, kindVersionOf(name));
    }
  });
});
