// The bounds of a search, and how places and objects are named.
import assert from "node:assert/strict";
import pLimit from "p-limit";
import { readHere } from "../../src/app/large-evidence.ts";
import { fetchBlob, GATHER_LIMITS, shortDigest, tagPlace, tooMany, type Search } from "../../src/app/search.ts";
import { attestationTag, fallbackTag } from "../../src/oci/cosign-tag.ts";
import { rejectsWith } from "../registry/fixtures.ts";
import { fakeRegistry } from "./fixtures.ts";
import { SIGNATURES } from "./gathering.ts";

const digest = `sha256:${"a1".repeat(32)}` as const;

function search(): Search {
  return {
    registry: fakeRegistry({ blob: (_, { size }) => Promise.resolve(new Uint8Array(size)) }),
    repository: { host: "registry.local", path: "a" },
    digest,
    wanted: SIGNATURES,
    limits: { ...GATHER_LIMITS, blobBytes: 10 },
    signal: new AbortController().signal,
    party: "",
    parallel: pLimit(1),
    read: readHere,
    budget: { bytes: 15 },
  };
}

const blob = (size: number): Parameters<typeof fetchBlob>[1] => ({
  mediaType: "a/b",
  digest,
  size,
  annotations: new Map(),
});

describe("fetchBlob()", () => {
  it("fetches what is within its bounds", async () => {
    assert.equal((await fetchBlob(search(), blob(10))).length, 10);
  });

  it("does not ask for an object above its bound: RegistryAnswerTooLarge", async () => {
    await rejectsWith("RegistryAnswerTooLarge", fetchBlob(search(), blob(11)));
  });

  it("does not ask for more than an image may bring: TooManyCandidates", async () => {
    const one = search();
    await fetchBlob(one, blob(10));
    await rejectsWith("TooManyCandidates", fetchBlob(one, blob(6)));
  });
});

describe("tooMany()", () => {
  it("says nothing of nothing, and else how many", () => {
    assert.deepEqual(tooMany("referrers", 0), { places: [], candidates: [] });
    const [candidate] = tooMany("referrers", 3).candidates;
    assert.match(String(candidate?.entity.ok === false && candidate.entity.failure.message), /3 were not looked at/);
  });
});

describe("names of places and objects", () => {
  it("are short", () => {
    assert.equal(shortDigest(digest), "sha256:a1a1a1a1a1a1…");
    assert.equal(tagPlace(fallbackTag(digest)), "tag sha256-a1a1a1a1…");
    assert.equal(tagPlace(attestationTag(digest)), "tag sha256-a1a1a1a1….att");
  });
});
