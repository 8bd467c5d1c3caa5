/**
 * The kubelet's rules, a row each; expectations were taken from kubelet's own keyring (Kubernetes 1.36.3), and a row says
 * where ours differs. Then what stands in an entry, and Secrets that are broken.
 */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { parseImageReference, type Repository } from "../../src/oci/reference.ts";
import { lookUp, MAX_TRIED, parsePullSecret } from "../../src/registry/keyring.ts";
import { failsWith } from "../support/failures.ts";
import { refusesEveryPrefix } from "../support/mutations.ts";
import { CONFIG, CONFIG_JSON, configJson, entriesOf, ROWS, secretOf } from "./pull-secrets.ts";

const REPOSITORY: Repository = { host: "reg.io", path: "acme/app" };
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** The credential of the one entry of reg.io. */
function credentialOf(entry: unknown): unknown {
  const text = JSON.stringify({ auths: { "reg.io": entry } });
  return lookUp([parsePullSecret(secretOf(text))], REPOSITORY)[0]?.credential;
}

describe("registry: keyring", () => {
  for (const [name, { secrets, image, want }] of Object.entries(ROWS)) {
    it(`keyring: ${name}`, () => {
      const parts = secrets.map((users, i) => parsePullSecret(secretOf(configJson(users), CONFIG_JSON, `s${i}`)));
      const found = lookUp(parts, parseImageReference(image).repository);
      assert.deepEqual(
        found.map(({ credential }) => credential.username),
        want,
      );
    });
  }

  it("keyring: at least sixty rows, and no more than four credentials for one pull", () => {
    assert.ok(Object.keys(ROWS).length >= 60);
    assert.equal(MAX_TRIED, 4);
  });

  it("keyring: a credential is named by its Secret", () => {
    const [found] = lookUp([parsePullSecret(secretOf(configJson({ "reg.io": "a" })))], REPOSITORY);
    assert.equal(found?.source, 'Secret "prod/regcred"');
  });

  const ENTRIES: Readonly<Record<string, readonly [unknown, unknown]>> = {
    "username and password": [
      { username: "u", password: "p" },
      { username: "u", password: "p" },
    ],
    "auth, with padding": [{ auth: base64("u:pw") }, { username: "u", password: "pw" }],
    "auth, its padding left out": [{ auth: base64("u:pw").replaceAll("=", "") }, { username: "u", password: "pw" }],
    "auth that needs no padding": [{ auth: base64("u:p1234") }, { username: "u", password: "p1234" }],
    "auth with a line break": [{ auth: `${base64("u:p")}\n` }, { username: "u", password: "p" }],
    "auth before username and password": [
      { auth: base64("u:p"), username: "v", password: "q" },
      { username: "u", password: "p" },
    ],
    "a password with colons": [{ auth: base64("u:p:q:") }, { username: "u", password: "p:q:" }],
    "an empty password": [{ auth: base64("u:") }, { username: "u", password: "" }],
    "an identity token": [
      { auth: base64("<token>:"), identitytoken: "t" },
      { username: "<token>", password: "", identityToken: "t" },
    ],
    "a password beyond ASCII": [{ auth: base64("u:pä") }, { username: "u", password: "pä" }],
    "members that mean nothing here": [
      { username: "u", password: "p", email: "e", registrytoken: "t" },
      { username: "u", password: "p" },
    ],
    "nothing at all": [{}, undefined],
  };
  for (const [name, [entry, want]] of Object.entries(ENTRIES)) {
    it(`keyring: an entry may hold ${name}`, () => assert.deepEqual(credentialOf(entry), want));
  }

  it("keyring: the legacy type holds the map itself", () => {
    const secret = secretOf(JSON.stringify(entriesOf({ "reg.io": "a" })), CONFIG);
    assert.equal(lookUp([parsePullSecret(secret)], REPOSITORY)[0]?.credential.username, "a");
  });

  it("keyring: credHelpers and credsStore mean nothing in a Secret", () => {
    const text = JSON.stringify({ credsStore: "ecr", credHelpers: { "reg.io": "ecr" } });
    assert.deepEqual(lookUp([parsePullSecret(secretOf(text))], REPOSITORY), []);
  });

  const text = configJson({ "reg.io": "a" });
  const PASSED_OVER = {
    "of another type": secretOf(text, "Opaque"),
    "whose member is that of the other type": { ...secretOf(text), type: CONFIG },
    "whose member is empty": secretOf(""),
    "without its member": { ...secretOf(text), data: new Map([["config.json", encodeUtf8(text)]]) },
  };
  for (const [name, secret] of Object.entries(PASSED_OVER)) {
    it(`keyring: a Secret ${name} is passed over`, () => {
      assert.deepEqual(lookUp([parsePullSecret(secret)], REPOSITORY), []);
    });
  }

  const pl4nted = "pl4nted";
  const BROKEN: Readonly<Record<string, string>> = {
    "invalid JSON": `{"auths": {"${pl4nted}`,
    "a name twice": `{"auths": {"${pl4nted}": {}, "${pl4nted}": {}}}`,
    "a list": `["${pl4nted}"]`,
    "auths that is a text": `{"auths": "${pl4nted}"}`,
    "an entry that is a text": `{"auths": {"reg.io": "${pl4nted}"}}`,
    "a user name that is a number": `{"auths": {"reg.io": {"username": 7, "password": "${pl4nted}"}}}`,
    "auth that is not base64": `{"auths": {"reg.io": {"auth": "${pl4nted}!"}}}`,
    "auth with white space": `{"auths": {"reg.io": {"auth": " ${base64(`u:${pl4nted}`)}"}}}`,
    "auth with stray bits": `{"auths": {"reg.io": {"auth": "dTpwdx=="}}}`,
    "auth of bytes that are no text": `{"auths": {"reg.io": {"auth": "/zr/"}}}`,
    "auth without a colon": `{"auths": {"reg.io": {"auth": "${base64(pl4nted)}"}}}`,
    "a broken entry of another registry": `{"auths": {"other.io": {"auth": "${pl4nted}!"}}}`,
  };
  for (const [name, broken] of Object.entries(BROKEN)) {
    it(`keyring: a Secret with ${name} is an error that names it, and nothing of it`, () => {
      const { message } = failsWith("PullSecretMalformed", () => parsePullSecret(secretOf(broken)));
      assert.match(message, /^Cannot use Secret "prod\/regcred": /);
      assert.ok(!message.includes(pl4nted) && !message.includes(base64(pl4nted)), message);
    });
  }

  it("keyring: no cut Secret is read", () => {
    const whole = encodeUtf8(configJson({ "reg.io": "a" }));
    refusesEveryPrefix(whole, (bytes) => {
      const data = new Map([[".dockerconfigjson", bytes]]);
      // An empty member is that of a Secret that says nothing.
      if (bytes.length === 0) failsWith("PullSecretMalformed", () => parsePullSecret(secretOf("{")));
      return bytes.length === 0 ? parsePullSecret(secretOf("{")) : parsePullSecret({ ...secretOf(""), data });
    });
  });
});
