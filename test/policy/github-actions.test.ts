// Workflows of GitHub Actions held against what Fulcio writes (policy-api.md §2.4; verification-spec §10, traps 33 to 35).
import assert from "node:assert/strict";
import { compileGithubActions } from "../../src/policy/github-actions.ts";
import type { EntrySpec } from "../../src/policy/types.ts";
import { verifyIdentity } from "../../src/verify/identity.ts";
import type { ExtensionName, FulcioIdentity } from "../../src/x509/fulcio-extensions.ts";
import { failsWith } from "../support/failures.ts";

type Spec = NonNullable<EntrySpec["githubActions"]>;
type Run = Partial<Record<ExtensionName | "issuer" | "subject", string | undefined>>;
type Refusal = "IdentityIssuerMismatch" | "IdentitySubjectMismatch" | "IdentityExtensionMismatch";

const WORKFLOW = "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main";
const SHARED = "https://github.com/acme/shared/.github/workflows/build.yml";
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const RUN: Run = {
  issuer: "https://token.actions.githubusercontent.com",
  runnerEnvironment: "github-hosted",
  sourceRepositoryURI: "https://github.com/acme/app",
  sourceRepositoryRef: "refs/heads/main",
  sourceRepositoryIdentifier: "1001",
  sourceRepositoryOwnerURI: "https://github.com/acme",
  sourceRepositoryOwnerIdentifier: "42",
  buildConfigURI: WORKFLOW,
  buildTrigger: "push",
  deploymentEnvironment: "production",
};

/** The run of every test, but for what `changes` says; undefined leaves a field out. */
function identity(changes: Run): FulcioIdentity {
  const repository = changes.sourceRepositoryURI ?? RUN.sourceRepositoryURI;
  const own = { subject: `${repository}/.github/workflows/release.yml@refs/heads/main` };
  const { issuer, subject = "", ...extensions } = { ...RUN, ...own, ...changes };
  const written = Object.entries(extensions).filter(
    (field): field is [ExtensionName, string] => field[1] !== undefined,
  );
  return {
    subject: { kind: "uri", value: subject },
    ...(issuer === undefined ? {} : { issuer }),
    extensions: new Map(written),
  };
}

function requirement(spec: Partial<Spec>): ReturnType<typeof compileGithubActions> {
  return compileGithubActions({ repository: "acme/app", refs: ["refs/heads/main"], ...spec });
}

const TAGGED: Run = { sourceRepositoryRef: "refs/tags/v1.2.0" };
const GHES: Run = {
  issuer: "https://ghes.acme.io/_services/token",
  subject: "https://ghes.acme.io/acme/app/.github/workflows/release.yml@refs/heads/main",
  sourceRepositoryURI: "https://ghes.acme.io/acme/app",
  sourceRepositoryOwnerURI: "https://ghes.acme.io/acme",
  buildConfigURI: "https://ghes.acme.io/acme/app/.github/workflows/release.yml@refs/heads/main",
};

const ACCEPTED: readonly [string, Partial<Spec>, Run][] = [
  ["the repository and the ref", {}, {}],
  ["any repository of the owner", { repository: "acme/*" }, {}],
  ["one of several refs", { refs: ["refs/heads/main", "refs/tags/v*"] }, TAGGED],
  ["a ref by *", { refs: ["refs/tags/v*"] }, TAGGED],
  ["a ref by ?", { refs: ["refs/tags/v?.2.0"] }, TAGGED],
  ["a branch with a slash by *", { refs: ["refs/heads/release-*"] }, { sourceRepositoryRef: "refs/heads/release-1/x" }],
  ["any ref", { refs: ["*"] }, { sourceRepositoryRef: "refs/heads/anything" }],
  ["the workflow by its file", { workflow: "release.yml" }, {}],
  ["the workflow in any of the owner's repositories", { repository: "acme/*", workflow: "release.yml" }, {}],
  ["a trigger that is named", { triggers: ["push", "workflow_dispatch"] }, { buildTrigger: "workflow_dispatch" }],
  ["a pull request when its trigger is named", { triggers: ["pull_request"] }, { buildTrigger: "pull_request" }],
  ["the environment", { environment: "production" }, {}],
  ["the kind of runner", { runnerEnvironment: "github-hosted" }, {}],
  ["the repository's number", { repositoryID: "1001" }, {}],
  ["the owner's number", { repositoryOwnerID: "42" }, {}],
  ["a reusable workflow of the same repository", {}, { subject: `${WORKFLOW.replace("release", "build")}` }],
  [
    "a reusable workflow that is named",
    { signerWorkflow: "acme/shared/.github/workflows/build.yml@refs/tags/v*" },
    { subject: `${SHARED}@refs/tags/v2` },
  ],
  [
    "a reusable workflow that is named by commit",
    { signerWorkflow: `acme/shared/.github/workflows/*.yml@${COMMIT}` },
    { subject: `${SHARED}@${COMMIT}` },
  ],
  [
    "a reusable workflow at any ref",
    { signerWorkflow: "acme/shared/.github/workflows/build.yml@*" },
    { subject: `${SHARED}@refs/heads/x@y` },
  ],
  ["GitHub Enterprise", { serverURL: "https://ghes.acme.io", issuer: "https://ghes.acme.io/_services/token" }, GHES],
  [
    "an enterprise's own issuer",
    { issuer: "https://token.actions.githubusercontent.com/acme" },
    { issuer: "https://token.actions.githubusercontent.com/acme" },
  ],
];

