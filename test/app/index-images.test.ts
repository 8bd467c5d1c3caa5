// An image that is an index, under a rule that takes it or each of its manifests: whatever was remembered while the index was
// enough, and whatever it cost to see that, a valid image is admitted.
import assert from "node:assert/strict";
import { deadlineIn } from "../../src/app/deadline.ts";
import type { Digest } from "../../src/crypto/digest.ts";
import { parseImageReference } from "../../src/oci/reference.ts";
import { MAX_REQUEST_STEPS, MAX_STEPS, spend, withBudget } from "../../src/policy/cel/budget.ts";
import { attachBundle } from "../support/registry/attach.ts";
import type { EmbeddedRegistry } from "../support/registry/registry.ts";
import type { Members } from "../support/reviews.ts";
import { signerOf } from "../support/virtual-sigstore/signer.ts";
import { VirtualSigstore } from "../support/virtual-sigstore/virtual-sigstore.ts";
import {
  breakable,
  KEY,
  makeApplication,
  makePolicy,
  NOW,
  outcomes,
  PATH,
  requestFor,
  withApplication,
} from "./fixtures.ts";
import { DOWN } from "./outage.ts";

const SCAN = "https://acme.example/scan/v1";
const SIGSTORE = new VirtualSigstore();
const MINUTE = 60_000;
const signal = deadlineIn(600_000);

async function attest(registry: EmbeddedRegistry, digest: Digest, predicate: unknown): Promise<void> {
  const bundle = SIGSTORE.signBundle(digest, signerOf(KEY.privateKey), { predicate: { type: SCAN, predicate } });
  await attachBundle({ registry, repository: PATH, digest }, bundle, { predicateType: SCAN });
}

const scanned = (conditions: readonly Members[]): Members => ({
  platforms: "IndexOrEachPlatform",
  attestors: undefined,
  attestations: [
    {
      name: "scan",
      predicateTypes: [SCAN],
      attestors: [{ entries: [{ name: "ci", keys: { publicKeys: KEY.publicKeyPem }, insecureIgnoreTlog: true }] }],
      conditions,
    },
  ],
});

const until = (minutes: number): Members => ({ expires: new Date(NOW + minutes * MINUTE).toISOString() });

describe("an index, or each of its manifests", () => {
  it("is admitted by its manifests once the index alone is not enough any more, remembered or during an outage", async () => {
    await withApplication({}, async ({ server, registry: real, repository }) => {
      const manifests = [await server.putImage(PATH, undefined, "a"), await server.putImage(PATH, undefined, "b")];
      const index = await server.putIndex(PATH, "1", manifests);
      await attest(server, index, until(5));
      for (const digest of manifests) await attest(server, digest, until(60));
      const registry = breakable(real);
      const rule = scanned([{ expression: "timestamp(predicate.expires) > now" }]);
      const policy = makePolicy({ rule, spec: { failurePolicy: "IgnoreIfVerified" } });
      const { reviewer, advance } = makeApplication(registry, [policy]);
      const ask = async (): Promise<readonly [boolean, readonly string[]]> => {
        const review = await reviewer.validate(requestFor(`${repository}@${index}`), signal);
        return [review.allowed, outcomes(review)];
      };
      assert.deepEqual(await ask(), [true, ["Pass"]]);
      registry.fails = DOWN;
      advance(6 * MINUTE);
      assert.deepEqual(await ask(), [true, ["Pass"]], "remembered");
      advance(30 * MINUTE);
      assert.deepEqual(await ask(), [true, ["Undetermined RegistryUnreachable"]], "during an outage");
      advance(30 * MINUTE);
      assert.equal((await ask())[0], false, "every statement has expired");
    });
  });

  // Fails at its first character: the steps are paid, and no time
  const costly = { expression: `!predicate.text.matches('^${"b".repeat(511)}')` };
  const text = "a".repeat(90_000);

  it("is judged once where the index is enough: its expressions may take most of what a request has", async () => {
    await withApplication({}, async ({ server, verifier, repository }) => {
      const index = await server.putIndex(PATH, "1", [await server.putImage(PATH, undefined, "a")]);
      for (const number of [1, 2]) await attest(server, index, { text, number });
      const { rules } = makePolicy({ rule: scanned(Array.from({ length: 8 }, () => costly)) });
      const reference = parseImageReference(`${repository}@${index}`);
      const cpu = verifier.budget();
      const { verdicts } = await verifier.verify(reference, rules, signal, { cpu });
      assert.equal(verdicts[0]?.outcome, "Pass");
      assert.ok(2 * text.length * 8 * 2 > MAX_REQUEST_STEPS, "twice would be too much");
    });
  });

  it("is denied where it is recalled by a request that has no steps left, and is no defect", async () => {
    await withApplication({}, async ({ server, registry: real, repository }) => {
      const index = await server.putIndex(PATH, "1", [await server.putImage(PATH, undefined, "a")]);
      await attest(server, index, { text });
      const registry = breakable(real);
      const policy = makePolicy({ rule: scanned([costly]), spec: { failurePolicy: "IgnoreIfVerified" } });
      const { reviewer, verifier, advance } = makeApplication(registry, [policy]);
      const request = requestFor(`${repository}@${index}`);
      assert.equal((await reviewer.validate(request, signal)).allowed, true);
      registry.fails = DOWN;
      advance(30 * MINUTE);
      const budget = verifier.budget.bind(verifier);
      verifier.budget = () => {
        const cpu = budget();
        while (!cpu.isSpent) cpu.judge(() => withBudget(() => spend(MAX_STEPS)));
        return cpu;
      };
      const review = await reviewer.validate(request, signal);
      assert.deepEqual(
        [review.allowed, outcomes(review)],
        [false, ["Undetermined RegistryUnreachable TooManyCandidates"]],
      );
      verifier.budget = budget;
      assert.equal((await reviewer.validate(request, signal)).allowed, true);
    });
  });
});
