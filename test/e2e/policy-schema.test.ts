/**
 * The definitions on a real API server: their CEL rules are within its budget, and it refuses with field and sentence what
 * policy/ refuses, RE2's syntax and times among it (policy-api.md §5).
 */
import assert from "node:assert/strict";
import { mustSucceed, type RunResult } from "../support/testbed/process.ts";
import { INTERMEDIATE, ROOT } from "../policy/instance.ts";
import { KEYS, policy, rule, type Json } from "../policy/resources.ts";
import { type Gate, useGate } from "./gate.ts";
import { describeOnTestbed } from "./testbed.ts";

const keyless = { issuer: "https://accounts.example", subject: "dev@acme.io" };
const githubActions = { repository: "acme/app", refs: ["refs/heads/main"] };
const keys = { publicKeys: KEYS.a.pem };
const certificates = { roots: ROOT.pem, intermediates: INTERMEDIATE.pem, subject: "dev@acme.io" };

const TAKEN: readonly [string, Json][] = [
  ["a key without a log", { keys, insecureIgnoreTlog: true }],
  [
    "a key with a window",
    { keys: { ...keys, validFrom: "2026-01-01T00:00:00Z", validUntil: "2027-01-01T00:00:00+02:00" } },
  ],
  ["an identity", { keyless, annotations: { env: "prod" }, trustRoot: "github", requireTimestamp: true }],
  [
    "an identity by expressions",
    { keyless: { issuerRegExp: "https://(a|b)\\.example", subjectRegExp: "(?i).*@acme\\.io" } },
  ],
  [
    "a workflow",
    { githubActions: { ...githubActions, workflow: "a.yml", triggers: ["push"] }, insecureIgnoreSCT: true },
  ],
  ["a private PKI", { certificates: { ...certificates, insecureUseCurrentTime: true }, insecureIgnoreTlog: true }],
];

const REFUSED: readonly [string, Json, field: string, message: RegExp][] = [
  ["no variant", {}, "", /must have exactly one of keys, keyless, githubActions, certificates/],
  ["two variants", { keys, keyless }, "", /must have exactly one of keys, keyless, githubActions, certificates/],
  ["no subject", { keyless: { issuer: "a" } }, ".keyless.subject", /must have exactly one of subject, subjectRegExp/],
  ["a * in an issuer", { keyless: { ...keyless, issuer: "https://*" } }, ".keyless.issuer", /must not hold a \*/],
  [
    "look-ahead",
    { keyless: { issuer: "a", subjectRegExp: "(?=a)b" } },
    ".keyless.subjectRegExp",
    /invalid or unsupported Perl syntax.*must be a regular expression in the syntax of RE2/,
  ],
  [
    "a back-reference",
    { certificates: { roots: ROOT.pem, subjectRegExp: "(a)\\1" } },
    ".certificates.subjectRegExp",
    /invalid escape sequence/,
  ],
  [
    "parentheses that close only when something is put around them",
    { keyless: { issuerRegExp: "a)|(b", subject: "a" } },
    ".keyless.issuerRegExp",
    /unexpected \)/,
  ],
  [
    "another server without its issuer",
    { githubActions: { ...githubActions, serverURL: "https://g.example" } },
    ".githubActions.issuer",
    /must be written when serverURL is/,
  ],
  [
    "a branch for a ref",
    { githubActions: { ...githubActions, refs: ["main"] } },
    ".githubActions.refs[0]",
    /should match/,
  ],
  ["two PEM blocks", { keys: { publicKeys: KEYS.a.pem + KEYS.b.pem } }, ".keys.publicKeys", /should match/],
  [
    "a certificate without log and time",
    { keyless, insecureIgnoreTlog: true },
    ".insecureIgnoreTlog",
    /for a certificate/,
  ],
  [
    "a window without log and time",
    { keys: { ...keys, validFrom: "2026-01-01T00:00:00Z" }, insecureIgnoreTlog: true },
    ".insecureIgnoreTlog",
    /for a key with validFrom or validUntil/,
  ],
  ["SCTs of a key", { keys, insecureIgnoreSCT: true }, ".insecureIgnoreSCT", /keyless and githubActions only/],
  [
    "a day that does not exist",
    { keys: { ...keys, validUntil: "2026-02-31T00:00:00Z" } },
    ".keys.validUntil",
    /must be a time of RFC 3339/,
  ],
  [
    "a window that ends before it begins",
    { keys: { ...keys, validFrom: "2026-02-01T00:00:00Z", validUntil: "2026-01-01T00:00:00Z" } },
    ".keys.validUntil",
    /must not be before validFrom/,
  ],
  [
    "a long name of an annotation",
    { keys, annotations: { ["k".repeat(129)]: "" } },
    ".annotations",
    /1 to 128 characters/,
  ],
];

