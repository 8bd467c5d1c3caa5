// Tokens of Google: by the metadata service, or by a credential file and Google's own library; one of their hosts alone, and a
// clause for each thing that can be wrong.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Lasting } from "../../src/cloud/expiring.ts";
import { fetchGoogleToken } from "../../src/cloud/google-token.ts";
import { CloudError } from "../../src/cloud/http.ts";
import { hostsOf, startFakeCloud, type CloudReply, type FakeCloud } from "../support/cloud/fake-cloud.ts";
import { externalAccount, metadata } from "../support/cloud/fake-google.ts";
import { strangers, watchSockets } from "../support/cloud/sockets.ts";

const { signal } = new AbortController();
const SCOPE = "https://www.googleapis.com/auth/cloudkms";
const METADATA = "metadata.google.internal";

describe("cloud/google-token", () => {
  let cloud: FakeCloud;
  let folder: string;
  let environment: Record<string, string | undefined>;
  before(async () => {
    cloud = await startFakeCloud();
    folder = mkdtempSync(join(tmpdir(), "sealgate-google-"));
  });
  beforeEach(() => {
    environment = {};
  });
  afterEach(() => cloud.reset());
  after(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const fetched = async (ends: AbortSignal = signal, wallNow = Date.now): Promise<Lasting<string>> =>
    await fetchGoogleToken(SCOPE, { http: cloud.http, environment, wallNow }, ends);
  const refused = async (reason: RegExp, work = fetched()): Promise<void> => {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof CloudError, String(error));
      assert.match(error.message, reason);
      assert.ok(!error.message.includes("pl4nted"));
      return true;
    });
  };

  it("are the metadata service's, and nobody else is asked", async () => {
    cloud.on(METADATA, metadata("t", 3599));
    assert.deepEqual(await fetched(), { value: "t", lifetimeMs: 3_599_000 });
    assert.deepEqual(hostsOf(cloud), [METADATA]);
    const path = "/computeMetadata/v1/instance/service-accounts/default/token";
    assert.equal(cloud.asked[0]?.path, `${path}?${new URLSearchParams({ scopes: SCOPE }).toString()}`);
  });

  it("are those of another metadata service where the environment names it", async () => {
    environment = { GCE_METADATA_HOST: cloud.host };
    cloud.on("*", metadata("t"));
    assert.equal((await fetched()).value, "t");
    for (const host of ["user@evil.example", "evil.example/", "a:b"]) {
      environment = { GCE_METADATA_HOST: host };
      await refused(/^GCE_METADATA_HOST is no host$/);
    }
  });

  it("are none when something else answers, or it answers otherwise", async () => {
    const headers = { "metadata-flavor": "Google" };
    const cases: readonly [CloudReply, RegExp][] = [
      [
        { text: "<html>pl4nted", headers },
        /^no token of Google: the answer of metadata\.google\.internal is not JSON$/,
      ],
      [{ json: { access_token: "t", expires_in: 10 } }, /answered 200$/],
      [{ json: { access_token: "t", expires_in: 0 }, headers }, /answered 200$/],
      [{ json: { access_token: 1, expires_in: 10 }, headers }, /answered 200$/],
      [{ json: { access_token: "t", expires_in: "10" }, headers }, /answered 200$/],
      [{ status: 404, text: "pl4nted", headers }, /answered 404$/],
    ];
    for (const [reply, reason] of cases) {
      cloud.on(METADATA, () => reply);
      await refused(reason);
    }
  });

  const sts = (more: object = {}): CloudReply => ({
    json: { access_token: "t", expires_in: 3600, token_type: "Bearer", issued_token_type: "x", ...more },
  });

  it("are exchanged for those of another issuer", async () => {
    environment = { GOOGLE_APPLICATION_CREDENTIALS: externalAccount(folder, cloud.url) };
    cloud.on("*", () => sts());
    const { value, connected } = await watchSockets(fetched);
    assert.equal(value.value, "t");
    assert.ok(value.lifetimeMs > 3_500_000 && value.lifetimeMs <= 3_600_000);
    assert.deepEqual(hostsOf(cloud), ["*"]);
    assert.deepEqual(strangers(cloud, connected), []);
    const form = new URLSearchParams(cloud.asked[0]?.body);
    assert.deepEqual([form.get("subject_token"), form.get("scope")], ["pl4nted.subject.token", SCOPE]);
  });

  it("are a service account's, where the file says so", async () => {
    const service_account_impersonation_url = `${cloud.url}/v1/projects/-/serviceAccounts/a@b:generateAccessToken`;
    environment = {
      GOOGLE_APPLICATION_CREDENTIALS: externalAccount(folder, cloud.url, { service_account_impersonation_url }),
    };
    const expireTime = new Date(Date.now() + 600_000).toISOString();
    cloud.on("*", ({ path }) =>
      path.endsWith(":generateAccessToken") ? { json: { accessToken: "account", expireTime } } : sts(),
    );
    assert.equal((await fetched()).value, "account");
    const [, second] = cloud.asked;
    assert.equal(second?.headers["authorization"], "Bearer t");
    assert.deepEqual(JSON.parse(second?.body ?? ""), { scope: [SCOPE], lifetime: "3600s" });
  });

  it("are none when the exchange is refused, gives none, or gives one that has ended", async () => {
    environment = { GOOGLE_APPLICATION_CREDENTIALS: externalAccount(folder, cloud.url) };
    const error = { error: "invalid_grant", error_description: "pl4nted.subject.token" };
    cloud.on("*", () => ({ status: 400, json: error }));
    await refused(/^no token of Google: it answered 400$/);
    cloud.on("*", () => ({ text: "<html>pl4nted" }));
    await refused(/^no token of Google/);
    cloud.on("*", () => sts({ expires_in: undefined }));
    await refused(/^no token of Google: its answer has none$/);
    cloud.on("*", () => sts());
    await refused(
      /^no token of Google: it has ended already$/,
      fetched(signal, () => Date.now() + 7_200_000),
    );
  });

  it("are not waited for beyond their time", async () => {
    environment = { GOOGLE_APPLICATION_CREDENTIALS: externalAccount(folder, cloud.url) };
    cloud.on("*", () => sts());
    await assert.rejects(fetched(AbortSignal.abort(new Error("spent"))), /spent/);
    while (cloud.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it("are exchanged for what an address of this machine gives, which leads nowhere else", async () => {
    const credential_source = { url: `${cloud.url}/subject`, headers: { "X-Who": "sealgate" } };
    environment = { GOOGLE_APPLICATION_CREDENTIALS: externalAccount(folder, cloud.url, { credential_source }) };
    cloud.on("*", ({ path }) => (path === "/subject" ? { text: "pl4nted.from.url" } : sts()));
    const { value, connected } = await watchSockets(fetched);
    assert.equal(value.value, "t");
    const [source, exchange] = cloud.asked;
    assert.equal(source?.headers["x-who"], "sealgate");
    assert.equal(new URLSearchParams(exchange?.body).get("subject_token"), "pl4nted.from.url");
    assert.deepEqual(strangers(cloud, connected), []);
    const location = `http://localhost:${new URL(cloud.url).port}/other`;
    cloud.on("*", () => ({ status: 307, headers: { location } }));
    cloud.asked.length = 0;
    await refused(/^no token of Google/);
    assert.deepEqual([...new Set(cloud.asked.map(({ path }) => path))], ["/subject"]);
  });

  it("are asked for by no file that may not be used, or whose subject is not there", async () => {
    environment = { GOOGLE_APPLICATION_CREDENTIALS: join(folder, "absent") };
    await refused(/^the file of GOOGLE_APPLICATION_CREDENTIALS cannot be read$/);
    const gone = { credential_source: { file: join(folder, "pl4nted-absent") } };
    environment = { GOOGLE_APPLICATION_CREDENTIALS: externalAccount(folder, cloud.url, gone) };
    await refused(/^no token of Google for the file of GOOGLE_APPLICATION_CREDENTIALS$/);
    assert.deepEqual(cloud.asked, []);
  });
});
