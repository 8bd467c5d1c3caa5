/**
 * The golden table of registry.md §1.2 and policy-api.md §3: one canonical name per image, whatever its spelling, and a
 * typed refusal of everything else.
 */
import assert from "node:assert/strict";
import { digestOf } from "../../src/crypto/digest.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import {
  canonicalHost,
  formatReference,
  isSameRepository,
  parseImageReference,
  shortNameWarning,
} from "../../src/oci/reference.ts";
import { failsWith, refuses } from "../support/failures.ts";
import { keptMiB } from "../support/memory.ts";

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
  ["[::1]:443/x", "[::1]/x:latest"],
  ["[0:0:0:0:0:0:0:1]:5000/x", "[::1]:5000/x:latest"],
  ["[2001:DB8::00AB]/x", "[2001:db8::ab]/x:latest"],
  ["192.0.2.1:5000/x", "192.0.2.1:5000/x:latest"],
  ["a.b:1/x", "a.b:1/x:latest"],
  ["a.b:65535/x", "a.b:65535/x:latest"],
  ["localhost:443/x", "localhost/x:latest"],
  ["INDEX.DOCKER.IO:443/nginx", "docker.io/library/nginx:latest"],
  ["docker.io./acme/app", "docker.io/acme/app:latest"],
  [`a.b/${HEX}`, `a.b/${HEX}:latest`],
  [`${HEX}:1`, `docker.io/library/${HEX}:1`],
  [`library/sha256:${HEX}`, `docker.io/library/sha256:${HEX}`],
  ["sha256:v1", "docker.io/library/sha256:v1"],
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
  ["an image ID with its algorithm, which a node takes for one before it takes it for a tag", `sha256:${HEX}`],
  ["a part of an image ID", `sha256:${HEX.slice(0, 12)}`],
  ["an image ID of another algorithm", `sha512:${HEX}${HEX}`],
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
  ["a path of 256 characters in components", `a.b/${"p".repeat(127)}/${"p".repeat(128)}`],
  ["a delete character", "ngi\u007fnx"],
  ["port 0", "a.b:0/x"],
  ["a signed port", "a.b:+80/x"],
  ["a port of six digits", "a.b:000080/x"],
  ["port 65536", "a.b:65536/x"],
  ["an empty port", "a.b:/x"],
  ["two dots after the host", "a.b../x"],
  ["a host label that ends with a dash", "a-.b/x"],
  ["an unclosed bracket", "[::1/x"],
  ["an IPv6 address that is none", "[:::]:5000/x"],
  ["an IPv6 zone", "[fe80::1%25eth0]/x"],
  ["an IPv4 address in octal", "0177.0.0.1/x"],
  ["an IPv4 address in hex", "0x7f.1/x"],
  ["an IPv4 address as one number", "2130706433:5000/x"],
  ["an IPv4 address of three parts", "127.0.1/x"],
  ["user information", "user:pw@a.b/x"],
  ["a scheme", "https://a.b/x"],
  ["an empty digest", "a.b/x@"],
  ["two digests", `a.b/x@${DIGEST}@${DIGEST}`],
  ["a digest in upper case", `a.b/x@sha256:${HEX.toUpperCase()}`],
  ["a digest that is too short", `a.b/x@sha256:${HEX.slice(1)}`],
  ["a digest that is too long", `a.b/x@${DIGEST}0`],
  ["a sha512 digest that is too short", `a.b/x@sha512:${HEX}`],
  ["a sha512 digest in upper case", `a.b/x@sha512:${HEX}${HEX.toUpperCase()}`],
  ["an algorithm that no runtime knows", `a.b/x@blake3:${HEX}`],
  ["an algorithm in upper case", `a.b/x@SHA256:${HEX}`],
];