const entryOf = (name: string, more: Json): Json => ({ name, insecureIgnoreTlog: true, ...more });

describeOnTestbed("the definitions on an API server", (testbed) => {
  let gate: Gate;

  before("start the gate", async () => {
    gate = await useGate(testbed());
  });

  const create = async (entry: Json): Promise<RunResult> => {
    const resource = policy({ verifyImages: [rule({ attestors: [{ entries: [{ name: "e", ...entry }] }] })] });
    return gate.cluster.kubectl(["create", "--dry-run=server", "-f", "-"], { stdin: JSON.stringify(resource) });
  };

  for (const [name, entry] of TAKEN) {
    it(`take ${name}`, async () => {
      mustSucceed("kubectl create", await create(entry));
    });
  }

  const createRule = async (more: Json): Promise<RunResult> =>
    gate.cluster.kubectl(["create", "--dry-run=server", "-f", "-"], {
      stdin: JSON.stringify(policy({ verifyImages: [rule(more)] })),
    });
  const two = [entryOf("a", { keys }), entryOf("b", { keys: { publicKeys: KEYS.b.pem }, party: "a" })];
  const decided = { attestors: undefined, static: { action: "Fail", message: "not from here" } };

  for (const [name, more] of [
    ["as many parties as there are", { attestors: [{ count: 1, entries: two }] }],
    ["a verdict without looking", decided],
  ] as const) {
    it(`take ${name}`, async () => {
      mustSucceed("kubectl create", await createRule(more));
    });
  }

  for (const [name, more, field, message] of [
    [
      "more parties than there are",
      { attestors: [{ count: 2, entries: two }] },
      ".attestors[0].count",
      /number of parties/,
    ],
    ["a verdict without looking beside a look", { ...decided, verifyDigest: true }, ".static", /must stand alone/],
  ] as const) {
    it(`refuse ${name}`, async () => {
      const { code, stderr } = await createRule(more);
      assert.notEqual(code, 0);
      assert.ok(stderr.includes(`spec.verifyImages[0]${field}: `), stderr);
      assert.match(stderr, message);
    });
  }

  const createSpec = async (more: Json): Promise<RunResult> =>
    gate.cluster.kubectl(["create", "--dry-run=server", "-f", "-"], { stdin: JSON.stringify(policy(more)) });

  for (const verifiedWithin of ["1s", "10080m", "168h", "7d"]) {
    it(`take ${verifiedWithin} for what was verified, and 30 seconds for a policy`, async () => {
      const spec = { failurePolicy: "IgnoreIfVerified", verifiedWithin, timeoutSeconds: 30 };
      mustSucceed("kubectl create", await createSpec(spec));
    });
  }

  for (const [name, more, field, message] of [
    [
      "more than a week",
      { failurePolicy: "IgnoreIfVerified", verifiedWithin: "169h" },
      "verifiedWithin",
      /at most 168h/,
    ],
    ["a time without its policy", { verifiedWithin: "1h" }, "verifiedWithin", /IgnoreIfVerified alone/],
    ["no second", { timeoutSeconds: 0 }, "timeoutSeconds", /greater than or equal to 1/],
    ["more seconds than a webhook has", { timeoutSeconds: 31 }, "timeoutSeconds", /less than or equal to 30/],
    ["a scan in the background, which nothing makes", { background: true }, "background", /unknown field/],
  ] as const) {
    it(`refuse ${name}`, async () => {
      const { code, stderr } = await createSpec(more);
      assert.notEqual(code, 0);
      assert.ok(stderr.includes(`spec.${field}`), stderr);
      assert.match(stderr, message);
    });
  }

  for (const [name, entry, field, message] of REFUSED) {
    it(`refuse ${name}`, async () => {
      const { code, stderr } = await create(entry);
      assert.notEqual(code, 0);
      assert.ok(stderr.includes(`spec.verifyImages[0].attestors[0].entries[0]${field}: `), stderr);
      assert.match(stderr, message);
    });
  }
});
