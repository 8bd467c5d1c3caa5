// The CA in its Secret: there and back, and every way in which it can be contradictory.
import assert from "node:assert/strict";
import { asObject } from "../../src/encoding/guard.ts";
import { parseJson, type JsonObject } from "../../src/encoding/json.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import {
  AuthoritySecretError,
  formatAuthoritySecret,
  parseAuthoritySecret,
  type AuthorityState,
} from "../../src/kubernetes/authority-secret.ts";
import { makeAuthority, type Authority } from "../../src/kubernetes/certificate-authority.ts";

const NOW = Date.UTC(2026, 5, 1);

function asJson(secret: unknown): JsonObject {
  return asObject(parseJson(encodeUtf8(JSON.stringify(secret))), "secret");
}

describe("kubernetes/authority-secret", () => {
  let old: Authority;
  let next: Authority;
  let state: AuthorityState;
  before(async () => {
    old = await makeAuthority({ now: NOW, lifetimeMs: 1e9 });
    next = await makeAuthority({ now: NOW, lifetimeMs: 1e9 });
    state = { issuing: old, next, bundle: [next.certPem, old.certPem], overlapSince: NOW };
  });

  it("comes back as it went in", async () => {
    const written = formatAuthoritySecret({ metadata: { name: "ca", labels: { a: "b" } } }, state, undefined);
    assert.deepEqual(await parseAuthoritySecret(asJson(written)), state);
    assert.deepEqual((written["metadata"] as { labels: unknown }).labels, { a: "b" });
  });

  it("is not there in a Secret without data", async () => {
    assert.equal(await parseAuthoritySecret(asJson({ metadata: {} })), undefined);
    assert.equal(await parseAuthoritySecret(asJson({ metadata: {}, data: {} })), undefined);
  });

  it("holds a rotation that was asked for until it is answered", async () => {
    const metadata = { annotations: { "sealgate.dev/rotate": "today" } };
    const steady: AuthorityState = { issuing: old, bundle: [old.certPem] };
    const written = asJson({ ...formatAuthoritySecret({ metadata }, steady, undefined) });
    assert.equal((await parseAuthoritySecret(written))?.asked, "today");
    const answered = asJson(formatAuthoritySecret({ metadata }, steady, "today"));
    assert.equal((await parseAuthoritySecret(answered))?.asked, undefined);
  });

  const broken: Readonly<Record<string, readonly [(data: Record<string, string>) => void, RegExp]>> = {
    "no certificate": [(data) => delete data["ca.crt"], /ca\.crt is missing/],
    "no key": [(data) => delete data["ca.key"], /ca\.key is missing/],
    "what is no base64": [(data) => (data["ca.crt"] = "!"), /ca\.crt: /],
    "what is no PEM": [(data) => (data["ca.crt"] = "YWJj"), /ca\.crt: there is no certificate/],
    "a key that is none": [(data) => (data["ca.key"] = "YWJj"), /ca\.key: the private key is no ECDSA key/],
    "a next key without its certificate": [
      (data) => (data["next.key"] = Buffer.from(foreign.keyPem).toString("base64")),
      /next\.key: the private key belongs to no CA certificate/,
    ],
    "a key of another CA": [
      (data) => (data["ca.key"] = Buffer.from(foreign.keyPem).toString("base64")),
      /ca\.key: the private key belongs to no CA certificate/,
    ],
  };
  let foreign: Authority;
  before(async () => {
    foreign = await makeAuthority({ now: NOW, lifetimeMs: 1e9 });
  });
  for (const [what, [change, message]] of Object.entries(broken)) {
    it(`refuses ${what}, and says what to do`, async () => {
      const written = formatAuthoritySecret({ metadata: {} }, state, undefined);
      change(written["data"] as Record<string, string>);
      await assert.rejects(parseAuthoritySecret(asJson(written)), (error: unknown) => {
        assert.ok(error instanceof AuthoritySecretError);
        assert.match(error.message, message);
        assert.match(error.message, /empty its data to have a new CA made$/);
        assert.doesNotMatch(error.message, /PRIVATE/);
        return true;
      });
    });
  }
});
