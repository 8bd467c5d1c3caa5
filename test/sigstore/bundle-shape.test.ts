/** Versions of the bundle and their media types: nothing is close enough. */
import assert from "node:assert/strict";
import { bundleVersion, isBundleMediaType } from "../../src/sigstore/bundle-shape.ts";
import { failsWith } from "../support/failures.ts";
import { ALL, MEDIA_TYPE } from "./bundles.ts";

const V03_PARAMETER = "application/vnd.dev.sigstore.bundle+json;version=0.3";

describe("isBundleMediaType()", () => {
  it("knows version 0.3 in its two spellings and nothing else", () => {
    assert.ok(isBundleMediaType(MEDIA_TYPE["0.3"]));
    assert.ok(isBundleMediaType(V03_PARAMETER));
    for (const other of ["application/vnd.dev.sigstore.bundle+json", MEDIA_TYPE["0.1"], MEDIA_TYPE["0.2"]]) {
      assert.ok(!isBundleMediaType(other), other);
    }
  });
});

describe("bundleVersion()", () => {
  it("names the version of each media type", () => {
    for (const version of ALL) assert.equal(bundleVersion(MEDIA_TYPE[version], ALL), version);
    assert.equal(bundleVersion(V03_PARAMETER, ALL), "0.3");
  });

  it("refuses a version that the caller does not take", () => {
    for (const version of ["0.1", "0.2"] as const) {
      failsWith("BundleVersionUnsupported", () => bundleVersion(MEDIA_TYPE[version], ["0.3"]));
    }
  });

  const unknown = [
    "application/vnd.dev.sigstore.bundle.v0.4+json",
    "application/vnd.dev.sigstore.bundle.v0.1+json",
    "application/vnd.dev.sigstore.bundle+json;version=0.4",
    "application/vnd.dev.sigstore.bundle+json; version=0.3",
    "application/vnd.dev.sigstore.bundle+json",
    "application/vnd.dev.sigstore.bundle.V0.3+json",
    "application/vnd.dev.sigstore.bundle.v0.3+json ",
    "",
  ];
  for (const mediaType of unknown) {
    it(`refuses "${mediaType}"`, () => {
      failsWith("BundleVersionUnsupported", () => bundleVersion(mediaType, ALL));
    });
  }
});
