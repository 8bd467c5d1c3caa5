/**
 * What the attestation suite attests, with real cosigns, and what policies ask of it: each row one image, and the codes of its
 * denial. Predicates are of the shapes that scanners and builders write.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { EntrySpec } from "../../src/policy/types.ts";
import type { Attestation } from "../support/testbed/cosign.ts";
import { githubUrl } from "../support/testbed/fulcio-config.ts";
import type { Identity } from "../support/testbed/keyless.ts";
import { WORKFLOW } from "./sigstore-images.ts";
import type { Testbed } from "./testbed.ts";

const DEV: Identity = { kind: "email", email: "dev@testbed.example" };
const SCANNER: Identity = { kind: "email", email: "scanner@testbed.example" };

/** As cosign's predicate type "vuln" has it, around Trivy's report. */
function scan(severities: readonly string[], finished = new Date()): Attestation {
  const time = finished.toISOString().replace(/\.\d+/u, "");
  const Vulnerabilities = severities.map((Severity, i) => ({ VulnerabilityID: `CVE-2026-${1000 + i}`, Severity }));
  const predicate = {
    invocation: { parameters: null, uri: "", event_id: "", "builder.id": "" },
    scanner: {
      uri: "pkg:github/aquasecurity/trivy@0.60.0",
      version: "0.60.0",
      db: { uri: "", version: "" },
      result: { SchemaVersion: 2, Results: [{ Target: "app/package-lock.json", Vulnerabilities }] },
    },
    metadata: { scanStartedOn: time, scanFinishedOn: time },
  };
  return { type: "vuln", predicate };
}

const CLEAN = scan(["LOW", "MEDIUM"]);
const BAD = scan(["LOW", "CRITICAL"]);
const OLD = scan([], new Date(Date.now() - 48 * 60 * 60 * 1000));

const SBOM: Attestation = {
  type: "spdxjson",
  predicate: { spdxVersion: "SPDX-2.3", SPDXID: "SPDXRef-DOCUMENT", name: "web", packages: [{ name: "left-pad" }] },
};

const PROVENANCE: Attestation = {
  type: "slsaprovenance1",
  predicate: {
    buildDefinition: {
      buildType: "https://actions.github.io/buildtypes/workflow/v1",
      externalParameters: { workflow: { ref: "refs/heads/main", repository: "https://github.com/acme/web" } },
      internalParameters: {},
    },
    runDetails: { builder: { id: "https://github.com/actions/runner/github-hosted" } },
  },
};

type Attest = (testbed: Testbed, reference: string) => Promise<unknown>;

const by =
  (identity: Identity, attestation: Attestation): Attest =>
  ({ keyless }, reference) =>
    keyless.attest(reference, identity, attestation);
/** What is the latest goes by certificates, whose times are whole seconds. */
const inTurn =
  (...steps: readonly Attest[]): Attest =>
  async (testbed, reference) => {
    for (const step of steps) {
      await step(testbed, reference);
      await sleep(1_100);
    }
  };
const signedBy =
  (identity: Identity): Attest =>
  ({ keyless }, reference) =>
    keyless.sign(reference, identity);

/** Name of the image to what is said of it. */
export const ATTESTED = {
  unattested: async () => undefined,
  clean: by(SCANNER, CLEAN),
  bad: by(SCANNER, BAD),
  "bad-then-clean": inTurn(by(SCANNER, BAD), by(SCANNER, CLEAN)),
  "clean-then-bad": inTurn(by(SCANNER, CLEAN), by(SCANNER, BAD)),
  "old-scan": by(SCANNER, OLD),
  "clean-by-dev": by(DEV, CLEAN),
  "clean-layer": ({ keyless }, reference) => keyless.attestLegacy(reference, SCANNER, CLEAN),
  sbom: ({ tools, keys }, reference) => tools.v3.attest(reference, keys.acme, SBOM),
  "sbom-layer": ({ tools, keys }, reference) => tools.v2.attest(reference, keys.acme, SBOM),
  "sbom-by-other": ({ tools, keys }, reference) => tools.v3.attest(reference, keys.other, SBOM),
  provenance: by(WORKFLOW, PROVENANCE),
  "provenance-by-dev": by(DEV, PROVENANCE),
  "released-by-dev": inTurn(signedBy(DEV), by(SCANNER, CLEAN)),
  "released-by-scanner": inTurn(signedBy(SCANNER), by(SCANNER, CLEAN)),
} as const satisfies Readonly<Record<string, Attest>>;

export type AttestedName = keyof typeof ATTESTED;

export interface AttestationQuestion {
  readonly name: string;
  /** Members of the one rule beside its name, its patterns and the trust root. */
  readonly rule: (testbed: Testbed) => object;
  /** Each image with the codes of its denial; none: it is admitted. */
  readonly rows: readonly (readonly [image: AttestedName, ...codes: readonly FailureCode[]])[];
  /** What every denial by a condition or validation says. */
  readonly says?: string;
}

const scannerOf = ({ keyless }: Testbed): object => ({ name: "scanner", keyless: keyless.identityOf(SCANNER) });
const noCritical = {
  expression:
    "predicate.scanner.result.Results.all(t, !has(t.Vulnerabilities) || t.Vulnerabilities.all(v, v.Severity != 'CRITICAL'))",
  message: "critical vulnerabilities in the scan",
};

