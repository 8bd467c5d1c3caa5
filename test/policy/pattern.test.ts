// The golden table of policy-api.md §3, and properties of the matcher against an independent one.
import assert from "node:assert/strict";
import type { Digest } from "../../src/crypto/digest.ts";
import { parseImageReference, type ImageReference } from "../../src/oci/reference.ts";
import { parsePattern, parseSkipPattern } from "../../src/policy/pattern.ts";
import { TABLE } from "./pattern-table.ts";

const DIGEST: Digest = `sha256:${"a".repeat(64)}`;

/** A canonical reference: [host, path]. */
function image(host: string, path: string, digest?: Digest): ImageReference {
  const base = { original: `${host}/${path}`, repository: { host, path } };
  return digest === undefined ? { ...base, tag: "latest" } : { ...base, digest };
}

const REFUSED_EVERYWHERE = [
  "",
  "nginx:1.27",
  "ghcr.io/acme/app:v*",
  "nginx*",
  "ghcr.io",
  "ghcr.*/acme/*",
  "reg*:5000/x",
  "gh*/acme/app",
  "GHCR.io/acme/*",
  "ghcr.io/acme/",
  "{{ x }}",
  "ghcr.io//x",
  "/x",
  "**",
  "**/x",
  "*:5000/x",
  "ghcr.io:05/x",
  "ghcr..io/x",
  "ghcr.io/a\u0000b",
  `ghcr.io/${"a".repeat(500)}`,
];

const REFUSED_IN_SKIPS = [
  "*",
  "*/x",
  "*.acme.io/x",
  "registry.local:*/x",
  "ghcr.io/acme*",
  "ghcr.io/*/debug",
  "docker.io/nginx*",
  "ghcr.io/acme/app:v1",
  "localhost/a*",
  "ghcr.io/acme/app@sha256:abc",
  `ghcr.io/acme/app@${DIGEST}0`,
  `ghcr.io/acme/app@x${DIGEST}`,
  `ghcr.io/acme/app@${DIGEST}@${DIGEST}`,
];

describe("policy/pattern", () => {
  for (const { pattern, match, differ } of TABLE) {
    const parsed = parsePattern(pattern);
    for (const [host, path] of match) {
      it(`${pattern} matches ${host}/${path}`, () => {
        assert.ok(parsed.ok);
        assert.equal(parsed.pattern.matches(image(host, path)), true);
        assert.equal(parsed.pattern.matches(image(host, path, DIGEST)), true);
      });
    }
    for (const [host, path] of differ) {
      it(`${pattern} does not match ${host}/${path}`, () => {
        assert.ok(parsed.ok);
        assert.equal(parsed.pattern.matches(image(host, path)), false);
      });
    }
  }

  const spellings: readonly [string, readonly string[], readonly string[]][] = [
    [
      "ghcr.io/acme/*",
      ["ghcr.io/acme/app:v1", "GHCR.IO:443/acme/app", "ghcr.io./acme/app"],
      ["ghcr.io:5000/acme/app", "evil.example/ghcr.io/acme/app"],
    ],
    ["ghcr.io/acme/app:*", ["ghcr.io/acme/app:v1", `ghcr.io/acme/app@${DIGEST}`, `ghcr.io/acme/app:v1@${DIGEST}`], []],
    [
      "nginx",
      ["nginx", "nginx:1.27", "docker.io/nginx", "index.docker.io/library/nginx", "registry-1.docker.io/library/nginx"],
      ["acme/nginx", "ghcr.io/nginx", "localhost/nginx"],
    ],
    ["docker.io/nginx*", ["nginx", "nginx-slim", "nginxinc/nginx"], ["acme/nginx"]],
    ["*", ["nginx", `localhost:5000/x@${DIGEST}`], []],
  ];
  for (const [pattern, match, differ] of spellings) {
    it(`${pattern} sees through every spelling of a reference`, () => {
      const result = parsePattern(pattern);
      assert.ok(result.ok);
      for (const text of match) assert.equal(result.pattern.matches(parseImageReference(text)), true, text);
      for (const text of differ) assert.equal(result.pattern.matches(parseImageReference(text)), false, text);
    });
  }

  for (const pattern of REFUSED_EVERYWHERE) {
    it(`refuses ${JSON.stringify(pattern.slice(0, 40))} everywhere`, () => {
      const include = parsePattern(pattern);
      assert.ok(!include.ok);
      assert.match(include.message, /^Cannot use the pattern ".*": /);
      assert.equal(parseSkipPattern(pattern).ok, false);
    });
  }

  const reasons: Readonly<Record<string, RegExp>> = {
    "": /: it is empty$/,
    "GHCR.io/acme/*": /: want lower case/,
    "ghcr.io/Acme/*": /: want lower case/,
    "https://ghcr.io/acme/*": /: want no scheme/,
    "ghcr.*/acme/*": /since ghcr\.\* is ghcr\.io\.evil\.example too$/,
    "ghcr.io/acme/": /none empty$/,
  };
  for (const [pattern, reason] of Object.entries(reasons)) {
    it(`says what is wrong with ${JSON.stringify(pattern)}`, () => {
      const refused = parsePattern(pattern);
      assert.ok(!refused.ok);
      assert.match(refused.message, reason);
    });
  }

  for (const pattern of REFUSED_IN_SKIPS) {
    it(`refuses ${pattern.slice(0, 40)} in skips`, () => assert.equal(parseSkipPattern(pattern).ok, false));
  }

  it("refuses a digest in an include, and says why", () => {
    for (const text of [`ghcr.io/acme/app@${DIGEST}`, "ghcr.io/acme/app@x"]) {
      const refused = parsePattern(text);
      assert.ok(!refused.ok);
      assert.match(refused.message, /: digests select nothing here/);
    }
  });

  it("takes as many characters as it says, and not one more", () => {
    const ofLength = (length: number): string => "ghcr.io/".padEnd(length, "a");
    assert.deepEqual(
      [320, 321].map((length) => parsePattern(ofLength(length)).ok),
      [true, false],
    );
    assert.deepEqual(
      [400, 401].map((length) => parseSkipPattern(ofLength(length)).ok),
      [true, false],
    );
  });

  it("takes narrow skips, all of one host among them", () => {
    for (const pattern of [
      "ghcr.io/*",
      "ghcr.io/**",
      "ghcr.io/acme/*",
      "acme/*",
      "nginx",
      "nginx:*",
      "localhost/x/*",
    ]) {
      assert.equal(parseSkipPattern(pattern).ok, true, pattern);
    }
  });

  it("narrows a skip with a digest to references that carry it", () => {
    for (const text of [`ghcr.io/acme/app@${DIGEST}`, `ghcr.io/acme/app:*@${DIGEST}`]) {
      const skip = parseSkipPattern(text);
      assert.ok(skip.ok);
      assert.equal(skip.pattern.matches(image("ghcr.io", "acme/app", DIGEST)), true);
      assert.equal(skip.pattern.matches(image("ghcr.io", "acme/app")), false);
      assert.equal(skip.pattern.matches(image("ghcr.io", "acme/app", `sha256:${"b".repeat(64)}`)), false);
    }
  });

  it("knows which patterns let the pod's author choose the host", () => {
    const wild = ["*", "*/x", "*.acme.io/x", "reg.local:*/x"];
    for (const text of [...wild, "ghcr.io/*", "acme/*", "nginx"]) {
      const result = parsePattern(text);
      assert.ok(result.ok);
      assert.equal(result.pattern.hasHostWildcard, wild.includes(text), text);
    }
  });
});
