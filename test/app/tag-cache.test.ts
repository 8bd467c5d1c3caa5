// The digest of a tag is known for seconds, and by its key alone.
import assert from "node:assert/strict";
import { TagCache } from "../../src/app/tag-cache.ts";

const ONE = `sha256:${"1".repeat(64)}` as const;
const TWO = `sha256:${"2".repeat(64)}` as const;

describe("TagCache", () => {
  it("knows what was seen until its lifetime is over", () => {
    let now = 0;
    const tags = new TagCache(
      () => now,
      () => 30,
    );
    assert.equal(tags.known("a"), undefined);
    tags.see("a", ONE);
    now = 29;
    assert.equal(tags.known("a"), ONE);
    assert.equal(tags.known("b"), undefined);
    now = 30;
    assert.equal(tags.known("a"), undefined);
  });

  it("begins again with what is seen later, and forgets", () => {
    let now = 0;
    const tags = new TagCache(
      () => now,
      () => 30,
    );
    tags.see("a", ONE);
    now = 20;
    tags.see("a", TWO);
    now = 40;
    assert.equal(tags.known("a"), TWO);
    tags.forget("a");
    assert.equal(tags.known("a"), undefined);
  });

  it("takes a lifetime that became shorter at once, and keeps nothing with none", () => {
    let lifetime = 30;
    const tags = new TagCache(
      () => 0,
      () => lifetime,
    );
    tags.see("a", ONE);
    lifetime = 0;
    assert.equal(tags.known("a"), undefined);
    tags.see("a", ONE);
    lifetime = 30;
    assert.equal(tags.known("a"), undefined);
  });

  it("keeps some thousands, fewer of long names, and the last of them", () => {
    const filled = (length: number): TagCache => {
      const tags = new TagCache(
        () => 0,
        () => 30,
      );
      for (let i = 0; i < 20_000; i += 1) tags.see(`${i}`.padStart(length, "x"), ONE);
      assert.equal(tags.known("19999".padStart(length, "x")), ONE);
      return tags;
    };
    assert.ok(filled(100).size > 8_000 && filled(100).size < 10_000);
    assert.ok(filled(1000).size < 2_000);
  });
});
