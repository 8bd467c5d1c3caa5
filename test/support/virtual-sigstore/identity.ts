/** Who a keyless certificate is for, and what Fulcio writes into it about them (verification-spec §4.3, §4.4). */
import { generalName } from "../x509/name.ts";

export interface Identity {
  /** The GeneralName of the certificate, and its text as a policy writes it. */
  readonly name: Uint8Array;
  readonly subject: string;
  readonly issuer: string;
  /** Fulcio's extensions by number. */
  readonly extensions: Readonly<Record<number, string>>;
}

export interface Workflow {
  /** owner/name */
  readonly repository?: string;
  /** A file below .github/workflows. */
  readonly workflow?: string;
  /** A full ref. */
  readonly ref?: string;
  /** The reusable workflow that signs, as GitHub names it: owner/name/.github/workflows/file@ref. The workflow itself unless said. */
  readonly calls?: string;
  readonly runner?: "github-hosted" | "self-hosted";
  readonly trigger?: string;
}

export const ACCOUNTS = "https://accounts.example";
export const GITHUB_ACTIONS = "https://token.actions.githubusercontent.com";

const COMMIT = "5f0c1d7b9e2a4c6d8f0e1a2b3c4d5e6f70819203";

/** A person. */
export function email(address: string, issuer: string = ACCOUNTS): Identity {
  return identity(generalName.email(address), address, issuer, address);
}

/** A workload of a SPIFFE trust domain. */
export function spiffe(id: string, issuer: string = "https://spiffe.example"): Identity {
  return identity(generalName.uri(id), id, issuer, id);
}

/** `user!domain`, which is an otherName. */
export function username(name: string, issuer: string = "https://users.example"): Identity {
  return identity(generalName.otherName(name), name, issuer, name);
}

/** A run of GitHub Actions, with every extension that Fulcio knows. */
export function githubWorkflow(options: Workflow = {}): Identity {
  const { repository = "acme/web", workflow = "release.yml", ref = "refs/heads/main" } = options;
  const { runner = "github-hosted", trigger = "push" } = options;
  const [owner = ""] = repository.split("/");
  const config = `https://github.com/${repository}/.github/workflows/${workflow}@${ref}`;
  const subject = options.calls === undefined ? config : `https://github.com/${options.calls}`;
  const { name, extensions } = identity(
    generalName.uri(subject),
    subject,
    GITHUB_ACTIONS,
    `repo:${repository}:ref:${ref}`,
  );
  return {
    name,
    subject,
    issuer: GITHUB_ACTIONS,
    extensions: {
      ...extensions,
      2: trigger,
      3: COMMIT,
      4: "Release",
      5: repository,
      6: ref,
      9: subject,
      10: COMMIT,
      11: runner,
      12: `https://github.com/${repository}`,
      13: COMMIT,
      14: ref,
      15: "1001",
      16: `https://github.com/${owner}`,
      17: "2002",
      18: config,
      19: COMMIT,
      20: trigger,
      21: `https://github.com/${repository}/actions/runs/3003/attempts/1`,
      22: "public",
      23: "production",
    },
  };
}

/** The issuer stands in .1 and .8, the token's subject in .24. */
function identity(name: Uint8Array, subject: string, issuer: string, tokenSubject: string): Identity {
  return { name, subject, issuer, extensions: { 1: issuer, 8: issuer, 24: tokenSubject } };
}
