/**
 * Who asks a registry (registry.md §7, §8): several credentials in turn, on 401 and 403 alone and at most four; nothing of
 * one is shared with another; and no credential on a wrong wire.
 */
import assert from "node:assert/strict";
import type { CredentialSource } from "../../src/ports/credentials.ts";
import type { RegistryAuth } from "../support/registry/auth.ts";
import type { EmbeddedRegistry } from "../support/registry/registry.ts";
import { answer, isUnavailable, keychainOf, PATH, rejectsWith, sourceOf, withRegistry } from "./fixtures.ts";

const users = { robot: "pl4nted:1", other: "pl4nted2" };
const robot = { username: "robot", password: "pl4nted:1" };
const other = { username: "other", password: "pl4nted2" };
const wrong = { username: "robot", password: "pl4nted-wrong" };

const FLOWS: Readonly<Record<string, RegistryAuth>> = {
  Basic: { scheme: "basic", users },
  Bearer: { scheme: "bearer", users },
};

/** The scheme of each request, with the user of Basic. */
function shown({ requests }: EmbeddedRegistry): readonly (string | undefined)[] {
  return requests.map(({ headers: { authorization } }) => {
    if (authorization === undefined) return undefined;
    const [scheme, value = ""] = authorization.split(" ");
    return scheme === "Basic" ? `Basic ${Buffer.from(value, "base64").toString().split(":")[0]}` : scheme;
  });
}

