// Who counts once (policy-api.md §2.4): one principal, one key, one certificate under several names that are asked for.
import assert from "node:assert/strict";
import { tellSigners } from "../../src/policy/distinct-signers.ts";
import { evaluateRule } from "../../src/policy/evaluate.ts";
import type { Candidate } from "../../src/policy/evidence.ts";
import type { Principal, VerifiedEntity } from "../../src/verify/evidence.ts";
import { makeLeaf } from "../support/x509/certificate.ts";
import { subjectAltName } from "../support/x509/extension.ts";
import { testKey } from "../support/x509/key.ts";
import { generalName } from "../support/x509/name.ts";
import { INTERMEDIATE, ISSUER, mailSigner, ROOT, ROOTS, signedBy, signerWith, SUBJECT } from "./instance.ts";
import { compiledRule, entry, evidence, KEYS, NOW, type Json } from "./resources.ts";

const key = (keyId: string): Principal => ({ kind: "key", keyId });
const mail = (subject: string): Principal => ({ kind: "keyless", issuer: "i", subject });
const name = (subject: string, authority = "ca"): Principal => ({ kind: "authority", authority, subject });

function by(principal: Principal, ...aliases: readonly Principal[]): VerifiedEntity {
  return { principal, aliases } as unknown as VerifiedEntity;
}

function count(...entities: readonly VerifiedEntity[]): number {
  return new Set(entities.map(tellSigners(entities))).size;
}

describe("tellSigners()", () => {
  it("tells principals apart", () => {
    assert.equal(count(by(key("a")), by(key("b"))), 2);
    assert.equal(count(by(mail("x"), key("a")), by(mail("y"), key("b")), by(key("c"))), 3);
    assert.equal(count(by(name("x"), key("a"), name("x")), by(name("x", "other"), key("b"), name("x", "other"))), 2);
  });

  it("takes a principal with many keys for one", () => {
    assert.equal(count(by(mail("x"), key("a")), by(mail("x"), key("b"))), 1);
  });

  it("takes a key for one, alone or in certificates of whatever kind", () => {
    const pinned: Principal = { kind: "pinned-leaf", keyId: "a" };
    assert.equal(count(by(key("a")), by(mail("x"), key("a")), by(mail("y"), key("a")), by(pinned, key("a"))), 1);
  });

  it("takes a certificate for one under each of its names that somebody asks for", () => {
    const both = [key("a"), name("x"), name("y")];
    assert.equal(count(by(name("x"), ...both), by(name("y"), ...both)), 1);
    assert.equal(count(by(name("x"), ...both), by(name("y"), key("b"), name("y"))), 1);
  });

  it("leaves two people two who share a name that nobody asks for", () => {
    const team = name("team");
    assert.equal(count(by(name("x"), key("a"), name("x"), team), by(name("y"), key("b"), name("y"), team)), 2);
  });

  it("follows what is one by way of a third", () => {
    assert.equal(count(by(mail("x"), key("a")), by(mail("y"), key("b")), by(mail("x"), key("b"))), 1);
  });
});

describe("a set of two parties", () => {
  const judge = (entries: readonly Json[], ...candidates: readonly Candidate[]): string =>
    evaluateRule(compiledRule({ attestors: [{ entries }] }, ROOTS), evidence(candidates), NOW).outcome;

  it("reject list: `count` satisfied by one principal twice (one signature, as a key's and as its certificate's)", () => {
    const certified = signedBy(mailSigner(SUBJECT, ISSUER, true, { key: KEYS.a.privateKey }));
    const key = entry("key", KEYS.a, { insecureIgnoreTlog: false });
    const dev = { name: "dev", keyless: { issuer: ISSUER, subject: SUBJECT } };
    assert.deepEqual([judge([key], certified), judge([dev], certified)], ["Pass", "Pass"]);
    assert.equal(judge([key, dev], certified), "Fail");
  });

  it("reject list: `count` satisfied by one principal twice (one certificate of a private PKI, under two names)", () => {
    const named = (...names: readonly string[]): Candidate => {
      const extensions = { subjectAltName: subjectAltName(names.map((name) => generalName.dns(name))) };
      return signedBy(signerWith(makeLeaf(INTERMEDIATE, { key: testKey("P-256", names.join(" ")), extensions })));
    };
    const pki = { roots: ROOT.pem, intermediates: INTERMEDIATE.pem };
    const parties = ["a", "b"].map((name) => ({ name, certificates: { ...pki, subject: `${name}.acme` } }));
    for (const party of parties) assert.equal(judge([party], named("a.acme", "b.acme")), "Pass");
    assert.equal(judge(parties, named("a.acme", "b.acme")), "Fail");
    assert.equal(judge(parties, named("a.acme", "team.acme"), named("b.acme", "team.acme")), "Pass");
  });
});
