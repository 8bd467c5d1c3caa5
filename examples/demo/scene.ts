/** The images, the policies and the pods of the demo, and the end that each pod is to meet. */
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { UndeterminedCause } from "../../src/policy/causes.ts";
import { attachBundle } from "../../test/support/registry/attach.ts";
import type { EmbeddedRegistry } from "../../test/support/registry/registry.ts";
import { makeKeyPair, signBundle, signLegacy, type KeyPair } from "../../test/support/signer.ts";
import { email, type Identity } from "../../test/support/virtual-sigstore/identity.ts";
import { SIGN_PREDICATE, type Predicate } from "../../test/support/virtual-sigstore/statement.ts";
import { VirtualSigstore } from "../../test/support/virtual-sigstore/virtual-sigstore.ts";

export type End = "pinned" | "warned" | "denied";

export interface DemoPod {
  readonly name: string;
  readonly namespace: string;
  readonly repository: string;
  readonly tag: string;
  readonly image: string;
  readonly title: string;
  readonly expected: End;
  /** The code that the answer must name. */
  readonly code?: FailureCode | UndeterminedCause;
  /** Names of pull secrets. */
  readonly pullSecrets?: readonly string[];
}

export interface DemoPolicy {
  readonly name: string;
  readonly object: object;
}

export interface Scene {
  /** Of the registry, spoken to without TLS. */
  readonly host: string;
  readonly pods: readonly DemoPod[];
  readonly policies: readonly DemoPolicy[];
  /** The team's. */
  readonly publicKey: string;
  /** trusted_root.json of the team's Sigstore. */
  readonly trustedRoot: Uint8Array;
}

export const NAMESPACES = ["prod", "dev"] as const;

/** The name that the policy calls the team's Sigstore by. */
export const TRUST_ROOT = "acme";

const LOGIN = "https://login.acme.example";
const RELEASE = email("release@acme.example", LOGIN);
const SCANNER = email("scanner@acme.example", LOGIN);

