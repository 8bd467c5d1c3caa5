/** `WWW-Authenticate` by the grammar of RFC 9110 §11.6.1: what registries send, and what a hostile one may. */
import assert from "node:assert/strict";
import { pickChallenge } from "../../src/registry/challenge.ts";

const bearer = { scheme: "bearer", realm: "https://a.b/token", service: "s" };

const TABLE: readonly (readonly [string, string | readonly string[] | undefined, unknown])[] = [
  ["no header", undefined, undefined],
  ["an empty header", "", undefined],
  ["Bearer", 'Bearer realm="https://a.b/token",service="s",scope="repository:x:pull,push"', bearer],
  ["names in any case and spaces", 'BEARER  Realm = "https://a.b/token" , SERVICE="s"', bearer],
  ["values without quotes", "Bearer realm=token,service=s", { ...bearer, realm: "token" }],
  ["escapes within quotes", 'Bearer realm="https://a.b/tok\\en",service="s"', bearer],
  ["an empty service", 'Bearer realm="r",service=""', { scheme: "bearer", realm: "r" }],
  ["a comma within quotes", 'Bearer realm="https://a.b/token",scope="a,b=c",service="s"', bearer],
  ["Basic", 'Basic realm="registry"', { scheme: "basic" }],
  ["Basic and Bearer in one header", 'Basic realm="x", Bearer realm="https://a.b/token",service="s"', bearer],
  ["Basic and Bearer in two headers", ['Basic realm="x"', 'Bearer realm="https://a.b/token",service="s"'], bearer],
  ["Bearer without realm, then Basic", 'Bearer service="s", Basic realm="x"', { scheme: "basic" }],
  ["the first of two realms", 'Bearer realm="https://a.b/token",realm="https://evil/",service="s"', bearer],
  ["Negotiate alone", "Negotiate", undefined],
  ["an unclosed quote", 'Bearer realm="https://a.b', { scheme: "bearer", realm: "" }],
  ["more than 8 KiB", `Bearer realm="${"r".repeat(9000)}"`, undefined],
];

describe("registry: pickChallenge()", () => {
  for (const [what, header, expected] of TABLE) {
    it(`reads ${what}`, () => {
      assert.deepEqual(pickChallenge(header), expected);
    });
  }
});
