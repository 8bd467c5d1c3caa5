/**
 * Workflows of GitHub Actions (policy-api.md §2.4) as tests over what Fulcio wrote into the certificate: no expression that
 * could be written too wide, and an extension that is absent never matches. A workflow that a pull request began is refused
 * unless its trigger is named, since strangers begin those; a reusable workflow of another repository has to be named, since
 * the subject is the called workflow and not the caller (verification-spec §10, traps 33 to 35).
 */
import { quoted } from "../failure/failure.ts";
import type { IdentityRequirement, TextMatcher } from "../verify/identity.ts";
import type { ExtensionName } from "../x509/fulcio-extensions.ts";
import { exactly, globbed, oneOf } from "./text-matcher.ts";
import type { EntrySpec } from "./types.ts";

type GithubActionsSpec = NonNullable<EntrySpec["githubActions"]>;

const GITHUB_URL = "https://github.com";
const GITHUB_ISSUER = "https://token.actions.githubusercontent.com";
/** Events whose workflow or checked out code is a stranger's. */
const STRANGERS: ReadonlySet<string> = new Set(["pull_request", "pull_request_target"]);
const WORKFLOWS = "/.github/workflows/";

/** Requires a spec that validation took. */
export function compileGithubActions(spec: GithubActionsSpec): IdentityRequirement {
  const server = spec.serverURL ?? GITHUB_URL;
  return {
    issuer: exactly(spec.issuer ?? GITHUB_ISSUER),
    subject: signerOf(spec.signerWorkflow, server),
    extensions: new Map([...repositoryOf(spec, server), ...runOf(spec)]),
  };
}

type Test = readonly [name: ExtensionName, matcher: TextMatcher];

function repositoryOf(
  { repository, workflow, repositoryID, repositoryOwnerID }: GithubActionsSpec,
  server: string,
): readonly Test[] {
  const [owner = "", name = ""] = repository.split("/");
  const ownerUrl = `${server}/${owner}`;
  return [
    name === "*"
      ? ["sourceRepositoryOwnerURI", exactly(ownerUrl)]
      : ["sourceRepositoryURI", exactly(`${ownerUrl}/${name}`)],
    ...optional("sourceRepositoryIdentifier", repositoryID),
    ...optional("sourceRepositoryOwnerIdentifier", repositoryOwnerID),
    ...(workflow === undefined ? [] : [["buildConfigURI", workflowFile({ ownerUrl, name, workflow })] as const]),
  ];
}

function runOf({ refs, triggers, environment, runnerEnvironment }: GithubActionsSpec): readonly Test[] {
  return [
    ["sourceRepositoryRef", oneOf(refs.map(globbed))],
    ["buildTrigger", triggers === undefined ? anyButStrangers : oneOf(triggers.map(exactly))],
    ...optional("deploymentEnvironment", environment),
    ...optional("runnerEnvironment", runnerEnvironment),
  ];
}

const anyButStrangers: TextMatcher = {
  wanted: `any but ${[...STRANGERS].join(" and ")}, or a trigger that the policy names`,
  matches: (trigger) => trigger !== "" && !STRANGERS.has(trigger),
};

function optional(name: ExtensionName, text: string | undefined): readonly Test[] {
  return text === undefined ? [] : [[name, exactly(text)]];
}

/** `https://github.com/owner/name/.github/workflows/file.yml@refs/…`, of the repository or of any of the owner's. */
function workflowFile(of: { ownerUrl: string; name: string; workflow: string }): TextMatcher {
  const wanted = `the workflow ${quoted(of.workflow)} of ${of.ownerUrl}/${of.name}`;
  const matches = (value: string): boolean => {
    const at = value.indexOf(WORKFLOWS);
    const [repository, file] = [value.slice(0, at), value.slice(at + WORKFLOWS.length)];
    const isOwn =
      of.name === "*" ? isDirectlyUnder(of.ownerUrl, repository) : repository === `${of.ownerUrl}/${of.name}`;
    // A file may be called "release.yml@x.yml"; none has a slash in its name
    return at >= 0 && isOwn && file.startsWith(`${of.workflow}@refs/`);
  };
  return { wanted, matches };
}

function isDirectlyUnder(ownerUrl: string, repository: string): boolean {
  return repository.startsWith(`${ownerUrl}/`) && !repository.slice(ownerUrl.length + 1).includes("/");
}

function signerOf(pattern: string | undefined, server: string): IdentityRequirement["subject"] {
  if (pattern !== undefined) {
    const matcher = signerWorkflow(pattern, server);
    return () => matcher;
  }
  return ({ extensions }) => workflowOf(extensions.get("sourceRepositoryURI"));
}

/** Path and ref are matched apart: a branch may be called `x@refs/heads/main`. */
function signerWorkflow(pattern: string, server: string): TextMatcher {
  const [path, ref] = splitWorkflow(`${server}/${pattern}`).map(globbed);
  const wanted = quoted(`${server}/${pattern}`);
  const matches = (value: string): boolean => {
    const [actualPath, actualRef] = splitWorkflow(value);
    return path?.matches(actualPath) === true && ref?.matches(actualRef) === true;
  };
  return { wanted, matches };
}

/** The file ends at the first `@refs/`, since no file has a slash in its name; before a commit, at the last `@`. */
function splitWorkflow(text: string): readonly [path: string, ref: string] {
  const refs = text.indexOf("@refs/");
  const at = refs >= 0 ? refs : text.lastIndexOf("@");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function workflowOf(repository: string | undefined): TextMatcher {
  if (repository === undefined) {
    return {
      wanted: "a workflow of the repository that was built, which the certificate does not name",
      matches: () => false,
    };
  }
  const prefix = `${repository}${WORKFLOWS}`;
  return {
    wanted: `a workflow of ${quoted(repository)}, or of another repository that signerWorkflow names`,
    matches: (value) => value.startsWith(prefix),
  };
}
