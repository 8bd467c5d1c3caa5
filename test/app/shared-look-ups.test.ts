// One image is looked at once, however often a pod names it and whoever must have signed it.
import assert from "node:assert/strict";
import { makeKeyPair, signBundle, signLegacy } from "../support/signer.ts";
import { pod, requestOf } from "../support/reviews.ts";
import { byDigest, KEY, makeApplication, makePolicy, outcomes, PATH, withApplication } from "./fixtures.ts";

describe("registry look-ups: shared", () => {
  it("eight containers of one image under five attestors cost as many requests as one under one", async () => {
    await withApplication({}, async ({ server, registry, repository, signal }) => {
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, digest, KEY);
      await signBundle(server, PATH, digest, KEY);
      const image = byDigest(repository, digest);
      const five = Array.from({ length: 5 }, (_, i) => {
        const key = i === 0 ? KEY : makeKeyPair();
        return makePolicy({ name: `signed-${i}`, key });
      });
      const requests = async (containers: number, policies: readonly ReturnType<typeof makePolicy>[]) => {
        const before = server.requests.length;
        const names = Array.from({ length: containers }, (_, i) => [`c${i}`, image]);
        const { reviewer } = makeApplication(registry, policies);
        const review = await reviewer.validate(requestOf(pod(Object.fromEntries(names))), signal);
        return { count: server.requests.length - before, ends: outcomes(review).map((end) => end.split(" ")[0]) };
      };
      const one = await requests(1, five.slice(0, 1));
      const many = await requests(8, five);
      assert.deepEqual(one.ends, ["Pass"]);
      assert.deepEqual(many.ends, ["Pass", "Fail", "Fail", "Fail", "Fail"]);
      assert.equal(many.count, one.count);
    });
  });
});
