// `sealgate delete-webhooks`: what it asks to be deleted, and what it prints.
import assert from "node:assert/strict";
import { runDeleteWebhooks, type Deletion } from "../../src/cli/delete-webhooks.ts";
import { UsageError } from "../../src/cli/io.ts";
import { fakeIo } from "./fake-io.ts";

describe("runDeleteWebhooks()", () => {
  it("deletes those that are named, and says of each whether it was there", async () => {
    const io = fakeIo();
    const asked: Deletion[] = [];
    const code = await runDeleteWebhooks(
      { validating: ["a", "b"], mutating: ["c"] },
      async (all, onDeleted) => {
        asked.push(...all);
        for (const one of all) onDeleted(one, one.name !== "b");
      },
      io,
    );
    assert.equal(code, 0);
    assert.deepEqual(
      asked.map(({ kind, name }) => `${kind} ${name}`),
      ["ValidatingWebhookConfiguration a", "ValidatingWebhookConfiguration b", "MutatingWebhookConfiguration c"],
    );
    assert.deepEqual(io.printed().out.split("\n").slice(0, 3), [
      'ValidatingWebhookConfiguration "a" deleted',
      'ValidatingWebhookConfiguration "b" was not there',
      'MutatingWebhookConfiguration "c" deleted',
    ]);
  });

  it("refuses to delete nothing", async () => {
    const deleter = (): Promise<void> => assert.fail("asked for");
    await assert.rejects(runDeleteWebhooks({ validating: [], mutating: [] }, deleter, fakeIo()), UsageError);
  });
});