/** One attestation "vuln" by the scanner. */
const scanned =
  (more: object, entry: object = {}): AttestationQuestion["rule"] =>
  (testbed) => ({
    attestations: [
      {
        name: "vuln",
        predicateTypes: ["vuln"],
        attestors: [{ entries: [{ ...scannerOf(testbed), ...entry }] }],
        ...more,
      },
    ],
  });

const keyed =
  (): AttestationQuestion["rule"] =>
  ({ keys }) => {
    const entry: EntrySpec = { name: "ci", keys: { publicKeys: keys.acme.publicPem }, insecureIgnoreTlog: true };
    const conditions = [{ expression: "predicate.packages.exists(p, p.name == 'left-pad')" }];
    return {
      attestations: [{ name: "sbom", predicateTypes: ["spdxjson"], attestors: [{ entries: [entry] }], conditions }],
    };
  };

const provenance =
  (ref: string): AttestationQuestion["rule"] =>
  ({ sigstore }) => {
    const { issuers } = sigstore.oidc;
    const githubActions = {
      issuer: issuers.github,
      serverURL: githubUrl,
      repository: WORKFLOW.repository,
      refs: [WORKFLOW.ref],
      workflow: WORKFLOW.workflow,
    };
    const conditions = [
      {
        expression: `predicate.buildDefinition.externalParameters.workflow.ref == '${ref}'`,
        message: "built from another ref",
      },
      { expression: "predicate.runDetails.builder.id.endsWith('/github-hosted')" },
    ];
    return {
      attestations: [
        {
          name: "slsa",
          predicateTypes: ["slsaprovenance1"],
          attestors: [{ entries: [{ name: "builder", githubActions }] }],
          conditions,
        },
      ],
    };
  };

export const ATTESTATION_QUESTIONS: readonly AttestationQuestion[] = [
  {
    name: "all",
    rule: scanned({ match: "All", conditions: [noCritical] }),
    rows: [
      ["clean"],
      ["bad", "ConditionNotMet"],
      ["bad-then-clean", "ConditionNotMet"],
      ["clean-then-bad", "ConditionNotMet"],
      ["unattested", "NoAttestationFound"],
      ["clean-by-dev", "IdentitySubjectMismatch", "NoAttestationFound"],
      ["sbom", "NoAttestationFound"],
    ],
    says: "critical vulnerabilities in the scan",
  },
  {
    name: "any",
    rule: scanned({ match: "Any", conditions: [noCritical] }),
    rows: [["bad-then-clean"], ["clean-then-bad"], ["bad", "ConditionNotMet"]],
    says: "critical vulnerabilities in the scan",
  },
  {
    name: "latest",
    rule: scanned({ match: "Latest", conditions: [noCritical] }),
    rows: [["bad-then-clean"], ["clean-then-bad", "ConditionNotMet"], ["clean"]],
    says: "critical vulnerabilities in the scan",
  },
  { name: "within-a-day", rule: scanned({ match: "Latest", maxAge: "1d" }), rows: [["clean"]] },
  { name: "within-a-second", rule: scanned({ maxAge: "1s" }), rows: [["clean", "AttestationTooOld"]] },
  {
    name: "scanned-today",
    rule: scanned({
      conditions: [
        {
          expression: "timestamp(predicate.metadata.scanFinishedOn) > now - duration('24h')",
          message: "the scan is older than a day",
        },
      ],
    }),
    rows: [["clean"], ["old-scan", "ConditionNotMet"]],
    says: "the scan is older than a day",
  },
  {
    name: "stamped",
    rule: scanned({ conditions: [noCritical] }, { insecureIgnoreTlog: true, requireTimestamp: true }),
    rows: [["clean-layer"], ["clean"], ["unattested", "NoAttestationFound"]],
  },
  {
    name: "sbom",
    rule: keyed(),
    rows: [["sbom"], ["sbom-layer"], ["sbom-by-other", "SignatureInvalid", "NoAttestationFound"]],
  },
  {
    name: "slsa",
    rule: provenance("refs/heads/main"),
    rows: [["provenance"], ["provenance-by-dev", "IdentityIssuerMismatch", "NoAttestationFound"]],
  },
  {
    name: "slsa-of-tags",
    rule: provenance("refs/tags/v1"),
    rows: [["provenance", "ConditionNotMet"]],
    says: "built from another ref",
  },
  {
    name: "separated",
    rule: (testbed) => ({
      ...scanned({ conditions: [noCritical] })(testbed),
      attestors: [
        { count: 1, entries: [{ name: "dev", keyless: testbed.keyless.identityOf(DEV) }, scannerOf(testbed)] },
      ],
      validations: [
        {
          expression: "attestations.vuln.all(a, signatures.all(s, s.signer.subject != a.signer.subject))",
          message: "whoever scans may not sign the release",
        },
      ],
    }),
    rows: [
      ["released-by-dev"],
      [
        "released-by-scanner",
        "IdentitySubjectMismatch",
        "PredicateTypeNotSignature",
        "PredicateTypeMismatch",
        "ValidationNotMet",
      ],
      // An attestation by whoever may sign is no signature
      ["clean", "IdentitySubjectMismatch", "PredicateTypeNotSignature"],
    ],
    says: "whoever scans may not sign the release",
  },
];
