/**
 * Credentials and tokens (registry.md §7): who is asked, for what, how often, and what a token service may not do.
 */
import assert from "node:assert/strict";
import type { RegistryAuth } from "../support/registry/auth.ts";
import type { Hook } from "../support/registry/registry.ts";
import { answer, isUnavailable, PATH, rejectsWith, withRegistry } from "./fixtures.ts";

const users = { robot: "pa:ss" };
const robot = { username: "robot", password: "pa:ss" };
const stranger = { username: "robot", password: "wrong" };
const anonymous: RegistryAuth = { scheme: "bearer", users, anonymous: true };

describe("registry credentials", () => {
  it("Basic is sent only after the registry asked for it", async () => {
    const options = { auth: { scheme: "basic", users }, credentials: () => robot } as const;
    await withRegistry(options, async ({ server, client, repository, signal }) => {
      const digest = await server.putImage(PATH, "1", "a");
      assert.equal((await client.manifest(repository, "1", signal)).digest, digest);
      assert.deepEqual(
        server.requests.map(({ headers }) => headers.authorization?.split(" ")[0]),
        [undefined, "Basic"],
      );
    });
  });

  for (const [what, credentials] of [
    ["none", undefined],
    ["a wrong one", stranger],
  ] as const) {
    it(`Basic with ${what} is RegistryUnauthorized`, async () => {
      const options = { auth: { scheme: "basic", users }, credentials: () => credentials } as const;
      await withRegistry(options, async ({ server, client, repository, signal }) => {
        await server.putImage(PATH, "1", "a");
        await rejectsWith("RegistryUnauthorized", client.manifest(repository, "1", signal));
      });
    });
  }

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
    const options = { auth: { scheme: "bearer", users }, credentials: () => robot } as const;
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

  it("a token is good for expires_in seconds, 60 unless said", async () => {
    let now = 0;
    const auth = { ...anonymous, tokenAnswer: (token: string) => ({ access_token: token }) };
    await withRegistry({ auth, now: () => now }, async ({ server, client, repository, signal }) => {
      await server.putImage(PATH, "1", "a");
      for (const at of [0, 39_000, 41_000]) {
        now = at;
        await client.manifest(repository, "1", signal);
      }
      assert.equal(server.requests.filter(({ path }) => path.startsWith("/token")).length, 2);
    });
  });

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
    const options = { auth: { scheme: "bearer", users }, credentials: () => stranger } as const;
    await withRegistry(options, async ({ client, repository, signal }) => {
      await rejectsWith("TokenRefused", client.manifest(repository, "1", signal));
    });
  });

  const bad = { "no token": {}, "a token with a line break": { token: "a\r\nb" }, "a number": { token: 1 } };
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
      await withRegistry({ credentials: () => robot }, async ({ server, client, repository, signal }) => {
        server.misbehave((_, response) => answer(response, 401, { "www-authenticate": `Bearer realm="${realm}"` }));
        const failure = await rejectsWith("TokenRefused", client.manifest(repository, "1", signal));
        assert.doesNotMatch(failure.message, /evil|passwd/);
        assert.equal(server.requests.length, 1);
      });
    });
  }
});
