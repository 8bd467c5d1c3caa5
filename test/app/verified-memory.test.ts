// What was verified, for as long as who asks may rest on it.
import assert from "node:assert/strict";
import { VerifiedMemory } from "../../src/app/verified-memory.ts";

const DIGEST = `sha256:${"1".repeat(64)}` as const;
const MOVED = `sha256:${"2".repeat(64)}` as const;

describe("VerifiedMemory", () => {
  it("recalls facts that are as old as is allowed, and no older ones", () => {
    let now = 1_000;
    const memory = new VerifiedMemory<string>(() => now);
    memory.remember("key", { facts: "facts", verifiedAt: now });
    now += 500;
    assert.equal(memory.recall("key", 500)?.facts, "facts");
    assert.equal(memory.recall("key", 499), undefined);
    assert.equal(memory.recall("other", 500), undefined);
  });

  it("counts from when they were verified, not from when they were last seen", () => {
    let now = 1_000;
    const memory = new VerifiedMemory<string>(() => now);
    memory.remember("key", { facts: "facts", verifiedAt: now });
    now += 500;
    memory.remember("key", { facts: "facts", verifiedAt: 1_000 });
    assert.equal(memory.recall("key", 499), undefined);
    memory.remember("key", { facts: "newer", verifiedAt: now });
    assert.equal(memory.recall("key", 499)?.facts, "newer");
  });

  it("rests on nothing while the clock says that it was verified later than now", () => {
    let now = 1_000;
    const memory = new VerifiedMemory<string>(() => now);
    memory.remember("key", { facts: "facts", verifiedAt: now });
    memory.rememberTag("tag", DIGEST);
    now -= 1;
    assert.equal(memory.recall("key", 500), undefined);
    assert.equal(memory.recallTag("tag", 500), undefined);
  });

  it("recalls the digest that a tag last had", () => {
    let now = 1_000;
    const memory = new VerifiedMemory<string>(() => now);
    memory.rememberTag("tag", DIGEST);
    memory.rememberTag("tag", MOVED);
    now += 500;
    assert.equal(memory.recallTag("tag", 500), MOVED);
    assert.equal(memory.recallTag("tag", 499), undefined);
    assert.equal(memory.recallTag("other", 500), undefined);
    memory.forgetOther("tag", MOVED);
    assert.equal(memory.recallTag("tag", 500), MOVED);
    memory.forgetOther("tag", DIGEST);
    assert.equal(memory.recallTag("tag", 500), undefined);
  });

  it("is bounded by bytes: the oldest goes, and what is too large is not kept", () => {
    const memory = new VerifiedMemory<number>(
      () => 1,
      (bytes) => bytes,
    );
    const mib = 1024 * 1024;
    memory.remember("huge", { facts: 65 * mib, verifiedAt: 1 });
    assert.equal(memory.recall("huge", 1), undefined);
    for (const key of ["one", "two", "three"]) memory.remember(key, { facts: 30 * mib, verifiedAt: 1 });
    assert.deepEqual(
      ["one", "two", "three"].map((key) => memory.recall(key, 1) !== undefined),
      [false, true, true],
    );
    // 8 MiB of tags with a name of 1,000 characters each
    const tagOf = (i: number): string => `tag ${i} `.padEnd(1000);
    for (let i = 0; i <= 3720; i += 1) memory.rememberTag(tagOf(i), DIGEST);
    assert.equal(memory.recallTag(tagOf(0), 1), undefined);
    assert.equal(memory.recallTag(tagOf(3720), 1), DIGEST);
  });
});
