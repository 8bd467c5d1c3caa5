// The golden table of policy-api.md §3, and properties of the matcher against an independent one.
import assert from "node:assert/strict";
import type { Digest } from "../../src/crypto/digest.ts";
import { parseImageReference, type ImageReference } from "../../src/oci/reference.ts";
import { parsePattern, parseSkipPattern } from "../../src/policy/pattern.ts";

const DIGEST: Digest = `sha256:${"a".repeat(64)}`;

/** A canonical reference: [host, path]. */
function image(host: string, path: string, digest?: Digest): ImageReference {
  const base = { original: `${host}/${path}`, repository: { host, path } };
  return digest === undefined ? { ...base, tag: "latest" } : { ...base, digest };
}

type Name = readonly [host: string, path: string];

const TABLE: readonly { pattern: string; match: readonly Name[]; differ: readonly Name[] }[] = [
  {
    pattern: "ghcr.io/acme/*",
    match: [
      ["ghcr.io", "acme/app"],
      ["ghcr.io", "acme/team/app"],
    ],
    differ: [
      ["ghcr.io", "acme"],
      ["ghcr.io", "acme-evil/app"],
      ["ghcr.io.evil.example", "acme/app"],
      ["evil.example", "ghcr.io/acme/app"],
      ["ghcr.io:5000", "acme/app"],
    ],
  },
  {
    pattern: "ghcr.io/acme*",
    match: [
      ["ghcr.io", "acme/app"],
      ["ghcr.io", "acme-evil/app"],
    ],
    differ: [["ghcr.io", "x/acme"]],
  },
  {
    pattern: "ghcr.io/acme/app:*",
    match: [["ghcr.io", "acme/app"]],
    differ: [
      ["ghcr.io", "acme/app2"],
      ["ghcr.io", "acme/app/sub"],
    ],
  },
  {
    pattern: "ghcr.io/*/debug",
    match: [
      ["ghcr.io", "acme/debug"],
      ["ghcr.io", "a/b/debug"],
    ],
    differ: [
      ["ghcr.io", "debug"],
      ["ghcr.io", "acme/debug2"],
    ],
  },
  {
    pattern: "ghcr.io/acme/app-?",
    match: [["ghcr.io", "acme/app-1"]],
    differ: [
      ["ghcr.io", "acme/app-"],
      ["ghcr.io", "acme/app-12"],
      ["ghcr.io", "acme/app-/"],
    ],
  },
  {
    pattern: "nginx",
    match: [["docker.io", "library/nginx"]],
    differ: [
      ["docker.io", "acme/nginx"],
      ["ghcr.io", "nginx"],
      ["localhost", "nginx"],
    ],
  },
  {
    pattern: "docker.io/nginx*",
    match: [
      ["docker.io", "library/nginx"],
      ["docker.io", "library/nginx-slim"],
      ["docker.io", "nginxinc/nginx"],
    ],
    differ: [["docker.io", "acme/nginx"]],
  },
  {
    pattern: "docker.io/library/*",
    match: [
      ["docker.io", "library/nginx"],
      ["docker.io", "library/redis"],
    ],
    differ: [
      ["docker.io", "acme/app"],
      ["quay.io", "library/redis"],
    ],
  },
  {
    pattern: "acme/app",
    match: [["docker.io", "acme/app"]],
    differ: [
      ["ghcr.io", "acme/app"],
      ["docker.io", "acme/app/sub"],
    ],
  },
  {
    pattern: "*/acme/*",
    match: [
      ["ghcr.io", "acme/a"],
      ["localhost:5000", "acme/a/b"],
      ["docker.io", "acme/app"],
    ],
    differ: [["ghcr.io", "x/acme/a"]],
  },
  {
    pattern: "*.acme.io/*",
    match: [
      ["reg.acme.io", "a"],
      ["a.b.acme.io", "x"],
    ],
    differ: [
      ["acme.io", "x"],
      ["reg.acme.io:5000", "x"],
      ["reg.acme.io.evil.example", "x"],
      ["evil.example", "reg.acme.io/x"],
    ],
  },
  {
    pattern: "registry.local:*/x",
    match: [
      ["registry.local:5000", "x"],
      ["registry.local", "x"],
    ],
    differ: [["registry.local.evil.example", "x"]],
  },
  {
    pattern: "111122223333.dkr.ecr.*.amazonaws.com/*",
    match: [["111122223333.dkr.ecr.eu-west-1.amazonaws.com", "web"]],
    differ: [["111122223333.dkr.ecr.eu-west-1.amazonaws.com.evil.example", "web"]],
  },
  {
    pattern: "*",
    match: [
      ["docker.io", "library/nginx"],
      ["localhost:5000", "x"],
    ],
    differ: [],
  },
  { pattern: "registry-1.docker.io/library/nginx", match: [["docker.io", "library/nginx"]], differ: [] },
  { pattern: "ghcr.io.:443/acme/**", match: [["ghcr.io", "acme/a/b"]], differ: [["ghcr.io:444", "acme/a"]] },
  { pattern: "*.docker.io/library/*", match: [["docker.io", "library/nginx"]], differ: [["evil.io", "library/nginx"]] },
  { pattern: "localhost/x", match: [["localhost", "x"]], differ: [["docker.io", "localhost/x"]] },
];

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

  it("refuses a digest in an include", () => assert.equal(parsePattern(`ghcr.io/acme/app@${DIGEST}`).ok, false));

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
