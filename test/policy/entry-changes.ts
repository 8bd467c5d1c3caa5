// For each leaf of an attestor entry: a signature, an entry that it meets, and the same entry with that leaf changed.
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { parsePublicKeyPem } from "../../src/crypto/public-key.ts";
import type { Candidate } from "../../src/policy/evidence.ts";
import { formatKeySource, type KeySources } from "../../src/policy/key-source.ts";
import { makeIntermediate, makeLeaf, makeRoot, type TestCertificate } from "../support/x509/certificate.ts";
import { subjectAltName } from "../support/x509/extension.ts";
import { generalName } from "../support/x509/name.ts";
import {
  INTERMEDIATE,
  ISSUER,
  mailSigner,
  ROOT,
  RUN,
  runSigner,
  signedBy,
  signedByKey,
  signerWith,
  SUBJECT,
} from "./instance.ts";
import { KEYS, NOW, type Json } from "./resources.ts";

export interface EntryChange {
  readonly signature: Candidate;
  /** Members of the entry beside its name. */
  readonly met: Json;
  readonly unmet: Json;
}

/** Fulcio's numbers, written down once more: the code under test has its own. */
const NUMBERS = {
  buildSignerURI: 9,
  buildSignerDigest: 10,
  runnerEnvironment: 11,
  sourceRepositoryURI: 12,
  sourceRepositoryDigest: 13,
  sourceRepositoryRef: 14,
  sourceRepositoryIdentifier: 15,
  sourceRepositoryOwnerURI: 16,
  sourceRepositoryOwnerIdentifier: 17,
  sourceRepositoryVisibility: 22,
  buildConfigURI: 18,
  buildConfigDigest: 19,
  buildTrigger: 20,
  runInvocationURI: 21,
  deploymentEnvironment: 23,
  tokenSubject: 24,
  githubWorkflowTrigger: 2,
  githubWorkflowSHA: 3,
  githubWorkflowName: 4,
  githubWorkflowRepository: 5,
  githubWorkflowRef: 6,
};

const KEY = KEYS.a.privateKey;
const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 });
const RSA_PEM = String(RSA.publicKey.export({ type: "spki", format: "pem" }));

const run = signedBy(runSigner());
const mail = signedBy(mailSigner());

function key(signature: Candidate, met: Json, unmet: Json): EntryChange {
  return {
    signature,
    met: { keys: { publicKeys: KEYS.a.pem, ...met } },
    unmet: { keys: { publicKeys: KEYS.a.pem, ...unmet } },
  };
}

/** Where key a is; whatever else is named holds key b. */
const WITH_KEY_A: ReadonlySet<string> = new Set([
  'key "hashivault://release"',
  'key "cosign.pub" of Secret "sealgate/release"',
  'key "cosign.pub" of Secret "shared/release"',
  'key "new.pub" of Secret "sealgate/release"',
]);

export const KEY_SOURCES: KeySources = {
  namespace: "sealgate",
  isAllowed: () => true,
  find: (source) => ({
    kind: "key",
    key: parsePublicKeyPem(WITH_KEY_A.has(formatKeySource(source)) ? KEYS.a.pem : KEYS.b.pem),
  }),
};

function stored(met: Json, unmet: Json): EntryChange {
  return outside({ secret: met }, { secret: unmet });
}

function outside(met: Json, unmet: Json): EntryChange {
  return { signature: byKey(), met: { keys: met }, unmet: { keys: unmet } };
}

function keyless(met: Json, unmet: Json): EntryChange {
  const written = { issuer: ISSUER, subject: SUBJECT };
  return { signature: mail, met: { keyless: { ...written, ...met } }, unmet: { keyless: { ...written, ...unmet } } };
}

function extension(name: keyof typeof NUMBERS): EntryChange {
  const written = { issuer: RUN[8], subjectRegExp: ".*" };
  return {
    signature: run,
    met: { keyless: { ...written, extensions: { [name]: RUN[NUMBERS[name]] } } },
    unmet: { keyless: { ...written, extensions: { [name]: `${RUN[NUMBERS[name]]}2` } } },
  };
}

function workflow(met: Json, unmet: Json): EntryChange {
  const written = { repository: "acme/app", refs: ["refs/heads/main"] };
  return {
    signature: run,
    met: { githubActions: { ...written, ...met } },
    unmet: { githubActions: { ...written, ...unmet } },
  };
}

/** By a leaf of the private PKI, which holds for years. */
function pki(issuer: TestCertificate, met: Json, unmet: Json, isLogged = true): EntryChange {
  const leaf = makeLeaf(issuer, {
    notAfter: NOW + 1,
    extensions: { subjectAltName: subjectAltName([generalName.dns("ci.acme.io"), generalName.email(SUBJECT)]) },
  });
  const written = { roots: ROOT.pem, subject: SUBJECT };
  return {
    signature: signedBy(signerWith(leaf), { isLogged }),
    met: { certificates: { ...written, ...met } },
    unmet: { certificates: { ...written, ...unmet } },
  };
}

function whole(signature: Candidate, variant: Json, met: Json, unmet: Json): EntryChange {
  return { signature, met: { ...variant, ...met }, unmet: { ...variant, ...unmet } };
}

const otherKey = (publicKeys: string): Json => ({ publicKeys });
const byKey = (privateKey: KeyObject = KEY): Candidate => signedByKey(privateKey);
const anyMail = { keyless: { issuer: ISSUER, subject: SUBJECT } };
const anyKey = { keys: { publicKeys: KEYS.a.pem } };

