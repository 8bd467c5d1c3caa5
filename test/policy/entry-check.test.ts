// What an attestor entry can say wrongly beside its keys (policy-api.md §2.4, §5; verification-spec §12, Policy).
import assert from "node:assert/strict";
import { checkEntry } from "../../src/policy/entry-check.ts";
import { makeIntermediate, makeLeaf, makeRoot } from "../support/x509/certificate.ts";
import { KEYS, type Json } from "./resources.ts";

const root = makeRoot();
const intermediate = makeIntermediate(root);
const stranger = makeIntermediate(makeRoot({ key: "P-384" }), { key: "P-384" });
const leaf = makeLeaf(intermediate);

const keys = { publicKeys: KEYS.a.pem };
const keyless = { issuer: "https://accounts.example", subject: "dev@acme.io" };
const githubActions = { repository: "acme/app", refs: ["refs/heads/main"] };
const certificates = { roots: root.pem, intermediates: intermediate.pem, subject: "dev@acme.io" };

const messages = (entry: unknown): readonly string[] =>
  checkEntry(entry, "e").map(({ path, message }) => `${path} ${message}`);

const SOUND: readonly [string, Json][] = [
  ["a key", { keys }],
  ["a key without a log", { keys, insecureIgnoreTlog: true }],
  [
    "a key's window without a log, by a time stamp",
    { keys: { ...keys, validFrom: "x" }, insecureIgnoreTlog: true, requireTimestamp: true },
  ],
  ["an identity", { keyless, insecureIgnoreSCT: true }],
  ["an identity by expressions", { keyless: { issuerRegExp: "https://.*", subjectRegExp: ".*@acme\\.io" } }],
  ["an identity without a log, by a time stamp", { keyless, insecureIgnoreTlog: true, requireTimestamp: true }],
  ["a workflow", { githubActions, insecureIgnoreSCT: true }],
  [
    "a workflow of another server",
    { githubActions: { ...githubActions, serverURL: "https://g.example", issuer: "i" } },
  ],
  ["a private PKI", { certificates }],
  ["a private PKI whose root signs", { certificates: { roots: root.pem, subjectRegExp: ".*" } }],
  [
    "a private PKI at the current time",
    { certificates: { ...certificates, insecureUseCurrentTime: true }, insecureIgnoreTlog: true },
  ],
  ["annotations", { keys, annotations: { env: "prod", ["k".repeat(128)]: "" } }],
];

const UNION = "e must have exactly one of keys, keyless, githubActions, certificates";
const NO_TIME =
  "e.insecureIgnoreTlog must not be true for a certificate, unless requireTimestamp or certificates.insecureUseCurrentTime is: nothing else would prove when it signed";
const NO_WINDOW =
  "e.insecureIgnoreTlog must not be true for a key with validFrom or validUntil, unless requireTimestamp is: nothing else would prove when it signed";
const NO_SCT =
  "e.insecureIgnoreSCT must be written with keyless and githubActions only: no other signature could bring one";
const STAR = "must not hold a *, since it is compared as it is:";

