/** platformsOf(): every manifest that a node could run, or a reason why that cannot be told. */
import assert from "node:assert/strict";
import type { Digest } from "../../src/crypto/digest.ts";
import { MEDIA_TYPE, type Descriptor, type Index, type Platform } from "../../src/oci/manifest.ts";
import { nestedIndex, platformsOf } from "../../src/oci/platforms.ts";
import { failsWith } from "../support/failures.ts";

const digest = (i: number): Digest => `sha256:${String(i).padStart(2, "0").repeat(32)}`;
const platform = (os: string, architecture: string, variant = ""): Platform => ({ os, architecture, variant });
const entry = (i: number, more: Partial<Descriptor> = {}): Descriptor => ({
  mediaType: MEDIA_TYPE.ociManifest,
  digest: digest(i),
  size: 7,
  annotations: new Map(),
  ...more,
});
const indexOf = (manifests: readonly Descriptor[], passedOver = 0): Index => ({
  kind: "index",
  mediaType: MEDIA_TYPE.ociIndex,
  manifests,
  passedOver,
  annotations: new Map(),
});
const levels = (manifests: readonly Descriptor[]): readonly string[] =>
  platformsOf(indexOf(manifests)).map(({ level }) => level);

describe("platformsOf()", () => {
  it("gives each manifest once, by its platform and digest", () => {
    const arm = entry(2, { platform: platform("linux", "arm", "v6") });
    assert.deepEqual(
      levels([
        entry(1, { platform: platform("linux", "amd64") }),
        arm,
        { ...arm, platform: platform("linux", "arm", "v7") },
      ]),
      ["linux/amd64 sha256:010101010101…", "linux/arm/v7 sha256:020202020202…"],
    );
  });

  it("passes over unknown/unknown, and nothing that is unknown by half", () => {
    const half = [platform("unknown", "amd64"), platform("linux", "unknown"), platform("Unknown", "unknown")];
    assert.equal(levels([entry(1), entry(2, { platform: platform("unknown", "unknown") })]).length, 1);
    assert.equal(levels(half.map((each, i) => entry(i, { platform: each }))).length, 3);
    // The same digest under two entries runs by the other one.
    assert.equal(levels([entry(1, { platform: platform("unknown", "unknown") }), entry(1)]).length, 1);
  });

  it("takes an entry of any media type for one that a node may run", () => {
    assert.equal(levels([entry(1, { mediaType: "application/x" })]).length, 1);
  });

  it("shows a platform only if its text is plain", () => {
    const hostile = ["li nux", "a".repeat(33), "linux\n", "\u202e"];
    for (const os of hostile) {
      assert.deepEqual(levels([entry(1, { platform: platform(os, "amd64") })]), ["sha256:010101010101…"]);
    }
    assert.deepEqual(levels([entry(1)]), ["sha256:010101010101…"]);
  });

  it("takes 16, and refuses 17 with TooManyPlatforms", () => {
    const many = Array.from({ length: 17 }, (_, i) => entry(i));
    assert.equal(levels(many.slice(1)).length, 16);
    failsWith("TooManyPlatforms", () => levels(many));
  });

  it("refuses a nested index with IndexNested, unless nobody runs it", () => {
    for (const mediaType of [MEDIA_TYPE.ociIndex, MEDIA_TYPE.dockerIndex]) {
      failsWith("IndexNested", () => levels([entry(1), entry(2, { mediaType })]));
      assert.equal(levels([entry(1), entry(2, { mediaType, platform: platform("unknown", "unknown") })]).length, 1);
    }
    assert.equal(nestedIndex().code, "IndexNested");
  });

  it("refuses an index of nothing that runs with NoPlatforms", () => {
    failsWith("NoPlatforms", () => levels([]));
    failsWith("NoPlatforms", () => levels([entry(1, { platform: platform("unknown", "unknown") })]));
  });

  it("refuses an entry of another digest algorithm with PlatformUnverifiable, since a node may run it", () => {
    failsWith("PlatformUnverifiable", () => platformsOf(indexOf([entry(1)], 1)));
  });
});
