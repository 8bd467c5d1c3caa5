// Secrets with keys, each followed by name: what is read, what takes effect, what revokes, and how many there may be.
import assert from "node:assert/strict";
import { KeySecrets, MAX_SECRETS } from "../../src/kubernetes/key-secrets.ts";
import type { SecretKeySource } from "../../src/policy/key-source.ts";
import { KEYS } from "../policy/resources.ts";
import {
  event,
  fakeApi,
  list,
  scriptedApi,
  text,
  unreachable,
  watch,
  type Asked,
  type Json,
  type Step,
} from "./fake-api.ts";

const PATH = "/api/v1/namespaces/prod/secrets";

function sourceOf(name: string, more: Partial<SecretKeySource> = {}): SecretKeySource {
  return { kind: "secret", namespace: "prod", name, key: "cosign.pub", owner: "ImageVerifyPolicy", ...more };
}

function secret(name: string, members: Readonly<Record<string, string>>, version = "1"): Json {
  const data = Object.entries(members).map(([key, value]) => [key, Buffer.from(value).toString("base64")] as const);
  return { metadata: { name, namespace: "prod", resourceVersion: version }, data: Object.fromEntries(data) };
}

const A = secret("release", { "cosign.pub": KEYS.a.pem, "old.pub": KEYS.b.pem, "cosign.key": "pl4nted" });
const B = secret("release", { "cosign.pub": KEYS.b.pem }, "2");
const SOURCE = sourceOf("release");

interface Followed {
  readonly secrets: KeySecrets;
  /** After each change, what is known of SOURCE. */
  readonly seen: readonly string[];
  readonly asked: readonly Asked[];
}

/** Follows `sources` until the script of each path is over. */
async function follow(
  steps: Readonly<Record<string, readonly Step[]>>,
  sources: readonly SecretKeySource[] = [SOURCE],
): Promise<Followed> {
  const seen: string[] = [];
  const { client, asked, over } = scriptedApi(steps);
  const secrets = new KeySecrets({
    client,
    delay: () => Promise.resolve(),
    random: () => 0,
    onChange: (isAffected) => {
      assert.ok(sources.some(isAffected));
      seen.push(known(secrets));
    },
  });
  secrets.follow(sources);
  await over;
  return { secrets, seen, asked };
}

function known(secrets: KeySecrets, source = SOURCE): string {
  const answer = secrets.find(source);
  return answer.kind === "key" ? (NAMES.get(answer.key.keyId) ?? "unknown key") : answer.reason;
}

/** What was started has asked. */
const turn = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

const NAMES = new Map<string, string>();

