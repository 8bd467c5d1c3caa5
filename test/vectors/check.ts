/**
 * Holds the real vectors (test/vectors/real/README.md) against the verifier: every verdict, and the typed reason of every
 * rejection.
 */
import { attempt, type Attempt } from "../../src/failure/attempt.ts";
import { verify } from "../../src/verify/verifier.ts";
import { artifactOf, entitiesOf } from "./entities.ts";
import { checkOther } from "./other-kinds.ts";
import { DECISIONS, REJECTIONS } from "./rejections.ts";
import { requirementOf } from "./requirements.ts";
import type { Vector } from "./vector.ts";

export { readVectors, VECTORS_ROOT, type Vector } from "./vector.ts";

/** The instant of every decision: after the newest vector, and inside the private PKI's validity. */
const NOW = Date.UTC(2026, 8, 1);

const HOLDS_ENTITIES: ReadonlySet<string> = new Set([
  "bundle",
  "legacy-image-signature",
  "legacy-signature-parts",
  "legacy-blob-bundle",
]);

/** What the verifier must say: the index's verdict, or ours where the index leaves it open. */
export function expectedOf({ id, expect }: Vector): "accept" | "reject" {
  return expect === "unknown" ? (DECISIONS.get(id) ?? "reject") : expect;
}

/** Undefined when the verifier says what is expected, for the stated reason; else what it said. */
export function checkVector(vector: Vector): string | undefined {
  const attempts = HOLDS_ENTITIES.has(vector.kind) ? verifyEntities(vector) : [attempt(() => checkOther(vector))];
  const codes = attempts.flatMap((result) => (result.ok ? [] : [result.failure.code]));
  const actual = attempts.some(({ ok }) => ok) ? "accept" : `reject [${codes.join(", ")}]`;
  const wanted = REJECTIONS.get(vector.id)?.join(", ") ?? "no row in rejections.ts";
  const expected = expectedOf(vector) === "accept" ? "accept" : `reject [${wanted}]`;
  return actual === expected ? undefined : `${actual}, want ${expected}`;
}

/** An image or artifact that nobody names is nothing to hold a signature against: then only parsing can fail. */
function verifyEntities(vector: Vector): readonly Attempt<unknown>[] {
  const artifact = artifactOf(vector);
  if (artifact === undefined) return entitiesOf(vector).map((parse) => attempt(parse)).filter(({ ok }) => !ok);
  const requirement = requirementOf(vector);
  return entitiesOf(vector).map((parse) => attempt(() => verify(parse(), requirement, artifact, NOW)));
}
