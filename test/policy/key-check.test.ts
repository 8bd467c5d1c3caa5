// Keys of attestor entries and the count that they can reach (policy-api.md §2.4).
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { checkKeys } from "../../src/policy/key-check.ts";

const pair = (): { publicKey: string; privateKey: string } => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    publicKey: String(publicKey.export({ type: "spki", format: "pem" })),
    privateKey: String(privateKey.export({ type: "pkcs8", format: "pem" })),
  };
};
const first = pair();
const second = pair();
const set = (keys: readonly unknown[], count?: number): unknown => ({
  ...(count === undefined ? {} : { count }),
  entries: keys.map((publicKeys, i) => ({ name: `e${i}`, keys: { publicKeys } })),
});
const messages = (value: unknown): readonly string[] =>
  checkKeys(value, "set").map(({ path, message }) => `${path} ${message}`);

describe("policy/key-check", () => {
  it("finds nothing wrong with different keys and a count that they reach", () => {
    for (const count of [undefined, 1, 2]) {
      assert.deepEqual(messages(set([first.publicKey, second.publicKey], count)), []);
    }
  });

  it("refuses a private key and repeats none of it", () => {
    const found = messages(set([first.privateKey]));
    assert.equal(found.length, 1);
    assert.match(found[0] ?? "", /^set\.entries\[0\]\.keys\.publicKeys holds a private key, want the public key/);
    for (const line of first.privateKey.split("\n").filter((text) => !text.startsWith("-") && text !== "")) {
      assert.ok(!found.join().includes(line));
    }
  });

  it("refuses several blocks in one entry", () => {
    const found = messages(set([first.publicKey + second.publicKey]));
    assert.deepEqual(found, [
      "set.entries[0].keys.publicKeys holds 2 PEM blocks, want one: write an entry for each key",
    ]);
  });

  it("refuses text that is no key, and tells the entry", () => {
    const found = messages(set([first.publicKey, "no key"]));
    assert.equal(found.length, 1);
    assert.match(found[0] ?? "", /^set\.entries\[1\]\.keys\.publicKeys Cannot /);
  });

  it("refuses a count above the number of entries", () => {
    assert.deepEqual(messages(set([first.publicKey], 2)), ["set.count is 2, want at most 1, the number of entries"]);
  });

  it("refuses a count that one key under two names would have to reach", () => {
    const wanted = "set.entries hold 1 different keys, want at least 2, one for each party";
    assert.deepEqual(messages(set([first.publicKey, first.publicKey])), [wanted]);
    assert.deepEqual(messages(set([first.publicKey, first.publicKey], 2)), [wanted]);
    assert.deepEqual(messages(set([first.publicKey, first.publicKey], 1)), []);
  });

  it("leaves to the schema what has not the right shape", () => {
    for (const value of [undefined, null, {}, { entries: "text" }, { entries: [{ keys: { publicKeys: 1 } }] }]) {
      assert.deepEqual(messages(value), []);
    }
  });
});
