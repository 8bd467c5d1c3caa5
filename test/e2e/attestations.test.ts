/**
 * Attestations by both cosigns, with keys and by name against a private Sigstore, decided by the real API server and webhook:
 * presence, signer, match, age, conditions and validations, each denial with its codes and the operator's words.
 */
import assert from "node:assert/strict";
import { pushImage } from "../support/testbed/images.ts";
import { isDenied, noReference } from "../support/testbed/gate.ts";
import { namespace, policyOf } from "../support/testbed/objects.ts";
import { ATTESTATION_QUESTIONS, ATTESTED, type AttestationQuestion } from "./attestation-questions.ts";
import { codesOf } from "./denial.ts";
import { TRUST_ROOT, useGate, type Gate } from "./gate.ts";
import { describeOnTestbed, type Testbed } from "./testbed.ts";

const namespaceOf = ({ name }: AttestationQuestion): string => `attested-${name}`;

function policyFor(question: AttestationQuestion, testbed: Testbed): object {
  const { host } = testbed.registries.distribution;
  const rule = {
    name: "attested",
    imageReferences: [`${host}/attested/*`],
    trustRoot: TRUST_ROOT,
    ...question.rule(testbed),
  };
  return policyOf({ namespace: namespaceOf(question), name: "attested" }, { verifyImages: [rule] });
}

describeOnTestbed("attestations", (testbed) => {
  let gate: Gate;
  const digests = new Map<string, string>();

  before("attest, and apply a policy for each question", async () => {
    gate = await useGate(testbed());
    const registry = testbed().registries.distribution;
    for (const [name, attest] of Object.entries(ATTESTED)) {
      const pushed = await pushImage({ registry, repository: `attested/${name}`, tag: "1.0", seed: name });
      await attest(testbed(), pushed.reference);
      digests.set(name, pushed.digest);
    }
    await gate.apply(...ATTESTATION_QUESTIONS.map((question) => namespace(namespaceOf(question))));
    await gate.apply(...ATTESTATION_QUESTIONS.map((question) => policyFor(question, testbed())));
    for (const question of ATTESTATION_QUESTIONS) await gate.becomes("denied", namespaceOf(question), noReference);
  });

  for (const question of ATTESTATION_QUESTIONS) {
    for (const [image, ...codes] of question.rows) {
      const verdict = codes.length === 0 ? "admits and pins" : `denies (${codes.join(", ")})`;
      it(`${question.name}: ${verdict} ${image}`, async () => {
        const reference = `${testbed().registries.distribution.host}/attested/${image}:1.0`;
        const answer = await gate.ask(namespaceOf(question), reference);
        if (codes.length === 0) {
          assert.equal(answer.code, 0, answer.stderr);
          assert.ok(answer.stdout.includes(`${reference}@${digests.get(image)}`), answer.stdout);
          return;
        }
        assert.ok(isDenied(answer), answer.stderr);
        assert.deepEqual(new Set(codesOf(answer.stderr)), new Set(codes), answer.stderr);
        const isByExpression = codes.some((code) => code === "ConditionNotMet" || code === "ValidationNotMet");
        if (isByExpression && question.says !== undefined)
          assert.ok(answer.stderr.includes(question.says), answer.stderr);
      });
    }
  }
});