const extension = "IdentityExtensionMismatch";
const subject = "IdentitySubjectMismatch";
const issuer = "IdentityIssuerMismatch";

const REFUSED: readonly [string, Partial<Spec>, Run, Refusal][] = [
  ["another repository", {}, { sourceRepositoryURI: "https://github.com/acme/app2" }, extension],
  ["the repository in another case", {}, { sourceRepositoryURI: "https://github.com/Acme/App" }, extension],
  ["the repository of another owner", {}, { sourceRepositoryURI: "https://github.com/evil/app" }, extension],
  [
    "the repository at another host",
    {},
    { sourceRepositoryURI: "https://github.com.evil.example/acme/app" },
    extension,
  ],
  ["another owner", { repository: "acme/*" }, { sourceRepositoryOwnerURI: "https://github.com/acme-evil" }, extension],
  ["another ref", {}, { sourceRepositoryRef: "refs/heads/main2" }, extension],
  ["a tag for a branch", {}, { sourceRepositoryRef: "refs/tags/main" }, extension],
  ["a ref that only begins like one", {}, { sourceRepositoryRef: "refs/heads/mai" }, extension],
  ["the ref of a pull request", { refs: ["refs/heads/*"] }, { sourceRepositoryRef: "refs/pull/7/merge" }, extension],
  ["a slash for ?", { refs: ["refs/heads/a?b"] }, { sourceRepositoryRef: "refs/heads/a/b" }, extension],
  ["a pull request", { refs: ["*"] }, { buildTrigger: "pull_request" }, extension],
  ["a pull request with the base's rights", {}, { buildTrigger: "pull_request_target" }, extension],
  ["a trigger that is not named", { triggers: ["push"] }, { buildTrigger: "schedule" }, extension],
  ["an empty trigger", {}, { buildTrigger: "" }, extension],
  ["another workflow", { workflow: "ci.yml" }, {}, extension],
  [
    "a workflow of another repository",
    { workflow: "release.yml" },
    { buildConfigURI: WORKFLOW.replace("acme/app", "acme/other") },
    extension,
  ],
  [
    "a workflow of another owner",
    { repository: "acme/*", workflow: "release.yml" },
    { buildConfigURI: WORKFLOW.replace("acme/", "acme-evil/") },
    extension,
  ],
  [
    "a workflow deeper under the owner",
    { repository: "acme/*", workflow: "release.yml" },
    { buildConfigURI: WORKFLOW.replace("acme/app", "acme/app/x") },
    extension,
  ],
  [
    "a file whose name goes on after an @",
    { workflow: "release.yml" },
    { buildConfigURI: WORKFLOW.replace("release.yml", "release.yml@x.yml") },
    extension,
  ],
  [
    "a workflow outside of .github/workflows",
    { workflow: "release.yml" },
    { buildConfigURI: "https://github.com/acme/app/release.yml@refs/heads/main" },
    extension,
  ],
  ["another environment", { environment: "staging" }, {}, extension],
  ["a runner of their own", { runnerEnvironment: "github-hosted" }, { runnerEnvironment: "self-hosted" }, extension],
  ["another repository of the same name", { repositoryID: "1001" }, { sourceRepositoryIdentifier: "1002" }, extension],
  ["a number that only begins so", { repositoryID: "1001" }, { sourceRepositoryIdentifier: "10011" }, extension],
  ["another owner of the same name", { repositoryOwnerID: "42" }, { sourceRepositoryOwnerIdentifier: "43" }, extension],
  ["a reusable workflow that is not named", {}, { subject: `${SHARED}@refs/heads/main` }, subject],
  ["a repository whose name goes on", {}, { subject: WORKFLOW.replace("acme/app/", "acme/app-evil/") }, subject],
  [
    "another reusable workflow than the named one",
    { signerWorkflow: "acme/shared/.github/workflows/build.yml@refs/tags/v*" },
    { subject: `${SHARED.replace("build", "other")}@refs/tags/v2` },
    subject,
  ],
  [
    "the named reusable workflow at another ref",
    { signerWorkflow: "acme/shared/.github/workflows/build.yml@refs/tags/v*" },
    { subject: `${SHARED}@refs/heads/v2` },
    subject,
  ],
  [
    "a branch that is called like another's end",
    { signerWorkflow: "acme/shared/.github/workflows/*@refs/heads/main" },
    { subject: `${SHARED}@refs/heads/x@refs/heads/main` },
    subject,
  ],
  [
    "a signer at another host",
    { signerWorkflow: "acme/shared/.github/workflows/build.yml@*" },
    { subject: `${SHARED.replace("github.com", "evil.example/https://github.com")}@refs/heads/main` },
    subject,
  ],
  [
    "a signer without a ref",
    { signerWorkflow: "acme/shared/.github/workflows/build.yml@refs/heads/main" },
    { subject: SHARED },
    subject,
  ],
  ["the caller when another signer is named", { signerWorkflow: "acme/shared/.github/workflows/*@*" }, {}, subject],
  ["another issuer", {}, { issuer: "https://gitlab.com" }, issuer],
  ["an enterprise's issuer that is not named", {}, { issuer: `${RUN.issuer}/acme` }, issuer],
  ["github.com for GitHub Enterprise", { serverURL: "https://ghes.acme.io", issuer: RUN.issuer ?? "" }, {}, extension],
  ["GitHub Enterprise for github.com", {}, GHES, issuer],
];

