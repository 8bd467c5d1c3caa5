// timeoutSeconds (policy-api.md §2.1): what a policy may take of a request, within what the request has.
import assert from "node:assert/strict";
import { pod, requestOf } from "../support/reviews.ts";
import { makePolicy, outcomes } from "./fixtures.ts";
import { withOutage } from "./outage.ts";

describe("timeoutSeconds", () => {
  it("leaves when the policy's time is spent, and says whose it was; other policies go on", async () => {
    await withOutage({ spec: { failurePolicy: "Fail", timeoutSeconds: 1 } }, async ({ registry, image, validate }) => {
      registry.hangs = true;
      const review = await validate(image);
      assert.deepEqual([review.allowed, outcomes(review)], [false, ["Undetermined DeadlineSpent"]]);
      assert.match(review.message ?? "", /the 1 s of its policy were spent during verification/);
    });
  });

  it("leaves a tag too, in validate and in mutate", async () => {
    await withOutage({ spec: { failurePolicy: "Fail", timeoutSeconds: 1 } }, async ({ registry, tagged, ...bench }) => {
      registry.hangs = true;
      const [review, pin] = await Promise.all([bench.validate(tagged), bench.pin(tagged)]);
      assert.match(review.message ?? "", /the 1 s of its policy were spent during resolution of the tag/);
      assert.equal(pin, undefined);
    });
  });

  it("never takes more than the request has", async () => {
    await withOutage({ spec: { failurePolicy: "Fail", timeoutSeconds: 30 } }, async ({ registry, image, reviewer }) => {
      registry.hangs = true;
      const request = new AbortController();
      const work = reviewer.validate(requestOf(pod({ web: image })), request.signal);
      request.abort();
      assert.match((await work).message ?? "", /the time was spent during verification/);
    });
  });

  it("hides no verdict of a policy that has more time", async () => {
    await withOutage({}, async ({ registry, image, reviewer, enforce }) => {
      enforce(makePolicy({ name: "short", spec: { timeoutSeconds: 1 }, rule: { name: "short" } }), makePolicy());
      registry.hangs = true;
      const request = new AbortController();
      const work = reviewer.validate(requestOf(pod({ web: image })), request.signal);
      await new Promise((resolve) => setTimeout(resolve, 1100));
      request.abort();
      const { message = "" } = await work;
      assert.match(message, /"short": .*\n.*the 1 s of its policy were spent/);
      assert.match(message, /"acme": .*\n.*the time was spent during verification/);
    });
  });
});
