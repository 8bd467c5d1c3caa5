// Policies, keys and signatures for the tests of policy/: what a test does not write is valid.
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { Digest } from "../../src/crypto/digest.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import type { ImageReference } from "../../src/oci/reference.ts";
import { compilePolicy, type CompiledPolicy, type CompiledRule } from "../../src/policy/compile.ts";
import type { Candidate, ImageEvidence } from "../../src/policy/evidence.ts";
import { policyIndex, ruleFinder, type ApplicableRule } from "../../src/policy/match.ts";
import type { ReviewedPod } from "../../src/policy/scope.ts";
import type { Labels } from "../../src/policy/selector.ts";
import type { TrustRoots } from "../../src/policy/trust-root.ts";
import type { PolicyKind, PolicyResource } from "../../src/policy/types.ts";
import type { PlaceAnswer } from "../../src/policy/verdict.ts";

export interface TestKey {
  readonly pem: string;
  readonly privateKey: KeyObject;
}

export function newKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { pem: String(publicKey.export({ type: "spki", format: "pem" })), privateKey };
}

export const KEYS = { a: newKey(), b: newKey(), c: newKey() } as const;
export const IMAGE_DIGEST: Digest = `sha256:${"1".repeat(64)}`;

/** The instant of every decision: no test reads a clock. */
export const NOW = Date.UTC(2026, 5, 1);

export type Json = Record<string, unknown>;

export function entry(name: string, key: TestKey, more: Json = {}): Json {
  return { name, keys: { publicKeys: key.pem }, insecureIgnoreTlog: true, ...more };
}

export function rule(more: Json = {}): Json {
  return {
    name: "acme",
    imageReferences: ["ghcr.io/acme/*"],
    attestors: [{ entries: [entry("release", KEYS.a)] }],
    ...more,
  };
}

/** A resource as parsed from outside: `spec` may be anything. */
export function policy(spec: Json = {}, kind: PolicyKind = "ClusterImageVerifyPolicy"): PolicyResource {
  const metadata = kind === "ClusterImageVerifyPolicy" ? { name: "signed" } : { name: "signed", namespace: "prod" };
  const resource: unknown = {
    apiVersion: "sealgate.dev/v1alpha1",
    kind,
    metadata,
    spec: { verifyImages: [rule()], ...spec },
  };
  return resource as PolicyResource;
}

/** A pod without labels, in a namespace whose labels cannot be read. */
export function reviewed(namespace: string, namespaceLabels?: Labels, more: Partial<ReviewedPod> = {}): ReviewedPod {
  return { namespace, namespaceLabels, labels: [new Map()], facts: () => ({}), ...more };
}

/** The rules of `policies` that decide over one image of a pod. */
export function applicableRules(
  policies: readonly CompiledPolicy[],
  pod: ReviewedPod,
  reference: ImageReference,
): readonly ApplicableRule[] {
  return ruleFinder(policyIndex(policies), pod)(reference);
}

export const NO_TRUST_ROOTS: TrustRoots = () => undefined;

/** The one rule of a policy, which is valid but for what `more` says. */
export function compiledRule(more: Json = {}, trustRoots = NO_TRUST_ROOTS): CompiledRule {
  const [first] = compilePolicy(policy({ verifyImages: [rule(more)] }), trustRoots).rules;
  if (first === undefined) throw new Error("the policy has no rule");
  return first;
}

export function image(name: string, digest?: Digest): ImageReference {
  const slash = name.indexOf("/");
  const repository = { host: name.slice(0, slash), path: name.slice(slash + 1) };
  return digest === undefined ? { original: name, repository, tag: "latest" } : { original: name, repository, digest };
}

/** A cosign v2 signature over `digest`, as a candidate. */
export function candidate(subject: string, key: TestKey, digest: Digest = IMAGE_DIGEST): Candidate {
  const payload = encodeUtf8(
    `{"critical":{"identity":{"docker-reference":"ghcr.io/acme/app"},"image":{"docker-manifest-digest":"${digest}"},"type":"cosign container image signature"},"optional":null}`,
  );
  return {
    subject,
    entity: {
      ok: true,
      value: {
        format: "legacy-signature",
        content: { kind: "simple-signing", payload },
        signature: sign("sha256", payload, key.privateKey),
        signer: { kind: "public-key" },
        logEntries: [],
        timestamps: [],
      },
    },
  };
}

export const READ: PlaceAnswer = { place: "tag sha256-11….sig", state: "read", detail: "1 signature" };
export const ABSENT: PlaceAnswer = { place: "referrers API", state: "absent", detail: "no referrers" };
export const UNREAD: PlaceAnswer = {
  place: "referrers tag",
  state: "unread",
  detail: "503 from ghcr.io",
  cause: "RegistryError",
};

export function evidence(candidates: readonly Candidate[], places: readonly PlaceAnswer[] = [READ]): ImageEvidence {
  return { artifact: { digest: IMAGE_DIGEST }, kind: "manifest", candidates, places };
}