describe("registry references: parseImageReference()", () => {
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

  for (const [what, text, says] of [
    ["a host", "a_b.c/x", 'bad host "a_b.c", want letters, digits, "-" and ".", or [IPv6]'],
    ["a port", "a.b:99999/x", 'bad port in host "a.b:99999", want 1 to 65535'],
    ["a tag", "a.b/x:-1", 'bad tag "-1", want at most 128 letters, digits, "_", "." and "-", no "." or "-" first'],
    ["upper case", "a.b/Acme/x", 'the path "Acme/x" holds upper case, want lower case'],
    [
      "a part that is empty",
      "a.b/acme//x",
      "a part of the path is empty, want a name before, between and after each /",
    ],
    ["a part", "a.b/acme/x-", 'bad part "x-" of the path, want a-z and 0-9, joined by ".", "_", "__" or "-"'],
    ["a digest in capitals", `a.b/x@sha256:${"A".repeat(64)}`, "bad digest after @, want sha256:<64 lower-case hex>"],
    ["a short digest", "a.b/x@sha256:12", "bad digest after @, want sha256:<64 lower-case hex>"],
    ["an ID", "a".repeat(64), "it is an image ID, want a name: nobody can be asked for an ID"],
  ] as const) {
    it(`says of ${what} what is wrong and what is wanted`, () => {
      const { message } = failsWith("ReferenceMalformed", () => parseImageReference(text));
      assert.equal(message, `Cannot parse image reference "${text}": ${says}`);
    });
  }

  it("says of a scheme that there is to be none", () => {
    for (const text of ["https://a.b/x", "docker://nginx", "oci://a.b/x:1"])
      assert.match(failsWith("ReferenceMalformed", () => parseImageReference(text)).message, /scheme, want none$/);
  });

  for (const algorithm of ["sha512", "sha384"] as const) {
    it(`says of ${algorithm} that it is a digest, and that nothing is signed by it`, () => {
      const hex = HEX + (algorithm === "sha512" ? HEX : HEX.slice(32));
      const failure = failsWith("DigestUnsupported", () => parseImageReference(`a.b/x@${algorithm}:${hex}`));
      assert.match(failure.message, new RegExp(`^Cannot look for signatures of a ${algorithm} digest, want sha256`));
    });
  }

  it("keeps nothing of the pod that it was read of: it is remembered for longer", () => {
    const kept = keptMiB(() =>
      Array.from({ length: 80 }, (_, i) => {
        const pod = `registry-${i}.example/acme/web-application:1.0.0 ${"x".repeat(524_288)}`.normalize();
        const { repository, tag } = parseImageReference(pod.slice(0, pod.indexOf(" ")));
        return `${repository.host}/${repository.path}:${tag}`;
      }),
    );
    assert.ok(kept < 8, `${kept} MiB`);
  });

  it("takes hostile input of full length in linear time", () => {
    for (const text of [`a${"-".repeat(4000)}!/x`, `a.b/${"a-".repeat(2000)}`, `a.b/${"__".repeat(2000)}`]) {
      failsWith("ReferenceMalformed", () => parseImageReference(text));
    }
  });
});

describe("registry references: shortNameWarning()", () => {
  for (const text of ["nginx", "nginx:1.27", "acme/app", `nginx@${DIGEST}`, "localhost"]) {
    it(`warns of ${text.slice(0, 20)}`, () => {
      const { host, path } = parseImageReference(text).repository;
      const warning = shortNameWarning(parseImageReference(text)) ?? "";
      assert.match(warning, /names no registry/);
      assert.ok(warning.endsWith(`write ${host}/${path}`));
    });
  }

  for (const text of ["docker.io/nginx", "localhost/x", "Foo/bar", `a.b/x:t@${DIGEST}`]) {
    it(`has nothing to say of ${text.slice(0, 20)}`, () => {
      assert.equal(shortNameWarning(parseImageReference(text)), undefined);
    });
  }
});

describe("registry references: formatReference()", () => {
  it("writes another digest in place of the reference's own, and keeps the tag", () => {
    const digest = digestOf(encodeUtf8("manifest"));
    assert.equal(formatReference(parseImageReference("nginx:1"), digest), `docker.io/library/nginx:1@${digest}`);
    assert.equal(formatReference(parseImageReference(`nginx@${DIGEST}`), digest), `docker.io/library/nginx@${digest}`);
  });
});

describe("registry references: canonicalHost()", () => {
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

describe("registry references: isSameRepository()", () => {
  it("compares host and path", () => {
    const one = { host: "ghcr.io", path: "acme/web" };
    assert.equal(isSameRepository(one, { ...one }), true);
    assert.equal(isSameRepository(one, { ...one, path: "acme/webs" }), false);
    assert.equal(isSameRepository(one, { ...one, host: "quay.io" }), false);
  });
});
