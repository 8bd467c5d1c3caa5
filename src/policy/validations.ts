/**
 * What must be true of signatures and attestations together (policy-api.md §2.3, §2.6), once all of them passed.
 */
import type { CelInput } from "@bufbuild/cel";
import { attempt } from "../failure/attempt.ts";
import type { CompiledEntry } from "./compile-entry.ts";
import type { SetResult } from "./judge-set.ts";
import { checkCondition, type CompiledCondition } from "./condition.ts";
import { annotationFacts, imageFacts, instantFact, predicateFacts, signerFacts, statementFacts } from "./facts.ts";
import { statementOf, type Asked, type AttestationResult, type PassedStatement } from "./judge-attestation.ts";
import { failureFinding, type Accepted } from "./prove.ts";
import type { Finding } from "./verdict.ts";

/** Why they are not valid together; undefined if they are. Requires that every set and attestation passed. */
export function checkValidations(
  validations: readonly CompiledCondition[],
  sets: readonly SetResult[],
  attestations: readonly AttestationResult[],
  { image, now }: Asked,
): Finding | undefined {
  if (validations.length === 0) return undefined;
  const signed = sets.flatMap(({ taken }) =>
    taken.flatMap(({ entry, accepted }) => accepted.map((each) => signatureFacts(entry, each))),
  );
  const facts = {
    image: imageFacts(image),
    signatures: signed,
    attestations: new Map(attestations.map(({ name, passed }) => [name, passed.map(passedFacts)])),
    now: instantFact(now),
  };
  const result = attempt(() => {
    for (const validation of validations) checkCondition(validation, "validation", "the image", facts);
  });
  return result.ok ? undefined : failureFinding("validations", result);
}

function signatureFacts({ name, party }: CompiledEntry, { entity }: Accepted): CelInput {
  return new Map<string, CelInput>([
    ["signer", signerFacts({ party, entry: name }, entity)],
    ["annotations", annotationFacts(entity)],
  ]);
}

function passedFacts({ entry: { name, party }, entity }: PassedStatement): CelInput {
  const statement = statementOf(entity);
  return new Map<string, CelInput>([
    ["statement", statementFacts(statement)],
    ["predicate", predicateFacts(statement)],
    ["signer", signerFacts({ party, entry: name }, entity)],
  ]);
}
