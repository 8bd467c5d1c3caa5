// One call to a cloud: its answer as JSON or not at all, and a clause without any of its text for whatever else comes.
import assert from "node:assert/strict";
import { CloudError, makeCloudHttp, refusalOf, type CloudAnswer, type CloudCall } from "../../src/cloud/http.ts";
import { hostsOf, startFakeCloud, type CloudReply, type FakeCloud } from "../support/cloud/fake-cloud.ts";

const { signal } = new AbortController();

describe("cloud/http", () => {
  let cloud: FakeCloud;
  before(async () => {
    cloud = await startFakeCloud();
  });
  afterEach(() => cloud.reset());
  after(async () => cloud.stop());

  const ask = async (reply: CloudReply, more: Partial<CloudCall> = {}): Promise<CloudAnswer> => {
    cloud.on("api.example", () => reply);
    return await cloud.http({ url: "https://api.example/v1?a=b", signal, ...more });
  };

  it("gives host, status and object", async () => {
    const { host, status, object } = await ask({ status: 201, json: { token: "t" } });
    assert.deepEqual([host, status, object?.get("token")], ["api.example", 201, "t"]);
    const [asked] = cloud.asked;
    assert.deepEqual([asked?.method, asked?.path, asked?.headers["accept"]], ["GET", "/v1?a=b", "application/json"]);
  });

  it("sends method, headers and body", async () => {
    await ask({ json: {} }, { method: "POST", headers: { "x-a": "b" }, body: "c=d" });
    const [asked] = cloud.asked;
    assert.deepEqual([asked?.method, asked?.headers["x-a"], asked?.body], ["POST", "b", "c=d"]);
  });

  it("has no object of what is no JSON object, and says so of an answer that seems well", async () => {
    for (const reply of [{ text: "<html>pl4nted" }, { text: "" }, { json: ["pl4nted"] }]) {
      const answer = await ask(reply);
      assert.equal(answer.object, undefined);
      assert.equal(refusalOf(answer), "the answer of api.example is not JSON");
    }
    assert.equal(refusalOf(await ask({ status: 503, text: "<html>" })), "api.example answered 503");
    assert.equal(refusalOf(await ask({ status: 403, json: { error: "pl4nted" } })), "api.example answered 403");
  });

  it("follows no redirect", async () => {
    const answer = await ask({ status: 302, headers: { location: "https://evil.example/" }, text: "" });
    assert.equal(answer.status, 302);
    assert.deepEqual(hostsOf(cloud), ["api.example"]);
  });

  const refused = async (work: Promise<unknown>, reason: RegExp): Promise<void> => {
    await assert.rejects(work, (error) => error instanceof CloudError && reason.test(error.message));
  };

  it("takes no answer without end", async () => {
    await refused(ask({ text: "x".repeat(300_000) }), /^the answer of api\.example is larger than 262144 bytes$/);
  });

  it("says why there is no answer, by a code", async () => {
    const local = { isLocal: true, signal } as const;
    await refused(
      makeCloudHttp()({ url: "http://127.0.0.1:9/pl4nted", ...local }),
      /^127\.0\.0\.1:9 could not be asked: ECONNREFUSED$/,
    );
    await refused(ask({}, { signal: AbortSignal.abort() }), /^api\.example could not be asked: no answer$/);
  });

  it("trusts the authority that it is given, and this machine without a proxy", async () => {
    cloud.on("*", () => ({ json: { a: "b" } }));
    const http = makeCloudHttp({ ca: "no PEM, and none is needed without TLS" });
    const { object } = await http({ url: `${cloud.url}/`, signal, isLocal: true });
    assert.equal(object?.get("a"), "b");
  });
});
