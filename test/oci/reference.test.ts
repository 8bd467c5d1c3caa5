/**
 * The golden table of registry.md §1.2 and policy-api.md §3: one canonical name per image, whatever its spelling, and a
 * typed refusal of everything else.
 */
import assert from "node:assert/strict";
import { digestOf } from "../../src/crypto/digest.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { canonicalHost, formatReference, parseImageReference } from "../../src/oci/reference.ts";
import { failsWith, refuses } from "../support/failures.ts";

const HEX = "0123456789abcdef".repeat(4);
const DIGEST = `sha256:${HEX}`;

const CANONICAL: readonly (readonly [string, string])[] = [
  ["nginx", "docker.io/library/nginx:latest"],
  ["nginx:1.27", "docker.io/library/nginx:1.27"],
  ["ubuntu:5000", "docker.io/library/ubuntu:5000"],
  ["localhost", "docker.io/library/localhost:latest"],
  ["example.com", "docker.io/library/example.com:latest"],
  ["docker.io/nginx", "docker.io/library/nginx:latest"],
  ["index.docker.io/nginx", "docker.io/library/nginx:latest"],
  ["registry-1.docker.io/library/nginx", "docker.io/library/nginx:latest"],
  ["registry-1.docker.io/nginx", "docker.io/library/nginx:latest"],
  ["foo/bar:v1", "docker.io/foo/bar:v1"],
  ["localhost/x", "localhost/x:latest"],
  ["localhost:5000/x", "localhost:5000/x:latest"],
  ["Foo/bar", "foo/bar:latest"],
  ["GHCR.IO:443/acme/app", "ghcr.io/acme/app:latest"],
  ["ghcr.io./acme/app", "ghcr.io/acme/app:latest"],
  ["ghcr.io.:443/acme/app", "ghcr.io/acme/app:latest"],
  ["a.b:05000/x", "a.b:5000/x:latest"],
  ["[::1]:5000/x", "[::1]:5000/x:latest"],
  ["a.b/x__y/z---z", "a.b/x__y/z---z:latest"],
  [`a.b:5000/x:t@${DIGEST}`, `a.b:5000/x:t@${DIGEST}`],
  [`a.b/x@${DIGEST}`, `a.b/x@${DIGEST}`],
  [`a.b/${"p".repeat(255)}`, `a.b/${"p".repeat(255)}:latest`],
  [`a.b/x:${"t".repeat(128)}`, `a.b/x:${"t".repeat(128)}`],
];

const MALFORMED: readonly (readonly [string, string])[] = [
  ["an empty text", ""],
  ["white space", "nginx "],
  ["a control character", "ngi\u0000nx"],
  ["a letter beyond ASCII", "ngınx"],
  ["64 hex digits, an image ID", HEX],
  ["more than 4096 characters", `a.b/${"p".repeat(4096)}`],
  ["a path of 256 characters", `a.b/${"p".repeat(256)}`],
  ["a tag of 129 characters", `a.b/x:${"t".repeat(129)}`],
  ["an upper-case path", "docker.io/Foo"],
  ["an empty path", "a.b/"],
  ["an empty path component", "a.b/x//y"],
  ["three underscores", "a.b/x___y"],
  ["a path that ends with a dot", "a.b/x."],
  ["an empty tag", "a.b/x:"],
  ["a tag that starts with a dash", "a.b/x:-t"],
  ["port 0", "a.b:0/x"],
  ["port 65536", "a.b:65536/x"],
  ["an empty port", "a.b:/x"],
  ["two dots after the host", "a.b../x"],
  ["a host label that ends with a dash", "a-.b/x"],
  ["an unclosed bracket", "[::1/x"],
  ["user information", "user:pw@a.b/x"],
  ["a scheme", "https://a.b/x"],
  ["an empty digest", "a.b/x@"],
  ["two digests", `a.b/x@${DIGEST}@${DIGEST}`],
  ["a digest in upper case", `a.b/x@sha256:${HEX.toUpperCase()}`],
  ["a digest that is too short", `a.b/x@sha256:${HEX.slice(1)}`],
];

describe("parseImageReference", () => {
  for (const [text, canonical] of CANONICAL) {
    it(`${text.slice(0, 80)} is ${canonical.slice(0, 80)}`, () => {
      const reference = parseImageReference(text);
      assert.equal(formatReference(reference), canonical);
      assert.equal(reference.original, text);
    });
  }

  for (const [what, text] of MALFORMED) {
    it(`refuses ${what}`, () => {
      failsWith("ReferenceMalformed", () => parseImageReference(text));
    });
  }

  for (const text of [`a.b/x@sha512:${HEX}${HEX}`, `a.b/x@sha384:${HEX}${HEX.slice(32)}`, `a.b/x@blake3:${HEX}`]) {
    it(`refuses the algorithm of ${text.slice(0, 16)}`, () => {
      failsWith("DigestUnsupported", () => parseImageReference(text));
    });
  }

  it("takes hostile input of full length in linear time", () => {
    for (const text of [`a${"-".repeat(4000)}!/x`, `a.b/${"a-".repeat(2000)}`, `a.b/${"__".repeat(2000)}`]) {
      failsWith("ReferenceMalformed", () => parseImageReference(text));
    }
  });
});

describe("formatReference", () => {
  it("writes another digest in place of the reference's own, and keeps the tag", () => {
    const digest = digestOf(encodeUtf8("manifest"));
    assert.equal(formatReference(parseImageReference("nginx:1"), digest), `docker.io/library/nginx:1@${digest}`);
    assert.equal(formatReference(parseImageReference(`nginx@${DIGEST}`), digest), `docker.io/library/nginx@${digest}`);
  });
});

describe("canonicalHost", () => {
  it("gives every name of Docker Hub the same one", () => {
    for (const name of ["docker.io", "INDEX.docker.io:443", "registry-1.docker.io."]) {
      assert.equal(canonicalHost(name), "docker.io");
    }
  });

  it("refuses what is not a host", () => {
    refuses(/bad host/, () => canonicalHost("a..b"));
    refuses(/bad port/, () => canonicalHost("a.b:x"));
  });
});