describe("kubernetes/key-secrets", () => {
  let opened: KeySecrets | undefined;
  const followed = async (...given: Parameters<typeof follow>): Promise<Followed> => {
    const result = await follow(...given);
    opened = result.secrets;
    return result;
  };
  before(async () => {
    const pems = secret("keys", { a: KEYS.a.pem, b: KEYS.b.pem });
    const { secrets } = await follow(
      { [PATH]: [list([pems], "1")] },
      ["a", "b"].map((key) => sourceOf("keys", { key })),
    );
    for (const key of ["a", "b"]) {
      const answer = secrets.find(sourceOf("keys", { key }));
      assert.ok(answer.kind === "key");
      NAMES.set(answer.key.keyId, key);
    }
    secrets.close();
  });
  afterEach(() => opened?.close());

  it("asks for that one Secret, and for no list of others", async () => {
    const { asked, secrets } = await followed({ [PATH]: [list([A], "1"), watch([])] });
    assert.ok(asked.length >= 2);
    for (const { path, query } of asked) {
      assert.equal(path, PATH);
      assert.equal(query["fieldSelector"], "metadata.name=release");
    }
    assert.equal(known(secrets), "a");
  });

  it("takes the key that replaces another, and tells of no edit that changes none", async () => {
    const labelled = { ...A, metadata: { name: "release", resourceVersion: "3", labels: { a: "b" } } };
    const { seen } = await followed({
      [PATH]: [list([A], "1"), watch([event("MODIFIED", labelled), event("MODIFIED", B)])],
    });
    assert.deepEqual(seen, ["a", "b"]);
  });

  it("has no key from the moment that the Secret is deleted, and has it again when it comes back", async () => {
    const { seen } = await followed({ [PATH]: [list([A], "1"), watch([event("DELETED", A), event("ADDED", B)])] });
    assert.deepEqual(seen, ["a", "the Secret does not exist", "b"]);
  });

  it("says when there is none, and when the member is gone", async () => {
    const { seen } = await followed({
      [PATH]: [list([], "1"), watch([event("ADDED", secret("release", { other: "x" }))])],
    });
    assert.deepEqual(seen, ["the Secret does not exist", "the Secret has no such member"]);
  });

  it("takes nobody else's object for it", async () => {
    const other = secret("other", { "cosign.pub": KEYS.b.pem });
    const { seen } = await followed({ [PATH]: [list([other], "1"), watch([event("MODIFIED", other)])] });
    assert.deepEqual(seen, ["the Secret does not exist"]);
  });

  it("keeps what it read while the API server is gone, and not when it may not read it any more", async () => {
    const { seen, secrets } = await followed({
      [PATH]: [list([A], "1"), text(500), text(200, "<html>"), unreachable("ECONNREFUSED"), list([A], "2"), text(403)],
    });
    assert.deepEqual(seen, ["a", "Sealgate may not read it: its ServiceAccount needs list and watch of this Secret"]);
    assert.match(secrets.readiness().detail, /^0 of 1 followed; Secret "prod\/release": not synced: .* 403$/);
  });

  it("says why a Secret could not be read at all", async () => {
    const { seen, secrets } = await followed({ [PATH]: [text(500)] });
    assert.deepEqual(seen, []);
    assert.equal(known(secrets), "it could not be read: not synced: the API server answered 500");
  });

  it("knows nothing of what it does not follow, or has not read", () => {
    const { client } = fakeApi({}, () => undefined);
    opened = new KeySecrets({ client, delay: () => Promise.resolve(), random: () => 0, onChange: () => undefined });
    assert.equal(known(opened), "it has not been read yet");
    opened.follow([SOURCE]);
    assert.equal(known(opened), "it has not been read yet");
  });

  it("is ready once each was asked for, and stays ready whatever is named later", async () => {
    const { client } = fakeApi({}, () => undefined);
    const waiting = new KeySecrets({
      client,
      delay: () => Promise.resolve(),
      random: () => 0,
      onChange: () => undefined,
    });
    assert.equal(waiting.readiness().ok, false);
    waiting.follow([SOURCE]);
    assert.deepEqual(waiting.readiness(), { ok: false, detail: '0 of 1 followed; Secret "prod/release": starting' });
    waiting.follow([]);
    assert.deepEqual(waiting.readiness(), { ok: true, detail: "0 of 0 followed" });
    waiting.follow([SOURCE]);
    assert.equal(waiting.readiness().ok, true);
    waiting.close();
    const { secrets } = await followed({ [PATH]: [text(403)] });
    assert.equal(secrets.readiness().ok, true);
  });

  it("reads again for a member that is named later, and keeps the others meanwhile", async () => {
    const { secrets, asked } = await followed({ [PATH]: [list([A], "1")] });
    const before = asked.length;
    secrets.follow([SOURCE, sourceOf("release", { key: "old.pub" })]);
    assert.equal(known(secrets), "a");
    assert.equal(known(secrets, sourceOf("release", { key: "old.pub" })), "it has not been read yet");
    await turn();
    assert.ok(asked.length > before);
    secrets.follow([SOURCE]);
    assert.equal(known(secrets), "a");
  });

  it("stops following what nobody names any more", async () => {
    const { secrets } = await followed({ [PATH]: [list([A], "1")] });
    secrets.follow([]);
    assert.equal(known(secrets), "it has not been read yet");
    secrets.close();
    secrets.follow([SOURCE]);
    assert.equal(secrets.readiness().detail, "0 of 0 followed");
  });

  it("follows no more of a namespace than it may, what it follows already first, and all of the cluster's", async () => {
    const { client, asked } = fakeApi({}, () => undefined);
    opened = new KeySecrets({ client, delay: () => Promise.resolve(), random: () => 0, onChange: () => undefined });
    const first = sourceOf("zz-first");
    opened.follow([first]);
    const many = Array.from({ length: MAX_SECRETS.ofNamespace }, (_, i) => sourceOf(`s${i}`));
    const cluster = Array.from({ length: 40 }, (_, i) => sourceOf(`c${i}`, { owner: "ClusterImageVerifyPolicy" }));
    opened.follow([...many, first, ...cluster]);
    assert.equal(opened.readiness().detail.split(" ")[2], String(MAX_SECRETS.ofNamespace + 40));
    assert.equal(known(opened, first), "it has not been read yet");
    assert.match(known(opened, many.at(-1)), /^more Secrets are named than are followed, 32 of a namespace's policies/);
    assert.equal(known(opened, sourceOf("c", { owner: "ClusterImageVerifyPolicy" })), "it has not been read yet");
    await turn();
    assert.equal(asked.length, MAX_SECRETS.ofNamespace + 40);
  });

  it("follows no more of all namespaces than it may", () => {
    const { client } = fakeApi({}, () => undefined);
    opened = new KeySecrets({ client, delay: () => Promise.resolve(), random: () => 0, onChange: () => undefined });
    const everywhere = Array.from({ length: MAX_SECRETS.ofNamespaces + 1 }, (_, i) =>
      sourceOf("a", { namespace: `n${i}` }),
    );
    opened.follow(everywhere);
    assert.equal(opened.readiness().detail.split(" ")[2], String(MAX_SECRETS.ofNamespaces));
    assert.match(known(opened, everywhere.at(-1)), /and 512 of all$/);
  });
});
