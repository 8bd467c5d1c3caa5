/** Where a registry leads (registry.md §6, §10): each redirect is judged, and no credential leaves its origin. */
import assert from "node:assert/strict";
import { HttpClient } from "../../src/registry/http.ts";
import { loopbackEndpoint, startRegistry, type EmbeddedRegistry, type Hook } from "../support/registry/registry.ts";
import { answer, rejectsWith } from "./fixtures.ts";

const TIMEOUTS = { connectMs: 500, firstByteMs: 100, idleMs: 100 };

describe("registry: HttpClient", () => {
  let server: EmbeddedRegistry;
  let other: EmbeddedRegistry;
  let http: HttpClient;

  beforeEach(async () => {
    server = await startRegistry();
    other = await startRegistry();
    http = new HttpClient({
      rules: { endpoints: [loopbackEndpoint(server.host)] },
      timeouts: TIMEOUTS,
    });
  });

  afterEach(async () => {
    await http.close();
    await Promise.all([server.stop(), other.stop()]);
  });

  async function get(hook: Hook, signal = new AbortController().signal): Promise<string> {
    server.misbehave(hook);
    const url = new URL("start", http.baseUrl(server.host));
    const call = { url, headers: { authorization: "Bearer t" }, maxBytes: 1000, signal };
    return new TextDecoder().decode((await http.get(call)).body);
  }

  it("speaks to docker.io under its wire name, over https", () => {
    assert.equal(http.baseUrl("docker.io").href, "https://registry-1.docker.io/");
    assert.equal(http.baseUrl("ghcr.io").href, "https://ghcr.io/");
  });

  it("a redirect within the origin keeps the credentials", async () => {
    const hook: Hook = (request, response) =>
      request.url === "/start" ? answer(response, 307, { location: "/end" }) : answer(response, 200, {}, "end");
    assert.equal(await get(hook), "end");
    assert.equal(server.requests[1]?.headers.authorization, "Bearer t");
  });

  it("five redirects are followed, not six", async () => {
    const upTo =
      (last: number): Hook =>
      (_, response) =>
        server.requests.length > last ? answer(response, 200, {}, "end") : answer(response, 302, { location: "/on" });
    assert.equal(await get(upTo(5)), "end");
    server.requests.length = 0;
    await rejectsWith("RedirectRefused", get(upTo(6)));
  });

  it("a redirect to another plain-HTTP host is refused, and that host sees nothing", async () => {
    const hook: Hook = (_, response) => answer(response, 307, { location: `http://${other.host}/end` });
    await rejectsWith("RedirectRefused", get(hook));
    assert.equal(other.requests.length, 0);
  });

  const unusable = { absent: undefined, "of another scheme": "ftp://a.b/", "with credentials": "https://u:p@a.b/" };
  for (const [what, location] of Object.entries(unusable)) {
    it(`a redirect address ${what} is refused, and stays out of the message`, async () => {
      const headers = location === undefined ? {} : { location };
      const failure = await rejectsWith(
        "RedirectRefused",
        get((_, response) => answer(response, 302, headers)),
      );
      assert.doesNotMatch(failure.message, /a\.b/);
    });
  }

  const blocked = {
    "the metadata service": ["https://169.254.169.254/latest", "AddressBlocked"],
    "the metadata service, mapped": ["https://[::ffff:169.254.169.254]/latest", "AddressBlocked"],
    "a private address": ["https://10.1.2.3/", "AddressBlocked"],
    "this machine": ["https://127.0.0.9/", "AddressBlocked"],
    "the API server": ["https://kubernetes.default.svc/", "HostBlocked"],
    "another port": ["https://cdn.example:8443/", "PortBlocked"],
  } as const;
  for (const [what, [location, code]] of Object.entries(blocked)) {
    it(`a redirect to ${what} is ${code}, and stays out of the message`, async () => {
      const failure = await rejectsWith(
        code,
        get((_, response) => answer(response, 307, { location })),
      );
      assert.ok(failure.message.startsWith(`Cannot call what ${server.host} redirects to: `), failure.message);
      assert.ok(!failure.message.includes(new URL(location).hostname.replace(/[[\]]/g, "")));
    });
  }

  it("a form is not sent on", async () => {
    server.misbehave((_, response) => answer(response, 307, { location: "/elsewhere" }));
    const url = new URL("start", http.baseUrl(server.host));
    const call = { url, headers: {}, maxBytes: 1000, signal: new AbortController().signal };
    await rejectsWith("RedirectRefused", http.post(call, new URLSearchParams({ secret: "s" })));
    assert.equal(server.requests.length, 1);
  });

  it("other rules count from the next call on", async () => {
    const hook: Hook = (_, response) => answer(response, 200, {}, "here");
    assert.equal(await get(hook), "here");
    await http.reload({ endpoints: [] });
    const url = new URL(`http://${server.host}/`);
    const call = { url, headers: {}, maxBytes: 1000, signal: new AbortController().signal };
    await rejectsWith("PortBlocked", http.get(call));
    assert.equal(http.baseUrl(server.host).protocol, "https:");
  });
});
