/**
 * Credentials and tokens (registry.md §7): who is asked, for what, how often, and what a token service may not do.
 */
import assert from "node:assert/strict";
import { buildRegistry } from "../../src/registry/client.ts";
import type { Credential } from "../../src/ports/credentials.ts";
import type { RegistryAuth } from "../support/registry/auth.ts";
import { loopbackEndpoint, type EmbeddedRegistry, type Hook } from "../support/registry/registry.ts";
import { answer, isUnavailable, keychainOf, PATH, rejectsWith, withRegistry } from "./fixtures.ts";

const users = { robot: "pa:ss" };
const robot = { username: "robot", password: "pa:ss" };
const stranger = { username: "robot", password: "wrong" };
const anonymous: RegistryAuth = { scheme: "bearer", users, anonymous: true };

describe("registry credentials: tokens", () => {
  it("an anonymous token is asked for our repository and pull, once for all callers, and kept", async () => {
    await withRegistry({ auth: anonymous }, async ({ server, client, repository, signal }) => {
      const digest = await server.putImage(PATH, "1", "a");
      const read = async (): Promise<void> => {
        assert.equal((await client.manifest(repository, "1", signal)).digest, digest);
      };
      await Promise.all([read(), read(), read()]);
      await read();
      const asked = server.requests.filter(({ path }) => path.startsWith("/token"));
      assert.equal(asked.length, 1);
      const query = new URL(asked[0]?.path ?? "", "http://x").searchParams;
      assert.deepEqual([...query.keys()], ["from", "service", "scope"]);
      assert.equal(query.get("scope"), `repository:${PATH}:pull`);
      assert.equal(asked[0]?.headers.authorization, undefined);
    });
  });

  it("a token for a user is asked with Basic", async () => {
    const options = { auth: { scheme: "bearer", users }, keychain: keychainOf({ robot }) } as const;
    await withRegistry(options, async ({ server, client, repository, signal }) => {
      const digest = await server.putImage(PATH, "1", "a");
      assert.equal((await client.manifest(repository, "1", signal)).digest, digest);
    });
  });

  it("a token that stopped working is replaced once", async () => {
    await withRegistry({ auth: anonymous }, async ({ server, client, repository, signal }) => {
      await server.putImage(PATH, "1", "a");
      await client.manifest(repository, "1", signal);
      server.revokeTokens();
      await client.manifest(repository, "1", signal);
      assert.equal(server.requests.filter(({ path }) => path.startsWith("/token")).length, 2);
    });
  });

  /** How many tokens were asked for when the image was read at these instants. */
  async function tokensAsked(
    answered: Readonly<Record<string, unknown>>,
    ...instants: readonly number[]
  ): Promise<number> {
    let now = 0;
    let asked = 0;
    const auth = { ...anonymous, tokenAnswer: (token: string) => ({ access_token: token, ...answered }) };
    await withRegistry({ auth, now: () => now }, async ({ server, client, repository, signal }) => {
      await server.putImage(PATH, "1", "a");
      for (const at of instants) {
        now = at;
        await client.manifest(repository, "1", signal);
      }
      asked = tokenRequests(server).length;
    });
    return asked;
  }

  const LIFETIMES: Readonly<Record<string, readonly [Readonly<Record<string, unknown>>, number]>> = {
    "60 seconds unless said": [{}, 60],
    "expires_in seconds": [{ expires_in: 300 }, 300],
    "60 seconds at least": [{ expires_in: 0 }, 60],
    "half an hour at most": [{ expires_in: 86_400 }, 1800],
    "expires_in seconds from issued_at": [{ expires_in: 300, issued_at: "1970-01-01T00:00:40Z" }, 300],
  };
  const START = 100_000;
  for (const [what, [answered, seconds]] of Object.entries(LIFETIMES)) {
    it(`a token is good for four fifths of ${what}`, async () => {
      const issued = answered["issued_at"] === undefined ? START : 40_000;
      const end = issued + seconds * 800;
      assert.equal(await tokensAsked(answered, START, end - 1000), 1);
      assert.equal(await tokensAsked(answered, START, end + 1000), 2);
    });
  }

  for (const [what, issued_at] of [
    ["in the future", "2026-01-01T00:00:00Z"],
    ["of long ago", "1970-01-01T00:00:01Z"],
    ["that is no time", "yesterday"],
    ["that is no text", 7],
  ] as const) {
    it(`an issued_at ${what} is not believed`, async () => {
      assert.equal(await tokensAsked({ issued_at }, START, START + 47_000), 1);
      assert.equal(await tokensAsked({ issued_at }, START, START + 49_000), 2);
    });
  }

  it("a registry that refuses every token is asked twice, not for ever", async () => {
    await withRegistry({ auth: anonymous }, async ({ server, client, repository, signal }) => {
      const challenge = `Bearer realm="http://${server.host}/token",service="embedded-registry",error="insufficient_scope"`;
      server.misbehave((request, response) =>
        request.url?.startsWith("/v2/") === true ? answer(response, 401, { "www-authenticate": challenge }) : false,
      );
      await rejectsWith("RegistryUnauthorized", client.manifest(repository, "1", signal));
      assert.equal(server.requests.length, 3);
    });
  });

  it("a token service that refuses the credential is TokenRefused", async () => {
    const options = { auth: { scheme: "bearer", users }, keychain: keychainOf({ stranger }) } as const;
    await withRegistry(options, async ({ client, repository, signal }) => {
      await rejectsWith("TokenRefused", client.manifest(repository, "1", signal));
    });
  });

  const identity: Credential = { username: "<token>", password: "", identityToken: "pl4nted-identity" };

  it("an identity token is asked with by POST, and nowhere else", async () => {
    const auth: RegistryAuth = { scheme: "bearer", users, identityTokens: ["pl4nted-identity"] };
    await withRegistry({ auth, keychain: keychainOf({ identity }) }, async ({ server, client, repository, signal }) => {
      await server.putImage(PATH, "1", "a");
      await client.manifest(repository, "1", signal);
      const [asked] = tokenRequests(server);
      assert.equal(asked?.method, "POST");
      assert.deepEqual(Object.fromEntries(new URLSearchParams(asked.body)), {
        grant_type: "refresh_token",
        refresh_token: "pl4nted-identity",
        service: "embedded-registry",
        client_id: "sealgate",
        scope: `repository:${PATH}:pull`,
      });
      assert.equal(asked.headers.authorization, undefined);
      const others = server.requests.filter(({ method }) => method === "GET");
      assert.doesNotMatch(JSON.stringify(others), /pl4nted/);
    });
  });

  it("a token service that knows no POST is asked by GET, if there is a password", async () => {
    const both = { ...robot, identityToken: "pl4nted-identity" };
    const auth: RegistryAuth = { scheme: "bearer", users };
    await withRegistry({ auth, keychain: keychainOf({ both }) }, async ({ server, client, repository, signal }) => {
      await server.putImage(PATH, "1", "a");
      await client.manifest(repository, "1", signal);
      assert.deepEqual(
        tokenRequests(server).map(({ method }) => method),
        ["POST", "GET"],
      );
    });
    await withRegistry({ auth, keychain: keychainOf({ identity }) }, async ({ server, client, repository, signal }) => {
      await rejectsWith("TokenRefused", client.manifest(repository, "1", signal));
      assert.equal(tokenRequests(server).length, 1);
    });
  });

  it("an identity token does not follow a redirect", async () => {
    const auth: RegistryAuth = { scheme: "bearer", users };
    await withRegistry({ auth, keychain: keychainOf({ identity }) }, async ({ server, client, repository, signal }) => {
      server.misbehave(
        ({ url = "", method }, response) =>
          method === "POST" && url.startsWith("/token") && answer(response, 307, { location: "/elsewhere" }),
      );
      await rejectsWith("RedirectRefused", client.manifest(repository, "1", signal));
      assert.ok(server.requests.every(({ path }) => !path.startsWith("/elsewhere")));
    });
  });

  it("a password does not follow the token service to another host", async () => {
    await withRegistry({}, async ({ server: other }) => {
      const options = { auth: { scheme: "bearer", users }, keychain: keychainOf({ robot }) } as const;
      await withRegistry(options, async ({ server, client, repository, signal }) => {
        server.misbehave(
          ({ url = "" }, response) =>
            url.startsWith("/token") && answer(response, 307, { location: `http://${other.host}/token` }),
        );
        await rejectsWith("RedirectRefused", client.manifest(repository, "1", signal));
        assert.deepEqual(other.requests, []);
      });
    });
  });

  it("a cloud's credential is not shown to a token service on another host", async () => {
    await withRegistry({}, async ({ server: other }) => {
      const cloud = { ...robot, ownHostOnly: true };
      await withRegistry({ keychain: keychainOf({ cloud }) }, async ({ server, repository, signal }) => {
        const endpoints = [other, server].map(({ host }) => loopbackEndpoint(host));
        const client = buildRegistry({ rules: { endpoints }, now: () => 0 });
        server.misbehave((_, response) =>
          answer(response, 401, { "www-authenticate": `Bearer realm="http://${other.host}/token"` }),
        );
        const failure = await rejectsWith(
          "TokenRefused",
          client.as(keychainOf({ cloud })).manifest(repository, "1", signal),
        );
        assert.match(failure.message, /it is another host, to which the credential of cloud is not shown$/);
        assert.deepEqual(other.requests, []);
        await client.close();
      });
    });
  });

  it("a token service that answers 1 MiB is RegistryAnswerTooLarge", async () => {
    const tokenAnswer = (): unknown => ({ token: "t".repeat(1024 * 1024) });
    await withRegistry({ auth: { ...anonymous, tokenAnswer } }, async ({ client, repository, signal }) => {
      await rejectsWith("RegistryAnswerTooLarge", client.manifest(repository, "1", signal));
    });
  });

  const bad = {
    "a token longer than a header": { token: "t".repeat(20_000) },
    "no token": {},
    "a token with a line break": { token: "a\r\nb" },
    "a number": { token: 1 },
  };
  for (const [what, body] of Object.entries(bad)) {
    it(`a token service that answers ${what} is TokenRefused`, async () => {
      await withRegistry({ auth: { ...anonymous, tokenAnswer: () => body } }, async (bench) => {
        await rejectsWith("TokenRefused", bench.client.manifest(bench.repository, "1", bench.signal));
      });
    });
  }

  for (const [status, cause] of [
    [429, "RegistryThrottled"],
    [500, "RegistryError"],
  ] as const) {
    it(`a token service that answers ${status} is ${cause}`, async () => {
      await withRegistry({ auth: anonymous }, async ({ server, client, repository, signal }) => {
        const hook: Hook = (request, response) =>
          request.url?.startsWith("/token") === true && answer(response, status);
        server.misbehave(hook);
        await isUnavailable(cause, client.manifest(repository, "1", signal));
      });
    });
  }

  const realms = {
    "plain HTTP elsewhere": "http://evil.example/token",
    "an address with credentials": "https://u:p@evil.example/token",
    "another scheme": "file:///etc/passwd",
    "no address": "token",
  };
  for (const [what, realm] of Object.entries(realms)) {
    it(`a token service that is ${what} gets nothing`, async () => {
      await withRegistry({ keychain: keychainOf({ robot }) }, async ({ server, client, repository, signal }) => {
        server.misbehave((_, response) => answer(response, 401, { "www-authenticate": `Bearer realm="${realm}"` }));
        const failure = await rejectsWith("TokenRefused", client.manifest(repository, "1", signal));
        assert.doesNotMatch(failure.message, /evil|passwd/);
        assert.equal(server.requests.length, 1);
      });
    });
  }
});

function tokenRequests({ requests }: EmbeddedRegistry): EmbeddedRegistry["requests"] {
  return requests.filter(({ path }) => path.startsWith("/token"));
}
