/** Tasks are data in and data out: what comes back after both were copied is what was found here. */
import assert from "node:assert/strict";
import { entityFromBundle } from "../../src/verify/entity.ts";
import { portableRequirement } from "../../src/verify/portable.ts";
import {
  attemptFrom,
  parseEntity,
  runTask,
  withPredicate,
  type ParseTask,
  type VerifyTask,
} from "../../src/verify/task.ts";
import { verify } from "../../src/verify/verifier.ts";
import {
  ARTIFACT,
  cosignAnnotations,
  dsseBundle,
  json,
  KEYS,
  NOW,
  requirementOf,
  signBytes,
  simpleSigning,
  statement,
} from "./fixtures.ts";

const BUNDLE = json(dsseBundle(json(statement()), KEYS.p256));

describe("runTask()", () => {
  it("reads a bundle, a signature's layer and an attestation's", () => {
    const payload = json(simpleSigning());
    const { dsseEnvelope } = dsseBundle(json(statement()), KEYS.p256);
    const tasks: readonly Omit<ParseTask, "kind">[] = [
      { form: "bundle", bytes: BUNDLE, annotations: new Map() },
      { form: "signature", bytes: payload, annotations: cosignAnnotations(signBytes(payload, KEYS.p256)) },
      { form: "attestation", bytes: json(dsseEnvelope), annotations: new Map() },
    ];
    const formats = tasks.map((task) => {
      const result = runTask(structuredClone({ kind: "parse", ...task } as const));
      assert.ok(result.kind === "parse");
      const entity = attemptFrom(structuredClone(result.answer));
      assert.ok(entity.ok);
      assert.deepEqual(entity.value, structuredClone(parseEntity(task)));
      return entity.value.format;
    });
    assert.deepEqual(formats, ["bundle-v0.3", "legacy-signature", "legacy-attestation"]);
  });

  it("says what is wrong with bytes by code and reason", () => {
    const result = runTask({ kind: "parse", form: "bundle", bytes: json({}), annotations: new Map() });
    assert.ok(result.kind === "parse");
    const entity = attemptFrom(structuredClone(result.answer));
    assert.ok(!entity.ok);
    assert.equal(entity.failure.code, "BundleMalformed");
    assert.match(entity.failure.message, /^Cannot parse bundle: /);
  });

  it("answers for each requirement, in their order", () => {
    const entity = entityFromBundle(BUNDLE);
    const requirements = [KEYS.other, KEYS.p256].map((key) => portableRequirement(entity, requirementOf(key)));
    const task: VerifyTask = { kind: "verify", entity, requirements, artifact: ARTIFACT, now: NOW };
    const result = runTask(structuredClone(task));
    assert.ok(result.kind === "verify");
    const [other, own] = structuredClone(result.answers).map(attemptFrom);
    assert.equal(other?.ok === false && other.failure.code, "SignatureInvalid");
    assert.deepEqual(other?.ok === false && other.failure.step, "signature");
    const here = verify(entity, requirementOf(KEYS.p256), ARTIFACT, NOW);
    assert.ok(own?.ok === true);
    // Once for all answers
    assert.deepEqual(result.predicate, here.claims.statement?.predicate);
    assert.equal(own.value.claims.statement?.predicate, undefined);
    assert.deepEqual(withPredicate(own.value, result.predicate), here);
  });

  it("leaves what says nothing more than a signature as it is", () => {
    const payload = json(simpleSigning());
    const annotations = cosignAnnotations(signBytes(payload, KEYS.p256));
    const entity = parseEntity({ form: "signature", bytes: payload, annotations });
    const requirements = [portableRequirement(entity, requirementOf(KEYS.p256))];
    const result = runTask({ kind: "verify", entity, requirements, artifact: ARTIFACT, now: NOW });
    assert.ok(result.kind === "verify" && result.predicate === undefined);
    const [own] = result.answers.map(attemptFrom);
    assert.ok(own?.ok === true);
    const here = verify(entity, requirementOf(KEYS.p256), ARTIFACT, NOW);
    assert.deepEqual([own.value, withPredicate(own.value, [])], [here, here]);
  });
});
