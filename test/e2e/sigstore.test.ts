/**
 * What both cosigns sign with real services (Fulcio, Rekor v2, a timestamp authority), decided by the real API server and
 * webhook: every form is admitted for its own signer, and denied for each thing that an entry wants otherwise, by its code.
 */
import assert from "node:assert/strict";
import { codesOf } from "./denial.ts";
import { TRUST_ROOT, useGate, type Gate } from "./gate.ts";
import { QUESTIONS, type Question } from "./sigstore-questions.ts";
import { imageOf, repositoryOf, sigstoreCases, useSigstoreImages, type SigstoreImages } from "./sigstore-images.ts";
import { isDenied, noReference } from "../support/testbed/gate.ts";
import { namespace, policyOf } from "../support/testbed/objects.ts";
import { describeOnTestbed, registryNames, type Testbed } from "./testbed.ts";

const namespaceOf = ({ name }: Question): string => `sigstore-${name}`;

/** A rule for each image that it is about, in both registries. */
function policyFor(question: Question, testbed: Testbed): object {
  const hosts = registryNames.map((name) => testbed.registries[name].host);
  const verifyImages = sigstoreCases.filter(question.isAbout).map((image) => ({
    name: image.name,
    imageReferences: hosts.map((host) => `${host}/${repositoryOf(image)}`),
    trustRoot: TRUST_ROOT,
    attestors: [{ entries: [{ name: "wanted", ...question.entry(image, testbed) }] }],
  }));
  return policyOf({ namespace: namespaceOf(question), name: "signed" }, { verifyImages });
}

describeOnTestbed("sigstore", (testbed) => {
  let gate: Gate;
  let images: SigstoreImages;

  before("sign with the private Sigstore, apply a policy for each question", async () => {
    [gate, images] = await Promise.all([useGate(testbed()), useSigstoreImages(testbed())]);
    await gate.apply(...QUESTIONS.map((question) => namespace(namespaceOf(question))));
    await gate.apply(...QUESTIONS.map((question) => policyFor(question, testbed())));
    for (const question of QUESTIONS) await gate.becomes("denied", namespaceOf(question), noReference);
  });

  for (const registryName of registryNames) {
    describe(`with images on ${registryName}`, () => {
      for (const question of QUESTIONS) {
        for (const image of sigstoreCases.filter(question.isAbout)) {
          const code = question.code(image);
          const verdict = code === undefined ? "admits" : `denies (${code})`;
          it(`${verdict} ${image.name} ${question.title}`, async () => {
            const { reference, digest } = imageOf(images, registryName, image);
            const answer = await gate.ask(namespaceOf(question), reference);
            if (code === undefined) {
              assert.equal(answer.code, 0, answer.stderr);
              assert.ok(answer.stdout.includes(`${reference}@${digest}`), answer.stdout);
            } else {
              assert.ok(isDenied(answer), answer.stderr);
              assert.deepEqual([...new Set(codesOf(answer.stderr))], [code], answer.stderr);
            }
          });
        }
      }
    });
  }
});
