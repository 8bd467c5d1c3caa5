/**
 * Docker's and podman's files, each by its own rules: which key serves an image, and what comes of helpers. A row names the
 * user that is found, or the helper with the name under which it knows the registry.
 */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { parseImageReference } from "../../src/oci/reference.ts";
import { AuthFileError, parseAuthFile, type AuthFileRules } from "../../src/registry/auth-file.ts";
import { configJson, entriesOf, type Users } from "./pull-secrets.ts";

const HUB = "https://index.docker.io/v1/";

function find(rules: AuthFileRules, text: string, image: string): string | undefined {
  const file = parseAuthFile(encodeUtf8(text), "config.json", rules);
  const answer = file.find(parseImageReference(image).repository);
  return answer?.kind === "helper" ? `${answer.helper} ${answer.server}` : answer?.credential.username;
}

/** Users, image, what docker finds, what podman finds. */
const ROWS: Readonly<Record<string, readonly [Users, string, string | undefined, string | undefined]>> = {
  "a host": [{ "reg.io": "a" }, "reg.io/acme/app", "a", "a"],
  "another host": [{ "reg.io": "a" }, "eu.reg.io/acme/app", undefined, undefined],
  "a host that begins alike": [{ "reg.io": "a" }, "reg.io.evil.example/acme/app", undefined, undefined],
  "no glob": [{ "*.reg.io": "a" }, "eu.reg.io/acme/app", undefined, undefined],
  "a port": [{ "reg.io:5000": "a" }, "reg.io:5000/acme/app", "a", "a"],
  "another port": [{ "reg.io:5000": "a" }, "reg.io/acme/app", undefined, undefined],
  "an address, as old versions wrote it": [{ "https://reg.io/v1/": "a" }, "reg.io/acme/app", "a", "a"],
  "a namespace": [{ "reg.io/acme": "a" }, "reg.io/acme/app", "a", "a"],
  "a namespace that is a prefix of text only": [{ "reg.io/ac": "a" }, "reg.io/acme/app", "a", undefined],
  "another namespace": [{ "reg.io/other": "a" }, "reg.io/acme/app", "a", undefined],
  "a repository": [{ "reg.io/acme/app": "a" }, "reg.io/acme/app:v1", "a", "a"],
  "the longest first": [{ "reg.io": "a", "reg.io/acme": "b", "reg.io/acme/app": "c" }, "reg.io/acme/app", "a", "c"],
  "the next longest": [{ "reg.io": "a", "reg.io/acme": "b", "reg.io/acme/api": "c" }, "reg.io/acme/app", "a", "b"],
  "Docker Hub by docker's key": [{ [HUB]: "a" }, "nginx", "a", "a"],
  "Docker Hub by podman's key": [{ "docker.io": "a" }, "nginx", "a", "a"],
  "Docker Hub by its other names": [{ "registry-1.docker.io": "a" }, "acme/app", "a", "a"],
  "a namespace of Docker Hub": [{ "docker.io/acme": "a", "docker.io": "b" }, "acme/app", "a", "a"],
};

describe("parseAuthFile()", () => {
  for (const [name, [users, image, docker, podman]] of Object.entries(ROWS)) {
    it(`docker's rules: ${name}`, () => assert.equal(find("docker", configJson(users), image), docker));
    it(`podman's rules: ${name}`, () => assert.equal(find("podman", configJson(users), image), podman));
  }

  const auths = entriesOf({ "reg.io": "a" });
  const HELPERS: Readonly<Record<string, readonly [object, string, string | undefined, string | undefined]>> = {
    "a helper of the host comes first": [
      { auths, credHelpers: { "reg.io": "ecr-login" } },
      "reg.io/app",
      "ecr-login reg.io",
      "ecr-login reg.io",
    ],
    "a helper of another host does not": [{ auths, credHelpers: { "x.io": "gcr" } }, "reg.io/app", "a", "a"],
    "a store serves every host, and podman knows none": [
      { auths, credsStore: "desktop" },
      "reg.io/app",
      "desktop reg.io",
      "a",
    ],
    "a helper comes before the store": [
      { credsStore: "desktop", credHelpers: { "reg.io": "gcr" } },
      "reg.io/app",
      "gcr reg.io",
      "gcr reg.io",
    ],
    "an empty helper switches the store off": [
      { auths, credsStore: "desktop", credHelpers: { "reg.io": "" } },
      "reg.io/app",
      "a",
      "a",
    ],
    "Docker Hub has its own name": [{ credsStore: "desktop" }, "nginx", `desktop ${HUB}`, undefined],
    "Docker Hub is known by any name": [
      { credHelpers: { "docker.io": "pass" } },
      "nginx",
      `pass ${HUB}`,
      `pass ${HUB}`,
    ],
    "a file that says nothing": [{}, "reg.io/app", undefined, undefined],
  };
  for (const [name, [document, image, docker, podman]] of Object.entries(HELPERS)) {
    it(`docker's rules: ${name}`, () => assert.equal(find("docker", JSON.stringify(document), image), docker));
    it(`podman's rules: ${name}`, () => assert.equal(find("podman", JSON.stringify(document), image), podman));
  }

  const BROKEN: Readonly<Record<string, readonly [string, RegExp]>> = {
    "invalid JSON": ['{"pl4nted', /it is not valid JSON/],
    "a list": ["[]", /it is a list, want an object/],
    "an entry that is a text": ['{"auths": {"x": "pl4nted"}}', /entry 1 of auths is a string, want an object/],
    "auth that is not base64": ['{"auths": {"x": {"auth": "pl4nted!"}}}', /entry 1 of auths, auth is not base64/],
    "a helper with a path": ['{"credHelpers": {"x": "../pl4nted"}}', /entry 1 of credHelpers is no name of a/],
    "a store with a blank": ['{"credsStore": "a pl4nted"}', /credsStore is no name of a credential helper/],
  };
  for (const [name, [text, want]] of Object.entries(BROKEN)) {
    it(`refuses ${name} by file and place, without what stands there`, () => {
      assert.throws(
        () => parseAuthFile(encodeUtf8(text), "config.json", "docker"),
        (error) => {
          assert.ok(error instanceof AuthFileError);
          assert.match(error.message, want);
          assert.match(error.message, /^Cannot use config\.json: /);
          return !error.message.includes("pl4nted");
        },
      );
    });
  }
});