/** Pushes and signs. */
export async function makeScene(registry: EmbeddedRegistry): Promise<Scene> {
  const team = makeKeyPair();
  const sigstore = new VirtualSigstore();
  await signWithKeys(registry, team);
  await signByName(registry, sigstore);
  await scan(registry, sigstore);
  await registry.putImage("acme/spike", "0.1", "spike");
  const { host } = registry;
  const pod = (image: string, title: string, expected: End, code?: FailureCode): DemoPod => {
    const [repository = "", tag = ""] = image.split(":");
    const name = repository.replace(/^.*\//, "");
    const namespace = expected === "warned" ? "dev" : "prod";
    const because = code === undefined ? {} : { code };
    return { name, namespace, repository, tag, image: `${host}/${image}`, title, expected, ...because };
  };
  const pods = [
    pod("acme/web:1.0", "signed with the team's key, as cosign v2 does", "pinned"),
    pod("acme/api:1.0", "signed with the team's key, as cosign v3 does", "pinned"),
    pod("acme/debug:latest", "not signed", "denied", "NoSignatureFound"),
    pod("acme/miner:2.1", "signed, but with somebody else's key", "denied", "SignatureInvalid"),
    pod("keyless/shop:1.0", `signed without a key, by ${RELEASE.subject}`, "pinned"),
    pod("keyless/blog:1.0", "signed by another name of the same login", "denied", "IdentitySubjectMismatch"),
    pod("keyless/cart:1.0", "signed by that name, but of another login", "denied", "IdentityIssuerMismatch"),
    pod("keyless/mail:1.0", "signed with the log entry of another signature", "denied", "LogSignatureMismatch"),
    pod("scanned/till:1.0", "scanned, without a critical finding", "pinned"),
    pod("scanned/desk:1.0", "scanned, with a critical finding", "denied", "ConditionNotMet"),
    pod("acme/spike:0.1", "not signed, and run in another namespace", "warned", "NoSignatureFound"),
  ];
  const policies = makePolicies(host, team);
  return { host, pods, policies, publicKey: team.publicKeyPem, trustedRoot: sigstore.trustedRoot() };
}

async function signWithKeys(registry: EmbeddedRegistry, team: KeyPair): Promise<void> {
  const web = await registry.putImage("acme/web", "1.0", "web");
  await signLegacy(registry, "acme/web", web, team);
  const api = await registry.putImage("acme/api", "1.0", "api");
  await signBundle(registry, "acme/api", api, team);
  await registry.putImage("acme/debug", "latest", "debug");
  const miner = await registry.putImage("acme/miner", "2.1", "miner");
  await signLegacy(registry, "acme/miner", miner, makeKeyPair());
}

type Members = Readonly<Record<string, unknown>>;

async function signByName(registry: EmbeddedRegistry, sigstore: VirtualSigstore): Promise<void> {
  const sign = async (repository: string, identity: Identity, bundle = (own: Members) => own): Promise<Members> => {
    const digest = await registry.putImage(repository, "1.0", repository);
    const signed = sigstore.signBundle(digest, sigstore.certify(identity), { timestamp: true, bundle });
    await attachBundle({ registry, repository, digest }, signed, { predicateType: SIGN_PREDICATE.type });
    return JSON.parse(new TextDecoder().decode(signed)) as Members;
  };
  const shop = await sign("keyless/shop", RELEASE);
  await sign("keyless/blog", email("intern@acme.example", LOGIN));
  await sign("keyless/cart", email(RELEASE.subject, "https://login.elsewhere.example"));
  const { tlogEntries } = shop["verificationMaterial"] as Members;
  const withEntryOfShop = (bundle: Members): Members => ({
    ...bundle,
    verificationMaterial: { ...(bundle["verificationMaterial"] as Members), tlogEntries },
  });
  await sign("keyless/mail", RELEASE, withEntryOfShop);
}

/** As cosign attests a report of Trivy's. */
async function scan(registry: EmbeddedRegistry, sigstore: VirtualSigstore): Promise<void> {
  for (const [repository, severity] of [
    ["scanned/till", "LOW"],
    ["scanned/desk", "CRITICAL"],
  ] as const) {
    const Vulnerabilities = [{ VulnerabilityID: "CVE-2026-1001", PkgName: "left-pad", Severity: severity }];
    const result = { SchemaVersion: 2, Results: [{ Target: "app/package-lock.json", Vulnerabilities }] };
    const scanner = { uri: "pkg:github/aquasecurity/trivy@0.60.0", version: "0.60.0", result };
    const predicate: Predicate = {
      type: "https://cosign.sigstore.dev/attestation/vuln/v1",
      predicate: { scanner, metadata: { scanFinishedOn: new Date(sigstore.now).toISOString() } },
    };
    const digest = await registry.putImage(repository, "1.0", repository);
    const bundle = sigstore.signBundle(digest, sigstore.certify(SCANNER), { predicate, timestamp: true });
    await attachBundle({ registry, repository, digest }, bundle, { predicateType: predicate.type });
  }
}

function makePolicies(host: string, team: KeyPair): readonly DemoPolicy[] {
  const apiVersion = "sealgate.dev/v1alpha1";
  const key = { name: "team", keys: { publicKeys: team.publicKeyPem }, insecureIgnoreTlog: true };
  const byKey = { name: "by-key", imageReferences: [`${host}/acme/*`], attestors: [{ entries: [key] }] };
  const release = { name: "release", keyless: { issuer: RELEASE.issuer, subject: RELEASE.subject } };
  const byName = {
    name: "by-name",
    imageReferences: [`${host}/keyless/*`],
    trustRoot: TRUST_ROOT,
    attestors: [{ entries: [release] }],
  };
  const scanned = {
    name: "scanned",
    imageReferences: [`${host}/scanned/*`],
    trustRoot: TRUST_ROOT,
    attestations: [
      {
        name: "vuln",
        predicateTypes: ["vuln"],
        attestors: [{ entries: [{ name: "scanner", keyless: { issuer: SCANNER.issuer, subject: SCANNER.subject } }] }],
        match: "Latest",
        conditions: [
          {
            expression:
              "predicate.scanner.result.Results.all(t, !has(t.Vulnerabilities) || t.Vulnerabilities.all(v, v.Severity != 'CRITICAL'))",
            message: "critical vulnerabilities in the latest scan",
          },
        ],
      },
    ],
  };
  const elsewhere = [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["prod", "kube-system"] }];
  return [
    {
      name: "signed",
      object: {
        apiVersion,
        kind: "ImageVerifyPolicy",
        metadata: { name: "signed", namespace: "prod" },
        spec: { failureAction: "Enforce", verifyImages: [byKey, byName] },
      },
    },
    {
      name: "scanned",
      object: {
        apiVersion,
        kind: "ImageVerifyPolicy",
        metadata: { name: "scanned", namespace: "prod" },
        spec: { failureAction: "Enforce", verifyImages: [scanned] },
      },
    },
    {
      name: "watch",
      object: {
        apiVersion,
        kind: "ClusterImageVerifyPolicy",
        metadata: { name: "watch" },
        spec: {
          failureAction: "Warn",
          match: { namespaceSelector: { matchExpressions: elsewhere } },
          verifyImages: [byKey],
        },
      },
    },
  ];
}
