// Attestations for the tests of policy/: rules that ask for them, and statements signed by keys and by identities.
import { sign } from "node:crypto";
import { attempt } from "../../src/failure/attempt.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { parseImageReference, type ImageReference } from "../../src/oci/reference.ts";
import { compilePolicy, type CompiledRule } from "../../src/policy/compile.ts";
import { judgeRule } from "../../src/policy/evaluate.ts";
import type { Candidate } from "../../src/policy/evidence.ts";
import { proveRule } from "../../src/policy/prove.ts";
import type { TrustRoots } from "../../src/policy/trust-root.ts";
import { validatePolicy } from "../../src/policy/validate.ts";
import type { PlaceAnswer, RuleVerdict } from "../../src/policy/verdict.ts";
import { preAuthEncoding, statementOf } from "../support/virtual-sigstore/statement.ts";
import {
  NO_TRUST_ROOTS,
  evidence,
  IMAGE_DIGEST,
  KEYS,
  NOW,
  entry,
  policy,
  type Json,
  type TestKey,
} from "./resources.ts";

export const VULN = "https://cosign.sigstore.dev/attestation/vuln/v1";

/** A rule that asks for one attestation, "vuln", by key a; `more` replaces members of it. */
export function attestationRule(more: Json = {}, rule: Json = {}): Json {
  const attestation = {
    name: "vuln",
    predicateTypes: ["vuln"],
    attestors: [{ entries: [entry("scanner", KEYS.a)] }],
    ...more,
  };
  return { name: "acme", imageReferences: ["ghcr.io/acme/*"], attestations: [attestation], ...rule };
}

export function compiledAttestationRule(rule: Json, roots: TrustRoots = NO_TRUST_ROOTS): CompiledRule {
  const resource = policy({ verifyImages: [rule] });
  const errors = validatePolicy(JSON.parse(JSON.stringify(resource)));
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  const [first] = compilePolicy(resource, roots).rules;
  if (first === undefined) throw new Error("the policy has no rule");
  return first;
}

export interface Attested {
  readonly type?: string;
  readonly subject?: string;
  /** Edits the whole statement. */
  readonly statement?: (statement: Json) => Json;
}

/** A bundle's statement about the image, signed by a key and seen by no log. */
export function attestedBy(
  key: TestKey,
  predicate: unknown,
  { type = VULN, subject, statement }: Attested = {},
): Candidate {
  const written = statementOf("1", IMAGE_DIGEST, { type, predicate }) as Json;
  const payload = encodeUtf8(JSON.stringify(statement?.(written) ?? written));
  return attestedBytes(key, payload, subject);
}

/** As attestedBy(), of any payload. */
export function attestedBytes(key: TestKey, payload: Uint8Array, subject = "bundle sha256:01"): Candidate {
  const signature = Uint8Array.from(sign("sha256", preAuthEncoding(payload), key.privateKey));
  return {
    subject,
    entity: attempt(() => ({
      format: "bundle-v0.3",
      content: { kind: "dsse", payloadType: "application/vnd.in-toto+json", payload },
      signature,
      signer: { kind: "public-key" },
      logEntries: [],
      timestamps: [],
    })),
  };
}

export const REFERENCE: ImageReference = parseImageReference("ghcr.io/acme/app:v1");

export interface Asking {
  readonly places?: readonly PlaceAnswer[];
  readonly now?: number;
  readonly reference?: ImageReference;
}

export function judge(
  rule: CompiledRule,
  candidates: readonly Candidate[],
  { places, now = NOW, reference = REFERENCE }: Asking = {},
): RuleVerdict {
  const proof = proveRule(rule, evidence(candidates, places), now);
  return judgeRule(rule, proof, { image: { reference, digest: IMAGE_DIGEST }, now });
}

/** Outcome and codes, for example "Fail ConditionNotMet". */
export function told({ outcome, findings }: RuleVerdict): string {
  return [outcome, ...findings.map(({ code }) => code)].join(" ");
}
