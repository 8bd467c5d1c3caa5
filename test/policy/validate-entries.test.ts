// What an operator can write wrongly in an attestor entry: each with its whole path, once, by schema or by code.
import assert from "node:assert/strict";
import { validatePolicy } from "../../src/policy/validate.ts";
import { KEYS, entry, policy, rule, type Json } from "./resources.ts";

const ENTRY = "spec.verifyImages[0].attestors[0].entries[0]";
const entries = (...list: readonly Json[]): Json => ({ verifyImages: [rule({ attestors: [{ entries: list }] })] });
const workflow = (more: Json): Json =>
  entries({ name: "ci", githubActions: { repository: "acme/app", refs: ["refs/heads/main"], ...more } });

const INVALID: readonly [string, Json, path: string, message: RegExp][] = [
  [
    "an entry without a variant",
    entries({ name: "a" }),
    ENTRY,
    /must have exactly one of keys, keyless, githubActions, certificates/,
  ],
  [
    "a * in an issuer",
    entries({ name: "a", keyless: { issuer: "https://*.example", subject: "a" } }),
    `${ENTRY}.keyless.issuer`,
    /must not hold a \*/,
  ],
  [
    "an expression that RE2 has not",
    entries({ name: "a", keyless: { issuer: "a", subjectRegExp: "(?!b)a" } }),
    `${ENTRY}.keyless.subjectRegExp`,
    /is no regular expression of RE2/,
  ],
  [
    "an expression that is too long",
    entries({ name: "a", keyless: { issuer: "a", subjectRegExp: "a".repeat(513) } }),
    `${ENTRY}.keyless.subjectRegExp`,
    /^is 513 characters long, want at most 512$/,
  ],
  [
    "an extension that Fulcio has not",
    entries({ name: "a", keyless: { issuer: "a", subject: "b", extensions: { buildTriggers: "push" } } }),
    `${ENTRY}.keyless.extensions.buildTriggers`,
    /is unknown, want one of buildSignerURI, /,
  ],
  [
    "extensions without one",
    entries({ name: "a", keyless: { issuer: "a", subject: "b", extensions: {} } }),
    `${ENTRY}.keyless.extensions`,
    /has 0 (?:members|characters), want at least 1/,
  ],
  ["a repository without an owner", workflow({ repository: "app" }), `${ENTRY}.githubActions.repository`, /is "app"/],
  [
    "any owner's repository",
    workflow({ repository: "*/app" }),
    `${ENTRY}.githubActions.repository`,
    /want what matches/,
  ],
  [
    "half of a wildcard",
    workflow({ repository: "acme/app-*" }),
    `${ENTRY}.githubActions.repository`,
    /want what matches/,
  ],
  [
    "a workflow without refs",
    workflow({ refs: [] }),
    `${ENTRY}.githubActions.refs`,
    /has 0 (?:members|characters), want at least 1/,
  ],
  [
    "a branch for a ref",
    workflow({ refs: ["main"] }),
    `${ENTRY}.githubActions.refs[0]`,
    /is "main", want what matches/,
  ],
  ["a ref twice", workflow({ refs: ["*", "*"] }), `${ENTRY}.githubActions.refs`, /has ".*" twice/],
  [
    "a path for a workflow file",
    workflow({ workflow: ".github/workflows/a.yml" }),
    `${ENTRY}.githubActions.workflow`,
    /want what matches/,
  ],
  [
    "any owner's reusable workflow",
    workflow({ signerWorkflow: "*/wf/.github/workflows/a.yml@refs/heads/main" }),
    `${ENTRY}.githubActions.signerWorkflow`,
    /want what matches/,
  ],
  [
    "a reusable workflow without a ref",
    workflow({ signerWorkflow: "acme/wf/.github/workflows/a.yml" }),
    `${ENTRY}.githubActions.signerWorkflow`,
    /want what matches/,
  ],
  [
    "a server with a path",
    workflow({ serverURL: "https://g.example/api", issuer: "a" }),
    `${ENTRY}.githubActions.serverURL`,
    /want what matches/,
  ],
  ["a number that is none", workflow({ repositoryID: "acme" }), `${ENTRY}.githubActions.repositoryID`, /want what/],
  [
    "a kind of runner that is none",
    workflow({ runnerEnvironment: "self" }),
    `${ENTRY}.githubActions.runnerEnvironment`,
    /want one of github-hosted, self-hosted/,
  ],
  [
    "reject list: threshold < 1 unless an `insecure…` field or the trust root says so (a certificate without log and time)",
    entries({ name: "a", keyless: { issuer: "a", subject: "b" }, insecureIgnoreTlog: true }),
    `${ENTRY}.insecureIgnoreTlog`,
    /^must not be true for a certificate/,
  ],
  [
    "a key's window without log and time",
    entries(entry("a", KEYS.a, { keys: { publicKeys: KEYS.a.pem, validFrom: "2026-01-01T00:00:00Z" } })),
    `${ENTRY}.insecureIgnoreTlog`,
    /^must not be true for a key with validFrom/,
  ],
  [
    "SCTs of a key",
    entries(entry("a", KEYS.a, { insecureIgnoreSCT: true })),
    `${ENTRY}.insecureIgnoreSCT`,
    /^must be written with keyless and githubActions only/,
  ],
  [
    "a day that does not exist",
    entries(
      entry("a", KEYS.a, {
        keys: { publicKeys: KEYS.a.pem, validUntil: "2026-02-31T00:00:00Z" },
        insecureIgnoreTlog: false,
      }),
    ),
    `${ENTRY}.keys.validUntil`,
    /^must be a time of RFC 3339 in 1970 or later/,
  ],
  [
    "a hash that is none",
    entries(entry("a", KEYS.a, { keys: { publicKeys: KEYS.a.pem, hashAlgorithm: "sha1" } })),
    `${ENTRY}.keys.hashAlgorithm`,
    /want one of sha256/,
  ],
  [
    "roots that are keys",
    entries({ name: "a", certificates: { roots: KEYS.a.pem, subject: "a" } }),
    `${ENTRY}.certificates.roots`,
    /Cannot parse certificates/,
  ],
  [
    "an annotation that is no text",
    entries(entry("a", KEYS.a, { annotations: { env: 1 } })),
    `${ENTRY}.annotations.env`,
    /is 1, want a text \(write "1" in quotes\)/,
  ],
  [
    "a trust root with a bad name",
    { verifyImages: [rule({ trustRoot: "Public Good" })] },
    "spec.verifyImages[0].trustRoot",
    /is "Public/,
  ],
];

describe("policy/validate: entries", () => {
  for (const [name, spec, path, message] of INVALID) {
    it(`refuses ${name}`, () => {
      const errors = validatePolicy(policy(spec));
      assert.deepEqual([...new Set(errors.map((error) => error.path))], [path]);
      assert.match(errors.map((error) => error.message).join("\n"), message);
    });
  }
});
