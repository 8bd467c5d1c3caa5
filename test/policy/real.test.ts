// Policies over real signatures and real certificates: by people, keys, a private PKI and workflows of GitHub Actions, with
// the trust roots that are built in.
import assert from "node:assert/strict";
import { attempt } from "../../src/failure/attempt.ts";
import { evaluateRule } from "../../src/policy/evaluate.ts";
import { compileGithubActions } from "../../src/policy/github-actions.ts";
import type { EntrySpec } from "../../src/policy/types.ts";
import { builtInTrustRoot } from "../../src/trust/built-in.ts";
import { verifyIdentity } from "../../src/verify/identity.ts";
import { parseCertificate } from "../../src/x509/certificate.ts";
import { fulcioIdentity } from "../../src/x509/fulcio-extensions.ts";
import { artifactOf, entitiesOf } from "../vectors/entities.ts";
import { readVectorFile, readVectors, type Vector } from "../vectors/vector.ts";
import { compiledRule, NOW, READ, type Json } from "./resources.ts";

const VECTORS = new Map(readVectors().map((vector) => [vector.id, vector]));

function vectorOf(id: string): Vector {
  return VECTORS.get(id) ?? assert.fail(`there is no vector ${id}`);
}

/** Outcome and codes of one entry, held against the signatures of a vector. */
function judge(id: string, entry: Json): string {
  const vector = vectorOf(id);
  const digest = artifactOf(vector)?.digest;
  assert.ok(digest?.startsWith("sha256:"));
  const artifact = { digest: digest as `sha256:${string}` };
  const candidates = entitiesOf(vector).map((parse) => ({ subject: id, entity: attempt(parse) }));
  const rule = compiledRule({ attestors: [{ entries: [{ name: "e", ...entry }] }] }, builtInTrustRoot);
  assert.deepEqual(rule.errors, []);
  const { outcome, findings } = evaluateRule(rule, { artifact, kind: "manifest", candidates, places: [READ] }, NOW);
  return [outcome, ...findings.map(({ code }) => code)].join(" ");
}

const text = (path: string): string => readVectorFile(path).toString("utf8");

const PERSON = "containers-image/dir-img-cosign-fulcio-rekor-valid";
const KEY = "containers-image/dir-img-cosign-key-rekor-valid";
const UNLOGGED_KEY = "containers-image/dir-img-cosign-valid";
const PKI = "containers-image/dir-img-cosign-pki-valid";
const WORKFLOW = "sigstore-rs/bundle_v03";

const person = { issuer: "https://github.com/login/oauth", subject: "mitr@redhat.com" };
const key = { publicKeys: text("containers-image/keys/cosign2.pub") };
const unloggedKey = { publicKeys: text("containers-image/keys/cosign.pub") };
const release = { repository: "kubewarden/kubewarden-controller", refs: ["refs/tags/v*"], workflow: "release.yml" };
const pki = {
  roots: text("containers-image/keys/pki_root_crts.pem"),
  intermediates: text("containers-image/keys/pki_intermediate_crts.pem"),
  subject: "qiwan@redhat.com",
  insecureUseCurrentTime: true,
};