const ABSENT: readonly [ExtensionName, Partial<Spec>, Refusal][] = [
  ["sourceRepositoryURI", {}, subject],
  ["sourceRepositoryURI", { repository: "acme/*" }, subject],
  ["sourceRepositoryOwnerURI", { repository: "acme/*" }, extension],
  ["sourceRepositoryRef", { refs: ["*"] }, extension],
  ["buildTrigger", {}, extension],
  ["buildConfigURI", { workflow: "release.yml" }, extension],
  ["deploymentEnvironment", { environment: "production" }, extension],
  ["runnerEnvironment", { runnerEnvironment: "github-hosted" }, extension],
  ["sourceRepositoryIdentifier", { repositoryID: "1001" }, extension],
  ["sourceRepositoryOwnerIdentifier", { repositoryOwnerID: "42" }, extension],
];

describe("policy/github-actions", () => {
  for (const [name, spec, run] of ACCEPTED) {
    it(`accepts ${name}`, () => verifyIdentity(identity(run), requirement(spec)));
  }

  for (const [name, spec, run, code] of REFUSED) {
    it(`refuses ${name}`, () => failsWith(code, () => verifyIdentity(identity(run), requirement(spec))));
  }

  for (const [name, spec, code] of ABSENT) {
    it(`refuses a certificate without ${name} for ${JSON.stringify(spec)}`, () => {
      failsWith(code, () => verifyIdentity(identity({ [name]: undefined }), requirement(spec)));
    });
  }

  it("asks for nothing that is not written", () => {
    const { deploymentEnvironment: _d, runnerEnvironment: _r, buildConfigURI: _b, ...least } = RUN;
    const unwritten = { deploymentEnvironment: undefined, runnerEnvironment: undefined, buildConfigURI: undefined };
    verifyIdentity(identity({ ...least, ...unwritten, sourceRepositoryIdentifier: undefined }), requirement({}));
  });

  it("says what it wants", () => {
    const wanted = requirement({
      refs: ["refs/heads/main", "refs/tags/v*"],
      workflow: "a.yml",
    });
    assert.match(
      wanted.subject(identity({})).wanted,
      /^a workflow of "https:\/\/github\.com\/acme\/app", or .* signerWorkflow/,
    );
    assert.equal(wanted.extensions.get("sourceRepositoryRef")?.wanted, '"refs/heads/main" or "refs/tags/v*"');
    assert.equal(
      wanted.extensions.get("buildConfigURI")?.wanted,
      'the workflow "a.yml" of https://github.com/acme/app',
    );
    assert.match(wanted.extensions.get("buildTrigger")?.wanted ?? "", /^any but pull_request and pull_request_target/);
  });
});
