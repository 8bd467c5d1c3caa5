// Secrets and service accounts by name: what is asked, what is kept and for how long, and every answer that is none.
import assert from "node:assert/strict";
import { PullSecrets } from "../../src/kubernetes/pull-secrets.ts";
import { isUnavailable } from "../registry/fixtures.ts";
import { FakeCluster } from "./fake-cluster.ts";

const SECRET = "/api/v1/namespaces/prod/secrets/regcred";
const ACCOUNT = "/api/v1/namespaces/prod/serviceaccounts/builder";
const PLANTED = "pl4nted-in-a-secret";
const { signal } = new AbortController();

describe("credentials: Secrets of a cluster", () => {
  let cluster: FakeCluster;
  let now: number;
  let secrets: PullSecrets;
  beforeEach(() => {
    cluster = new FakeCluster();
    now = 0;
    secrets = new PullSecrets(cluster, () => now);
  });
  const put = (data: unknown, more: object = {}): void =>
    cluster.put(SECRET, { metadata: { name: "regcred" }, type: "kubernetes.io/dockerconfigjson", data, ...more });
  const asked = (): readonly string[] => cluster.sent.map(({ method, path }) => `${method} ${path}`);

  it("reads one by its name, and lists nothing", async () => {
    put({ ".dockerconfigjson": btoa("{}"), other: "" });
    const read = await secrets.secret("prod", "regcred", signal);
    assert.ok(read.ok);
    const { data, ...rest } = read.value;
    assert.deepEqual(rest, { namespace: "prod", name: "regcred", type: "kubernetes.io/dockerconfigjson" });
    assert.deepEqual(Buffer.from(data.get(".dockerconfigjson") ?? []).toString(), "{}");
    assert.deepEqual(asked(), [`GET ${SECRET}`]);
    assert.deepEqual(cluster.sent[0]?.query ?? {}, {});
  });

  it("keeps what it read for ten seconds, and asks once for concurrent readers", async () => {
    put({});
    await Promise.all([1, 2, 3].map(() => secrets.secret("prod", "regcred", signal)));
    now = 9_999;
    await secrets.secret("prod", "regcred", signal);
    assert.equal(asked().length, 1);
    now = 10_000;
    await secrets.secret("prod", "regcred", signal);
    assert.equal(asked().length, 2);
  });

  it("keeps for one second that there is none", async () => {
    const missing = { ok: false, why: "does not exist" };
    assert.deepEqual(await secrets.secret("prod", "regcred", signal), missing);
    put({});
    now = 999;
    assert.deepEqual(await secrets.secret("prod", "regcred", signal), missing);
    now = 1_000;
    assert.equal((await secrets.secret("prod", "regcred", signal)).ok, true);
  });

  it("keeps sixteen mebibytes of them and no more, and lets the oldest go first", async () => {
    const data = { a: btoa("x".repeat(512 * 1024)) };
    const read = async (i: number): Promise<void> => {
      const path = `/api/v1/namespaces/prod/secrets/s${i}`;
      cluster.put(path, { metadata: { name: `s${i}` }, type: "Opaque", data });
      await secrets.secret("prod", `s${i}`, signal);
    };
    for (let i = 0; i < 33; i += 1) await read(i);
    assert.equal(asked().length, 33);
    await read(1);
    await read(32);
    assert.equal(asked().length, 33);
    await read(0);
    assert.equal(asked().length, 34);
    await read(1);
    assert.equal(asked().length, 35);
  });

  it("says that it may not read", async () => {
    cluster.refusals.push(403);
    const read = await secrets.secret("prod", "regcred", signal);
    assert.deepEqual(read, { ok: false, why: "may not be read by Sealgate (docs/registries.md, Pull secrets)" });
  });

  const unread: Readonly<Record<string, { status?: number; isDown?: boolean; data?: unknown }>> = {
    "an API server that fails": { status: 500 },
    "an API server that is throttled": { status: 429 },
    "an API server that is away": { isDown: true },
    "a Secret that is not as API servers write them": { data: { a: `${PLANTED}!` } },
    "data that is no object": { data: "x" },
  };
  for (const [what, { status, isDown = false, data }] of Object.entries(unread)) {
    it(`is unavailable for ${what}, keeps nothing of it, and says nothing of what it read`, async () => {
      if (status !== undefined) cluster.refusals.push(status);
      cluster.isDown = isDown;
      put(data);
      const error = await isUnavailable("RegistryUnreachable", secrets.secret("prod", "regcred", signal));
      assert.match(
        error.message,
        /^Secret "prod\/regcred" cannot be read: the API server('s answer cannot be read| does not answer| answered \d+); whether it opens the registry is not known; try again once the API server gives it$/,
      );
      assert.ok(!error.message.includes(PLANTED));
      cluster.isDown = false;
      put({});
      assert.equal((await secrets.secret("prod", "regcred", signal)).ok, true);
    });
  }

  it("a reader whose time is spent leaves, and the others get their answer", async () => {
    put({});
    const controller = new AbortController();
    const hurried = secrets.secret("prod", "regcred", controller.signal);
    const patient = secrets.secret("prod", "regcred", signal);
    controller.abort();
    await isUnavailable("DeadlineSpent", hurried);
    assert.equal((await patient).ok, true);
    assert.equal(asked().length, 1);
  });

  it("a name is one segment of the path, whatever it holds", async () => {
    await secrets.secret("prod", "../../secrets?x", signal);
    assert.deepEqual(asked(), ["GET /api/v1/namespaces/prod/secrets/..%2F..%2Fsecrets%3Fx"]);
  });

  it("reads the list of a service account", async () => {
    cluster.put(ACCOUNT, {
      metadata: { name: "builder" },
      imagePullSecrets: [{ name: "b" }, {}, { name: "" }, { name: "a" }],
    });
    assert.deepEqual(await secrets.accountSecrets("prod", "builder", signal), { ok: true, value: ["b", "a"] });
    await secrets.accountSecrets("prod", "builder", signal);
    assert.deepEqual(asked(), [`GET ${ACCOUNT}`]);
  });

  it("takes a service account without a list for an empty one, and says of one that is not there", async () => {
    cluster.put(ACCOUNT, { metadata: { name: "builder" } });
    assert.deepEqual(await secrets.accountSecrets("prod", "builder", signal), { ok: true, value: [] });
    const missing = { ok: false, why: "does not exist" };
    assert.deepEqual(await secrets.accountSecrets("prod", "other", signal), missing);
  });
});