describe("policies over real signatures", () => {
  const table: readonly [string, id: string, entry: Json, expected: string][] = [
    ["a person's", PERSON, { keyless: person }, "Pass"],
    [
      "the same address by another issuer",
      PERSON,
      { keyless: { ...person, issuer: "https://accounts.google.com" } },
      "Fail IdentityIssuerMismatch",
    ],
    [
      "an expression over half of the address",
      PERSON,
      { keyless: { issuer: person.issuer, subjectRegExp: "mitr@redhat" } },
      "Fail IdentitySubjectMismatch",
    ],
    ["a person's at GitHub's instance", PERSON, { keyless: person, trustRoot: "github" }, "Fail TimestampMissing"],
    ["a key's, with its log entry", KEY, { keys: key }, "Pass"],
    ["a key's within its window", KEY, { keys: { ...key, validUntil: "2030-01-01T00:00:00Z" } }, "Pass"],
    [
      "a key's after its window",
      KEY,
      { keys: { ...key, validUntil: "2020-01-01T00:00:00Z" } },
      "Fail KeyOutsideWindow",
    ],
    ["a key's in another instance's log", KEY, { keys: key, trustRoot: "sigstore-staging" }, "Fail LogUnknown"],
    ["a key's without a log entry", UNLOGGED_KEY, { keys: unloggedKey }, "Fail LogEntryMissing"],
    ["a key's that need not be logged", UNLOGGED_KEY, { keys: unloggedKey, insecureIgnoreTlog: true }, "Pass"],
    ["a workflow's", WORKFLOW, { githubActions: release }, "Pass"],
    [
      "a workflow's by all that can be said",
      WORKFLOW,
      {
        githubActions: {
          ...release,
          repository: "kubewarden/*",
          triggers: ["push"],
          runnerEnvironment: "github-hosted",
          repositoryID: "318490971",
          repositoryOwnerID: "80915497",
          signerWorkflow: "kubewarden/*/.github/workflows/release.yml@refs/tags/v*",
        },
        requireTimestamp: true,
      },
      "Pass",
    ],
    [
      "a workflow's on another ref",
      WORKFLOW,
      { githubActions: { ...release, refs: ["refs/heads/*"] } },
      "Fail IdentityExtensionMismatch",
    ],
    [
      "a workflow's of another repository",
      WORKFLOW,
      { githubActions: { ...release, repository: "kubewarden/kwctl" } },
      "Fail IdentityExtensionMismatch",
    ],
    ["a private PKI's, valid to this day", PKI, { certificates: pki, insecureIgnoreTlog: true }, "Pass"],
    [
      "a private PKI's for another subject",
      PKI,
      { certificates: { ...pki, subject: "redhat.com" }, insecureIgnoreTlog: true },
      "Fail IdentitySubjectMismatch",
    ],
    [
      "a private PKI's without a proven time",
      PKI,
      { certificates: { ...pki, insecureUseCurrentTime: false }, insecureIgnoreTlog: true, requireTimestamp: true },
      "Fail TimestampMissing",
    ],
    ["a private PKI's without a log entry", PKI, { certificates: pki }, "Fail LogEntryMissing"],
  ];
  for (const [name, id, entry, expected] of table) {
    it(`${name}: ${expected}`, () => assert.equal(judge(id, entry), expected));
  }
});

describe("policies over real certificates of workflows", () => {
  const REUSABLE = "cli/reusable-workflow";
  const ENTERPRISE = "cli/custom-issuer";
  const caller = { repository: "malancas/attest-demo", refs: ["refs/heads/main"] };
  const enterprise = { repository: "too-legit/attest", refs: ["refs/heads/main"] };

  const table: readonly [string, id: string, NonNullable<EntrySpec["githubActions"]>, expected: string][] = [
    ["a reusable workflow that is not named", REUSABLE, caller, "IdentitySubjectMismatch"],
    [
      "a reusable workflow by its commit",
      REUSABLE,
      {
        ...caller,
        workflow: "shared.yml",
        signerWorkflow:
          "github/artifact-attestations-workflows/.github/workflows/attest.yml@09b495c3f12c7881b3cc17209a327792065c1a1d",
      },
      "accepted",
    ],
    [
      "a reusable workflow by a tag that it was not called by",
      REUSABLE,
      { ...caller, signerWorkflow: "github/artifact-attestations-workflows/.github/workflows/attest.yml@refs/tags/*" },
      "IdentitySubjectMismatch",
    ],
    [
      "the repository of the reusable workflow for the one that was built",
      REUSABLE,
      {
        repository: "github/artifact-attestations-workflows",
        refs: ["*"],
        signerWorkflow: "github/artifact-attestations-workflows/.github/workflows/attest.yml@*",
      },
      "IdentityExtensionMismatch",
    ],
    [
      "an enterprise's own issuer",
      ENTERPRISE,
      { ...enterprise, issuer: "https://token.actions.githubusercontent.com/hammer-time" },
      "accepted",
    ],
    ["an enterprise's own issuer that is not named", ENTERPRISE, enterprise, "IdentityIssuerMismatch"],
  ];
  for (const [name, id, spec, expected] of table) {
    it(`${name}: ${expected}`, () => {
      const [parse] = entitiesOf(vectorOf(id));
      const signer = parse?.().signer;
      assert.ok(signer?.kind === "certificate");
      const identity = fulcioIdentity(parseCertificate(signer.der));
      const result = attempt(() => verifyIdentity(identity, compileGithubActions(spec)));
      assert.equal(result.ok ? "accepted" : result.failure.code, expected);
    });
  }
});