export const ENTRY_CHANGES: Readonly<Record<string, EntryChange>> = {
  "keys.publicKeys": key(byKey(), {}, otherKey(KEYS.b.pem)),
  "keys.secret.name": stored({ name: "release" }, { name: "other" }),
  "keys.secret.namespace": stored({ name: "release", namespace: "shared" }, { name: "release", namespace: "other" }),
  "keys.secret.key": stored({ name: "release", key: "new.pub" }, { name: "release", key: "old.pub" }),
  "keys.kms": outside({ kms: "hashivault://release" }, { kms: "hashivault://other" }),
  "keys.hashAlgorithm": key(byKey(), { hashAlgorithm: "sha256" }, { hashAlgorithm: "sha512" }),
  "keys.rsaPadding": key(
    byKey(RSA.privateKey),
    { publicKeys: RSA_PEM, rsaPadding: "PKCS1v15" },
    { publicKeys: RSA_PEM, rsaPadding: "PSS" },
  ),
  "keys.validFrom": key(byKey(), { validFrom: "2026-01-15T12:00:00Z" }, { validFrom: "2026-01-15T12:00:01Z" }),
  "keys.validUntil": key(byKey(), { validUntil: "2026-01-15T12:00:00Z" }, { validUntil: "2026-01-15T11:59:59Z" }),
  "keyless.issuer": keyless({}, { issuer: "https://other.example" }),
  "keyless.issuerRegExp": keyless(
    { issuer: undefined, issuerRegExp: "https://accounts\\.example" },
    { issuer: undefined, issuerRegExp: "accounts\\.example" },
  ),
  "keyless.subject": keyless({}, { subject: "ops@acme.io" }),
  "keyless.subjectRegExp": keyless(
    { subject: undefined, subjectRegExp: ".*@acme\\.io" },
    { subject: undefined, subjectRegExp: "@acme\\.io" },
  ),
  ...Object.fromEntries(
    (Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]).map((name) => [`keyless.extensions.${name}`, extension(name)]),
  ),
  "githubActions.repository": workflow({}, { repository: "acme/other" }),
  "githubActions.refs[]": workflow({}, { refs: ["refs/tags/*"] }),
  "githubActions.workflow": workflow({ workflow: "release.yml" }, { workflow: "ci.yml" }),
  "githubActions.signerWorkflow": workflow(
    { signerWorkflow: "acme/app/.github/workflows/release.yml@refs/heads/*" },
    { signerWorkflow: "acme/shared/.github/workflows/release.yml@refs/heads/*" },
  ),
  "githubActions.triggers[]": workflow({ triggers: ["push"] }, { triggers: ["schedule"] }),
  "githubActions.environment": workflow({ environment: "production" }, { environment: "staging" }),
  "githubActions.runnerEnvironment": workflow(
    { runnerEnvironment: "github-hosted" },
    { runnerEnvironment: "self-hosted" },
  ),
  "githubActions.repositoryID": workflow({ repositoryID: "1001" }, { repositoryID: "1002" }),
  "githubActions.repositoryOwnerID": workflow({ repositoryOwnerID: "2002" }, { repositoryOwnerID: "2003" }),
  "githubActions.issuer": workflow({ issuer: RUN[8] }, { issuer: `${RUN[8]}/acme` }),
  "githubActions.serverURL": workflow(
    { issuer: RUN[8], serverURL: "https://github.com" },
    { issuer: RUN[8], serverURL: "https://github.example" },
  ),
  "certificates.roots": pki(ROOT, {}, { roots: makeRoot({ key: "P-384" }).pem }),
  "certificates.intermediates": pki(
    INTERMEDIATE,
    { intermediates: INTERMEDIATE.pem },
    { intermediates: makeIntermediate(ROOT, { key: "P-384" }).pem },
  ),
  "certificates.subject": pki(ROOT, { subject: "ci.acme.io" }, { subject: "acme.io" }),
  "certificates.subjectRegExp": pki(
    ROOT,
    { subject: undefined, subjectRegExp: "ci\\..*" },
    { subject: undefined, subjectRegExp: "\\..*" },
  ),
  "certificates.insecureUseCurrentTime": whole(
    pki(ROOT, {}, {}, false).signature,
    { trustRoot: "lenient" },
    { certificates: { roots: ROOT.pem, subject: SUBJECT, insecureUseCurrentTime: true } },
    { certificates: { roots: ROOT.pem, subject: SUBJECT, insecureUseCurrentTime: false } },
  ),
  "annotations.*": whole(
    signedByKey(KEY, { annotations: { env: "prod" } }),
    anyKey,
    { annotations: { env: "prod" } },
    { annotations: { env: "test" } },
  ),
  trustRoot: whole(byKey(), anyKey, {}, { trustRoot: "github" }),
  insecureIgnoreTlog: whole(
    signedByKey(KEY, { isLogged: false }),
    anyKey,
    { insecureIgnoreTlog: true },
    { insecureIgnoreTlog: false },
  ),
  insecureIgnoreSCT: whole(
    signedBy(mailSigner(SUBJECT, ISSUER, false)),
    anyMail,
    { insecureIgnoreSCT: true },
    { insecureIgnoreSCT: false },
  ),
  requireTimestamp: whole(mail, anyMail, { requireTimestamp: false }, { requireTimestamp: true }),
};
