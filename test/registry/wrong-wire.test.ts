/**
 * No credential on a wrong wire, a test for each flow: the registry, or its token service, sends the client to another host,
 * which the operator listed as well and which answers; its log holds nothing of what was shown to the first.
 */
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import type { Credential } from "../../src/ports/credentials.ts";
import { buildRegistry } from "../../src/registry/client.ts";
import type { RegistryAuth } from "../support/registry/auth.ts";
import { loopbackEndpoint, startRegistry, type EmbeddedRegistry } from "../support/registry/registry.ts";
import { answer, keychainOf, PATH, rejectsWith } from "./fixtures.ts";

const PASSWORD = "pl4nted-password";
const TOKEN = "pl4nted-identity";
const users = { robot: PASSWORD };
const robot: Credential = { username: "robot", password: PASSWORD };
const identity: Credential = { username: "<token>", password: "", identityToken: TOKEN };
const cloud: Credential = { ...robot, ownHostOnly: true };

interface Flow {
  readonly auth: RegistryAuth;
  readonly credential: Credential;
  /** Which request is sent elsewhere, once the credential was shown. */
  readonly isSent: (request: IncomingMessage) => boolean;
  /** A form is sent nowhere else; everything else is followed. */
  readonly isRefused?: boolean;
  /** Milliseconds that go by before. */
  readonly later?: number;
}

const isManifest = ({ url = "" }: IncomingMessage): boolean => url.startsWith("/v2/");
const isToken = ({ url = "" }: IncomingMessage): boolean => url.startsWith("/token");
const basic: RegistryAuth = { scheme: "basic", users };
const bearer: RegistryAuth = { scheme: "bearer", users, identityTokens: [TOKEN] };

const FLOWS: Readonly<Record<string, Flow>> = {
  "Basic, a redirect of the registry": { auth: basic, credential: robot, isSent: isManifest },
  "Basic, a cloud's credential": { auth: basic, credential: cloud, isSent: isManifest },
  "Bearer by GET, a redirect of the registry": { auth: bearer, credential: robot, isSent: isManifest },
  "Bearer by GET, a redirect of the token service": {
    auth: bearer,
    credential: robot,
    isSent: isToken,
    later: 86_400_000,
  },
  "Bearer by GET, a cloud's credential": { auth: bearer, credential: cloud, isSent: isToken, later: 86_400_000 },
  "Bearer by POST, a redirect of the registry": { auth: bearer, credential: identity, isSent: isManifest },
  "Bearer by POST, a redirect of the token service": {
    auth: bearer,
    credential: identity,
    isSent: isToken,
    isRefused: true,
    later: 86_400_000,
  },
  "a token that is renewed, and the redirect after it": {
    auth: bearer,
    credential: robot,
    isSent: isManifest,
    later: 86_400_000,
  },
};

/** What a log must not hold: the secrets, in either spelling, and tokens that were made of them. */
function secretsIn(server: EmbeddedRegistry): readonly string[] {
  const shown = JSON.stringify(server.requests);
  const spelled = [PASSWORD, TOKEN, btoa(`robot:${PASSWORD}`)].filter((secret) => shown.includes(secret));
  const headers = server.requests.flatMap(({ headers: sent }) => [sent.authorization ?? [], sent.cookie ?? []].flat());
  return [...spelled, ...headers];
}

/** Two registries that the operator listed, and a client of the first whose clock is set. */
async function withTwo(
  { auth, credential }: Flow,
  test: (two: {
    readonly server: EmbeddedRegistry;
    readonly other: EmbeddedRegistry;
    readonly pull: () => Promise<unknown>;
    readonly wait: (ms: number) => void;
  }) => Promise<void>,
): Promise<void> {
  const [server, other] = [await startRegistry({ auth }), await startRegistry()];
  let now = 0;
  const registry = buildRegistry({
    rules: { endpoints: [server, other].map(({ host }) => loopbackEndpoint(host)) },
    now: () => now,
  });
  const client = registry.as(keychainOf({ credential }));
  try {
    for (const each of [server, other]) await each.putImage(PATH, "1", "a");
    const pull = async (): Promise<unknown> =>
      client.manifest({ host: server.host, path: PATH }, "1", new AbortController().signal);
    await test({ server, other, pull, wait: (ms) => void (now += ms) });
  } finally {
    await registry.close();
    await Promise.all([server.stop(), other.stop()]);
  }
}

describe("registry credentials: a wrong wire", () => {
  for (const [name, flow] of Object.entries(FLOWS)) {
    it(name, async () => {
      await withTwo(flow, async ({ server, other, pull, wait }) => {
        await pull();
        assert.notDeepEqual(secretsIn(server), []);
        wait(flow.later ?? 0);
        let isShown = false;
        server.misbehave((request, response) => {
          if (!flow.isSent(request)) return false;
          isShown ||= request.headers.authorization !== undefined || request.method === "POST";
          return answer(response, 307, { location: `http://${other.host}${request.url ?? ""}` });
        });
        if (flow.isRefused === true) await rejectsWith("RedirectRefused", pull());
        else await pull().catch(() => undefined);
        assert.ok(isShown, "the first host was shown the credential");
        assert.equal(other.requests.length > 0, flow.isRefused !== true);
        assert.deepEqual(secretsIn(other), []);
      });
    });
  }

  it("a token service on another host: a cloud's credential", async () => {
    await withTwo({ auth: bearer, credential: cloud, isSent: isToken }, async ({ server, other, pull }) => {
      server.misbehave((_, response) =>
        answer(response, 401, { "www-authenticate": `Bearer realm="http://${other.host}/token"` }),
      );
      await rejectsWith("TokenRefused", pull());
      assert.deepEqual(other.requests, []);
    });
  });
});