const REFUSED: readonly [string, Json, string | RegExp][] = [
  ["no variant", {}, UNION],
  ["two variants", { keys, keyless }, UNION],
  [
    "reject list: rule without issuer or subject (no issuer)",
    { keyless: { subject: "a" } },
    "e.keyless.issuer must have exactly one of issuer, issuerRegExp",
  ],
  [
    "reject list: rule without issuer or subject (no subject)",
    { keyless: { issuer: "a" } },
    "e.keyless.subject must have exactly one of subject, subjectRegExp",
  ],
  [
    "an exact issuer and an expression",
    { keyless: { ...keyless, issuerRegExp: "a" } },
    "e.keyless.issuer must have exactly one of issuer, issuerRegExp",
  ],
  [
    "an exact subject and an expression",
    { keyless: { ...keyless, subjectRegExp: "a" } },
    "e.keyless.subject must have exactly one of subject, subjectRegExp",
  ],
  [
    "a * in an issuer",
    { keyless: { ...keyless, issuer: "https://*" } },
    `e.keyless.issuer ${STAR} issuerRegExp is for more than one issuer`,
  ],
  [
    "a * in a subject",
    { keyless: { ...keyless, subject: "*@acme.io" } },
    `e.keyless.subject ${STAR} subjectRegExp is for more than one subject`,
  ],
  [
    "reject list: regex that does not compile in RE2 (look-ahead in an issuer)",
    { keyless: { issuerRegExp: "(?=a)", subject: "a" } },
    /^e\.keyless\.issuerRegExp is no regular expression of RE2: /,
  ],
  [
    "an open class in a subject",
    { keyless: { issuer: "a", subjectRegExp: "[a" } },
    /^e\.keyless\.subjectRegExp is no regular expression of RE2: .*missing closing \]/,
  ],
  [
    "another server without its issuer",
    { githubActions: { ...githubActions, serverURL: "https://g.example" } },
    "e.githubActions.issuer must be written when serverURL is: another server has another issuer",
  ],
  [
    "a * in a workflow's issuer",
    { githubActions: { ...githubActions, issuer: "https://*" } },
    `e.githubActions.issuer ${STAR} a keyless entry takes expressions`,
  ],
  [
    "a private PKI without a subject",
    { certificates: { roots: root.pem } },
    "e.certificates.subject must have exactly one of subject, subjectRegExp",
  ],
  [
    "a * in its subject",
    { certificates: { ...certificates, subject: "*.acme.io" } },
    `e.certificates.subject ${STAR} subjectRegExp is for more than one subject`,
  ],
  [
    "a back-reference in its subject",
    { certificates: { roots: root.pem, subjectRegExp: "(a)\\1" } },
    /^e\.certificates\.subjectRegExp is no regular expression of RE2: /,
  ],
  [
    "roots that are none",
    { certificates: { ...certificates, roots: "root" } },
    /^e\.certificates\.roots Cannot parse certificates: /,
  ],
  [
    "intermediates that are keys",
    { certificates: { ...certificates, intermediates: KEYS.a.pem } },
    /^e\.certificates\.intermediates Cannot parse certificates: .*"PUBLIC KEY"/,
  ],
  [
    "a leaf as root",
    { certificates: { roots: leaf.pem, subject: "a" } },
    "e.certificates.roots hold a certificate that may not issue others, want certificate authorities",
  ],
  [
    "a leaf as intermediate",
    { certificates: { ...certificates, intermediates: leaf.pem } },
    "e.certificates.intermediates hold a certificate that may not issue others, want certificate authorities",
  ],
  [
    "an intermediate of another root",
    { certificates: { ...certificates, intermediates: stranger.pem } },
    "e.certificates.intermediates hold a certificate that does not lead to any of the roots",
  ],
  ["an identity without log and time", { keyless, insecureIgnoreTlog: true }, NO_TIME],
  ["a workflow without log and time", { githubActions, insecureIgnoreTlog: true }, NO_TIME],
  ["a private PKI without log and time", { certificates, insecureIgnoreTlog: true }, NO_TIME],
  [
    "the begin of a window without log and time",
    { keys: { ...keys, validFrom: "x" }, insecureIgnoreTlog: true },
    NO_WINDOW,
  ],
  [
    "the end of a window without log and time",
    { keys: { ...keys, validUntil: "x" }, insecureIgnoreTlog: true },
    NO_WINDOW,
  ],
  ["SCTs of a key", { keys, insecureIgnoreSCT: true }, NO_SCT],
  ["SCTs of a private PKI, even when it is false", { certificates, insecureIgnoreSCT: false }, NO_SCT],
  [
    "an annotation without a name",
    { keys, annotations: { "": "x" } },
    "e.annotations must have keys of 1 to 128 characters",
  ],
  [
    "an annotation with a long name",
    { keys, annotations: { ["k".repeat(129)]: "x" } },
    "e.annotations must have keys of 1 to 128 characters",
  ],
];

describe("policy/entry-check", () => {
  for (const [name, entry] of SOUND) it(`takes ${name}`, () => assert.deepEqual(messages(entry), []));

  for (const [name, entry, message] of REFUSED) {
    it(`refuses ${name}`, () => {
      const [found = "", ...more] = messages(entry);
      assert.deepEqual(more, []);
      if (typeof message === "string") assert.equal(found, message);
      else assert.match(found, message);
    });
  }

  it("leaves to the schema what has not the right shape", () => {
    const shapeless = { keyless: { issuer: 1, subject: [] }, annotations: "x", insecureIgnoreTlog: "yes" };
    assert.deepEqual(messages(shapeless), []);
    assert.deepEqual(messages({ certificates: { roots: 1, intermediates: null, subject: "a" } }), []);
    assert.deepEqual(messages(null), [UNION]);
  });
});
