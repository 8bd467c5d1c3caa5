// entries[].keyless (policy-api.md §2.4): a signer known by what an OIDC issuer said of it, as Fulcio wrote it down.
import { eitherOf, exactText, regularExpression } from "./text.mjs";

/** Fulcio's fields by name, with their number in 1.3.6.1.4.1.57264.1. */
const EXTENSIONS = {
  buildSignerURI: "Fulcio's .9: the workflow file, with its ref, whose job signed.",
  buildSignerDigest: "Fulcio's .10: the commit of the workflow file whose job signed.",
  runnerEnvironment: "Fulcio's .11: the kind of machine, for example github-hosted.",
  sourceRepositoryURI: "Fulcio's .12: the repository that was built, as a URL.",
  sourceRepositoryDigest: "Fulcio's .13: the commit that was built.",
  sourceRepositoryRef: "Fulcio's .14: the ref that was built, for example refs/heads/main.",
  sourceRepositoryIdentifier: "Fulcio's .15: the number of the repository that was built.",
  sourceRepositoryOwnerURI: "Fulcio's .16: the owner of the repository, as a URL.",
  sourceRepositoryOwnerIdentifier: "Fulcio's .17: the number of the repository's owner.",
  sourceRepositoryVisibility: "Fulcio's .22: the repository's visibility at signing, for example public.",
  buildConfigURI: "Fulcio's .18: the workflow file that began the run, with its ref.",
  buildConfigDigest: "Fulcio's .19: the commit of the workflow file that began the run.",
  buildTrigger: "Fulcio's .20: the event that began the run, for example push.",
  runInvocationURI: "Fulcio's .21: the one run that signed, as a URL.",
  deploymentEnvironment: "Fulcio's .23: the deployment environment that the job named.",
  tokenSubject: "Fulcio's .24: the sub claim of the OIDC token.",
  githubWorkflowTrigger: "Fulcio's .2 (old): the event that began the run.",
  githubWorkflowSHA: "Fulcio's .3 (old): the commit of the workflow file.",
  githubWorkflowName: "Fulcio's .4 (old): the name of the workflow.",
  githubWorkflowRepository: "Fulcio's .5 (old): the repository, as owner/name.",
  githubWorkflowRef: "Fulcio's .6 (old): the ref that was built.",
};

const extension = (description) => ({
  type: "string",
  minLength: 1,
  maxLength: 1024,
  description: `${description} Compared exactly. Any or none when it is absent.`,
});

export const keyless = {
  type: "object",
  description: "The signer has a certificate of Fulcio's that names this OIDC issuer and this subject.",
  "x-kubernetes-validations": [eitherOf("issuer", "issuerRegExp"), eitherOf("subject", "subjectRegExp")],
  properties: {
    issuer: exactText(
      "The OIDC issuer, exactly, for example https://accounts.google.com. It or issuerRegExp must be written.",
      "issuerRegExp is for more than one issuer",
    ),
    issuerRegExp: regularExpression(
      "A regular expression of RE2 that matches the whole OIDC issuer, from its first character to its last. Instead of issuer.",
    ),
    subject: exactText(
      "The subject, exactly: an e-mail address, a URI or a user name, as the certificate has it. It or subjectRegExp must be written.",
      "subjectRegExp is for more than one subject",
    ),
    subjectRegExp: regularExpression(
      "A regular expression of RE2 that matches the whole subject, from its first character to its last. Instead of subject.",
    ),
    extensions: {
      type: "object",
      minProperties: 1,
      description:
        "What else Fulcio must have written down, by name. A field that a certificate has not never matches.",
      properties: Object.fromEntries(
        Object.entries(EXTENSIONS).map(([field, description]) => [field, extension(description)]),
      ),
    },
  },
};
