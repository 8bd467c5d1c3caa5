// The count that the entries of a set can reach (policy-api.md §2.4; verification-spec §12, Policy).
import assert from "node:assert/strict";
import { checkCount } from "../../src/policy/count-check.ts";
import { KEYS } from "./resources.ts";

const key = (publicKeys: unknown): object => ({ keys: { publicKeys } });
const secret = (written: object): object => ({ keys: { secret: written } });
const keyless = (issuer: string, subject: string): object => ({ keyless: { issuer, subject } });
const pattern = { keyless: { issuer: "https://a.example", subjectRegExp: ".*@acme\\.io" } };
const workflow = { githubActions: { repository: "acme/*", refs: ["*"] } };
const messages = (entries: readonly unknown[], count?: number): readonly string[] =>
  checkCount({ ...(count === undefined ? {} : { count }), entries }, "set").map(
    ({ path, message }) => `${path} ${message}`,
  );

const one = "set.entries hold 1 different signers, want at least 2, one for each party";

describe("policy/count-check", () => {
  const reachable: readonly [string, readonly unknown[], number | undefined][] = [
    ["different keys, all of them", [key(KEYS.a.pem), key(KEYS.b.pem)], undefined],
    ["one of different keys", [key(KEYS.a.pem), key(KEYS.b.pem)], 1],
    ["one of the same key twice", [key(KEYS.a.pem), key(KEYS.a.pem)], 1],
    ["a key and an identity", [key(KEYS.a.pem), keyless("https://a.example", "a")], 2],
    ["one address at two issuers", [keyless("https://a.example", "a"), keyless("https://b.example", "a")], 2],
    ["two addresses at one issuer", [keyless("https://a.example", "a"), keyless("https://a.example", "b")], 2],
    ["an expression twice, since several signers can meet it", [pattern, pattern], 2],
    ["a workflow twice, since several repositories can meet it", [workflow, workflow], 2],
    [
      "two parties, one of them in two keys",
      [{ ...key(KEYS.a.pem), party: "a" }, { ...key(KEYS.b.pem), party: "a" }, key(KEYS.c.pem)],
      2,
    ],
    [
      "two parties that share one of two keys",
      [{ ...key(KEYS.a.pem), party: "a" }, { ...key(KEYS.b.pem), party: "a" }, key(KEYS.a.pem)],
      2,
    ],
    ["members of one Secret", [secret({ name: "a" }), secret({ name: "a", key: "old.pub" })], 2],
    ["Secrets of two namespaces", [secret({ name: "a" }), secret({ name: "a", namespace: "b" })], 2],
    ["a key that cannot be read, which says enough by itself", [key(KEYS.a.pem), key("no key")], 2],
  ];
  for (const [name, entries, count] of reachable) {
    it(`takes ${name}`, () => assert.deepEqual(messages(entries, count), []));
  }

  const unreachable: readonly [string, readonly unknown[], number | undefined, string][] = [
    ["more than the entries", [key(KEYS.a.pem)], 2, "set.count is 2, want at most 1, the number of parties"],
    ["one key under two names, all of them", [key(KEYS.a.pem), key(KEYS.a.pem)], undefined, one],
    ["one key under two names", [key(KEYS.a.pem), key(KEYS.a.pem)], 2, one],
    [
      "more than the parties",
      [
        { name: "a", ...key(KEYS.a.pem) },
        { name: "b", party: "a", ...key(KEYS.b.pem) },
      ],
      2,
      "set.count is 2, want at most 1, the number of parties",
    ],
    ["one identity under two names", [keyless("https://a.example", "a"), keyless("https://a.example", "a")], 2, one],
  ];
  for (const [name, entries, count, message] of unreachable) {
    it(`refuses ${name}`, () => assert.deepEqual(messages(entries, count), [message]));
  }

  it("knows one member of one Secret for one signer", () => {
    assert.deepEqual(messages([secret({ name: "a" }), secret({ name: "a", key: "cosign.pub" })]), [one]);
    const kms = (uri: string): object => ({ keys: { kms: uri } });
    assert.deepEqual(messages([kms("hashivault://a"), kms("hashivault://a")]), [one]);
    assert.deepEqual(messages([kms("hashivault://a"), kms("hashivault://b")]), []);
  });

  it("leaves to the schema what has not the right shape", () => {
    for (const value of [undefined, null, {}, { entries: "text" }, { count: "2", entries: [{ keys: 1 }] }]) {
      assert.deepEqual(checkCount(value, "set"), []);
    }
  });
});
