/**
 * What an entry of a policy can want of an image of sigstore-images.ts, and what is said of each: each question changes one
 * thing against the entry for the image's own signer, which admits it.
 */
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { EntrySpec } from "../../src/policy/types.ts";
import type { CertificateIdentity } from "../support/testbed/keyless.ts";
import { githubUrl } from "../support/testbed/fulcio-config.ts";
import { WORKFLOW, ownSigner, type SigstoreCase } from "./sigstore-images.ts";
import type { Testbed } from "./testbed.ts";

export interface Question {
  /** Of its namespace. */
  readonly name: string;
  readonly title: string;
  readonly isAbout: (image: SigstoreCase) => boolean;
  readonly entry: (image: SigstoreCase, testbed: Testbed) => Omit<EntrySpec, "name">;
  /** Why it is denied; undefined: it is admitted. */
  readonly code: (image: SigstoreCase) => FailureCode | undefined;
}

const isSigned = ({ code }: SigstoreCase): boolean => code === undefined;
const isByName = (image: SigstoreCase): boolean => isSigned(image) && image.by !== "key";
const isByKey = (image: SigstoreCase): boolean => isSigned(image) && image.by === "key";
const isByWorkflow = ({ by }: SigstoreCase): boolean => by !== "key" && by.kind === "github";
const isByDeveloper = ({ by }: SigstoreCase): boolean => by !== "key" && by.kind === "email";

const own: Question["entry"] = (image, testbed) => ({ ...ownSigner(image, testbed), ...image.brings });

/** The entry for the own name, but for this. */
const butFor =
  (change: (by: CertificateIdentity, testbed: Testbed) => Partial<CertificateIdentity>): Question["entry"] =>
  ({ by, brings }, testbed) => {
    if (by === "key") throw new Error("a key has no name");
    const named = testbed.keyless.identityOf(by);
    return { keyless: { ...named, ...change(named, testbed) }, ...brings };
  };

const workflow =
  (change: Partial<NonNullable<EntrySpec["githubActions"]>> = {}): Question["entry"] =>
  ({ brings }, { sigstore }) => ({
    githubActions: {
      repository: WORKFLOW.repository,
      refs: [WORKFLOW.ref],
      workflow: WORKFLOW.workflow,
      issuer: sigstore.oidc.issuers.github,
      serverURL: githubUrl,
      ...change,
    },
    ...brings,
  });

const denied =
  (code: FailureCode): Question["code"] =>
  () =>
    code;

/** What differs by where the signature is. */
const deniedBy =
  (codes: Readonly<Record<SigstoreCase["form"], FailureCode>>): Question["code"] =>
  ({ form }) =>
    codes[form];

export const QUESTIONS: readonly Question[] = [
  { name: "own", title: "for its own signer", isAbout: () => true, entry: own, code: ({ code }) => code },
  {
    name: "other-identity",
    title: "for another identity of its issuer",
    isAbout: isByName,
    entry: butFor(() => ({ subject: "mallory@testbed.example" })),
    code: denied("IdentitySubjectMismatch"),
  },
  {
    name: "other-issuer",
    title: "for its identity by another issuer",
    isAbout: isByName,
    entry: butFor(({ issuer }, { sigstore: { oidc } }) => ({
      issuer: issuer === oidc.issuers.email ? oidc.issuers.spiffe : oidc.issuers.email,
    })),
    code: denied("IdentityIssuerMismatch"),
  },
  {
    name: "other-key",
    title: "for another key",
    isAbout: isSigned,
    entry: ({ brings }, { keys }) => ({ keys: { publicKeys: keys.other.publicPem }, ...brings }),
    // A bundle says itself that a certificate signed
    code: ({ by, form }) => (form === "bundle" && by !== "key" ? "SignerMaterialMismatch" : "SignatureInvalid"),
  },
  {
    name: "name-not-key",
    title: "for a name, where a key signed",
    isAbout: isByKey,
    entry: ({ brings }, { sigstore }) => ({
      keyless: { issuer: sigstore.oidc.issuers.email, subject: "dev@testbed.example" },
      ...brings,
    }),
    code: denied("SignerCertificateMissing"),
  },
  {
    name: "other-instance",
    title: "for its own signer by another Sigstore",
    isAbout: isSigned,
    entry: (image, testbed) => ({ ...own(image, testbed), trustRoot: "sigstore-public-good" }),
    code: deniedBy({ bundle: "LogUnknown", layer: "TimestampAuthorityUnknown" }),
  },
  {
    name: "logged",
    title: "in a log, where there is none",
    isAbout: (image) => isSigned(image) && image.form === "layer",
    entry: (image, testbed) => ownSigner(image, testbed),
    code: denied("LogEntryMissing"),
  },
  { name: "workflow", title: "for its workflow", isAbout: isByWorkflow, entry: workflow(), code: () => undefined },
  {
    name: "workflow-of-owner",
    title: "for any repository of its owner",
    isAbout: isByWorkflow,
    entry: workflow({ repository: "acme/*", triggers: ["push"], runnerEnvironment: "github-hosted" }),
    code: () => undefined,
  },
  {
    name: "other-repository",
    title: "for a workflow of another repository",
    isAbout: isByWorkflow,
    entry: workflow({ repository: "acme/api" }),
    code: denied("IdentityExtensionMismatch"),
  },
  {
    name: "other-ref",
    title: "for its workflow at another ref",
    isAbout: isByWorkflow,
    entry: workflow({ refs: ["refs/tags/v*"] }),
    code: denied("IdentityExtensionMismatch"),
  },
  {
    name: "other-workflow",
    title: "for another workflow of its repository",
    isAbout: isByWorkflow,
    entry: workflow({ workflow: "nightly.yaml" }),
    code: denied("IdentityExtensionMismatch"),
  },
  {
    name: "other-runner",
    title: "for its workflow on a runner of one's own",
    isAbout: isByWorkflow,
    entry: workflow({ runnerEnvironment: "self-hosted" }),
    code: denied("IdentityExtensionMismatch"),
  },
  {
    name: "no-workflow",
    title: "for a workflow, where a person signed",
    isAbout: (image) => isSigned(image) && isByDeveloper(image),
    entry: workflow(),
    code: denied("IdentityIssuerMismatch"),
  },
];