describe("registry credentials: authorization", () => {
  it("nothing is shown before the registry asks for it", async () => {
    const options = { auth: { scheme: "basic", users }, keychain: keychainOf({ robot }) } as const;
    await withRegistry(options, async ({ server, client, repository, signal }) => {
      const digest = await server.putImage(PATH, "1", "a");
      assert.equal((await client.manifest(repository, "1", signal)).digest, digest);
      assert.deepEqual(shown(server), [undefined, "Basic robot"]);
    });
  });

  it("a registry that asks for nothing is shown nothing", async () => {
    await withRegistry({ keychain: keychainOf({ robot }) }, async ({ server, client, repository, signal }) => {
      await server.putImage(PATH, "1", "a");
      await client.manifest(repository, "1", signal);
      await client.manifest(repository, "1", signal);
      assert.deepEqual(shown(server), [undefined, undefined]);
    });
  });

  it("the challenge of a host is remembered: the next request is shown the credential at once", async () => {
    const auth: RegistryAuth = { scheme: "basic", users };
    await withRegistry({ auth, keychain: keychainOf({ robot }) }, async ({ server, client, repository, signal }) => {
      await server.putImage(PATH, "1", "a");
      await client.manifest(repository, "1", signal);
      await client.manifest(repository, "1", signal);
      assert.deepEqual(shown(server), [undefined, "Basic robot", "Basic robot"]);
    });
  });

  for (const [flow, auth] of Object.entries(FLOWS)) {
    it(`${flow}: the second of two credentials works, and is tried first from then on`, async () => {
      await withRegistry({ auth, keychain: keychainOf({ wrong, robot }) }, async (bench) => {
        const { server, client, repository, signal } = bench;
        await server.putImage(PATH, "1", "a");
        await client.manifest(repository, "1", signal);
        const before = server.requests.length;
        await client.manifest(repository, "1", signal);
        assert.equal(server.requests.length, before + 1);
      });
    });

    it(`${flow}: a user who may not pull this repository is followed by one who may`, async () => {
      const limited: RegistryAuth = { ...auth, repositories: { other: ["acme/else"] } };
      await withRegistry({ auth: limited, keychain: keychainOf({ other, robot }) }, async (bench) => {
        await bench.server.putImage(PATH, "1", "a");
        await bench.client.manifest(bench.repository, "1", bench.signal);
      });
    });

    it(`${flow}: at most four credentials are tried, and the denial names them`, async () => {
      const five = keychainOf({ a: wrong, b: wrong, c: wrong, d: wrong, e: robot });
      await withRegistry({ auth, keychain: five }, async ({ server, client, repository, signal }) => {
        await server.putImage(PATH, "1", "a");
        const code = flow === "Basic" ? "RegistryUnauthorized" : "TokenRefused";
        const { message } = await rejectsWith(code, client.manifest(repository, "1", signal));
        assert.match(message, /answered 401 to a, b, c, d$/);
      });
    });

    it(`${flow}: a denial names what was tried, nobody last, and what was not there`, async () => {
      const keychain = keychainOf({ 'Secret "prod/a"': wrong }, ['Secret "prod/gone" does not exist']);
      await withRegistry({ auth, keychain }, async ({ client, repository, signal, server }) => {
        const code = flow === "Basic" ? "RegistryUnauthorized" : "TokenRefused";
        const { message } = await rejectsWith(code, client.manifest(repository, "1", signal));
        assert.ok(message.endsWith('to Secret "prod/a", no credential; Secret "prod/gone" does not exist'), message);
        assert.doesNotMatch(message, /pl4nted/);
        assert.ok(server.requests.length > 0);
      });
    });

    it(`${flow}: what one keychain may read, another may not`, async () => {
      await withRegistry({ auth }, async ({ server, anonymous, repository, signal }) => {
        await server.putImage(PATH, "1", "a");
        await anonymous.as(keychainOf({ robot })).manifest(repository, "1", signal);
        const code = flow === "Basic" ? "RegistryUnauthorized" : "TokenRefused";
        await rejectsWith(code, anonymous.manifest(repository, "1", signal));
        await rejectsWith(code, anonymous.as(keychainOf({ wrong })).manifest(repository, "1", signal));
      });
    });

    it(`${flow}: a credential does not follow a redirect to another host`, async () => {
      await withRegistry({}, async ({ server: elsewhere }) => {
        await withRegistry(
          { auth, keychain: keychainOf({ robot }) },
          async ({ server, client, repository, signal }) => {
            await server.putImage(PATH, "1", "a");
            await client.manifest(repository, "1", signal);
            server.misbehave((request, response) =>
              request.url?.startsWith("/v2/") === true
                ? answer(response, 307, { location: `http://${elsewhere.host}/v2/` })
                : false,
            );
            await rejectsWith("RedirectRefused", client.manifest(repository, "1", signal));
            assert.deepEqual(elsewhere.requests, []);
          },
        );
      });
    });
  }

  it("Bearer: a token of one source is not shown for another with the same credential", async () => {
    const auth: RegistryAuth = { scheme: "bearer", users };
    await withRegistry({ auth }, async ({ server, anonymous, repository, signal }) => {
      await server.putImage(PATH, "1", "a");
      for (const source of ['Secret "a/x"', 'Secret "b/x"', 'Secret "a/x"']) {
        await anonymous.as(keychainOf({ [source]: robot })).manifest(repository, "1", signal);
      }
      assert.equal(server.requests.filter(({ path }) => path.startsWith("/token")).length, 2);
    });
  });

  for (const status of [404, 429, 500]) {
    it(`${status} is no refusal: no other credential is tried`, async () => {
      const keychain = keychainOf({ robot, other });
      await withRegistry({ auth: { scheme: "basic", users }, keychain }, async (bench) => {
        const { server, client, repository, signal } = bench;
        server.misbehave(({ headers }, response) =>
          headers.authorization === undefined ? false : answer(response, status),
        );
        const work = client.manifest(repository, "1", signal);
        if (status === 404) await rejectsWith("ManifestNotFound", work);
        else await isUnavailable(status === 429 ? "RegistryThrottled" : "RegistryError", work);
        assert.deepEqual(new Set(shown(server)), new Set([undefined, "Basic robot"]));
      });
    });
  }

  it("a source that has nothing is passed over, and asked only when its turn comes", async () => {
    const asked: string[] = [];
    const source = (name: string, ...credentials: readonly (typeof robot)[]): CredentialSource => ({
      id: name,
      ask: async (signal) => {
        asked.push(name);
        return await sourceOf(name, credentials).ask(signal);
      },
    });
    const sources = [source("empty"), source("robot", robot), source("late")];
    const keychain = { id: "k", sourcesFor: () => sources };
    await withRegistry({ auth: { scheme: "basic", users }, keychain }, async (bench) => {
      await bench.server.putImage(PATH, "1", "a");
      await bench.client.manifest(bench.repository, "1", bench.signal);
      assert.deepEqual(asked, ["empty", "robot"]);
    });
  });

  it("a source that could not be asked leaves it open, where nobody else opens the registry", async () => {
    const open = { credentials: [], notes: ["AWS's identity has no credential: x"], isOpen: true };
    const cloud: CredentialSource = { id: "cloud", ask: async () => Promise.resolve(open) };
    const sources = [cloud];
    const keychain = { id: "k", sourcesFor: () => sources };
    for (const auth of Object.values(FLOWS)) {
      await withRegistry({ auth, keychain }, async ({ server, client, repository, signal }) => {
        await server.putImage(PATH, "1", "a");
        const { message } = await isUnavailable("RegistryUnreachable", client.manifest(repository, "1", signal));
        assert.match(message, /refused to no credential; AWS's identity has no credential: x$/);
        sources.push(sourceOf("robot", [robot]));
        await client.manifest(repository, "1", signal);
        sources.pop();
      });
    }
    await withRegistry({ auth: { scheme: "bearer", users, anonymous: true }, keychain }, async (bench) => {
      await bench.server.putImage(PATH, "1", "a");
      await bench.client.manifest(bench.repository, "1", bench.signal);
    });
  });

  it("a 401 without a challenge is followed by a question to /v2/", async () => {
    await withRegistry({ keychain: keychainOf({ robot }) }, async ({ server, client, repository, signal }) => {
      const digest = await server.putImage(PATH, "1", "a");
      server.misbehave(({ url, headers }, response) => {
        if (headers.authorization !== undefined) return false;
        return answer(response, 401, url === "/v2/" ? { "www-authenticate": "Basic" } : {});
      });
      assert.equal((await client.manifest(repository, "1", signal)).digest, digest);
      assert.deepEqual(shown(server), [undefined, undefined, "Basic robot"]);
    });
  });

  it("a host that changes its challenge is answered anew, once", async () => {
    await withRegistry({ keychain: keychainOf({ robot }) }, async ({ server, client, repository, signal }) => {
      await server.putImage(PATH, "1", "a");
      let scheme = "Basic";
      server.misbehave(({ url, headers: { authorization = "" } }, response) => {
        if (url?.startsWith("/token") === true) return answer(response, 200, {}, '{"token":"t"}');
        if (authorization.startsWith(scheme)) return false;
        const realm = scheme === "Basic" ? "" : ` realm="http://${server.host}/token"`;
        return answer(response, 401, { "www-authenticate": `${scheme}${realm}` });
      });
      await client.manifest(repository, "1", signal);
      scheme = "Bearer";
      await client.manifest(repository, "1", signal);
      assert.deepEqual(shown(server).slice(2), ["Basic robot", "Basic robot", "Bearer"]);
    });
  });

  it("a challenge of a host that we were redirected to is not answered", async () => {
    await withRegistry({ keychain: keychainOf({ robot }) }, async ({ server, client, repository, signal }) => {
      server.misbehave((_, response) => answer(response, 401, {}));
      await rejectsWith("RegistryUnauthorized", client.manifest(repository, "1", signal));
      assert.ok(shown(server).every((each) => each === undefined));
    });
  });
});
