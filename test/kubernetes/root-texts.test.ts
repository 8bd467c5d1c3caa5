// ConfigMaps and Secrets with the texts of trust roots, each followed by name: what is read, what takes effect, what revokes.
import assert from "node:assert/strict";
import { RootTexts } from "../../src/kubernetes/root-texts.ts";
import type { TrustRootSource } from "../../src/policy/trust-root-source.ts";
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

const PATH = "/api/v1/namespaces/sealgate/configmaps";
const SECRETS = "/api/v1/namespaces/sealgate/secrets";
const SOURCE: TrustRootSource = { kind: "ConfigMap", namespace: "sealgate", name: "roots", key: "a" };

function configMap(data: Json, version = "1", name = "roots"): Json {
  return { metadata: { name, namespace: "sealgate", resourceVersion: version }, data };
}

const A = configMap({ a: "first", b: "beside" });
const B = configMap({ a: "second" }, "2");

interface Followed {
  readonly texts: RootTexts;
  /** After each change, what is known of SOURCE. */
  readonly seen: readonly string[];
  readonly asked: readonly Asked[];
}

/** Follows `sources` until the script of each path is over. */
async function follow(
  steps: Readonly<Record<string, readonly Step[]>>,
  sources: readonly TrustRootSource[] = [SOURCE],
): Promise<Followed> {
  const seen: string[] = [];
  const { client, asked, over } = scriptedApi(steps);
  const texts = new RootTexts({
    client,
    delay: () => Promise.resolve(),
    random: () => 0,
    onChange: (isAffected) => {
      for (const source of sources.filter(isAffected)) seen.push(known(texts, source));
      assert.ok(!isAffected({ ...SOURCE, name: "other" }));
    },
  });
  texts.follow(sources);
  await over;
  return { texts, seen, asked };
}

function known(texts: RootTexts, source = SOURCE): string {
  const answer = texts.find(source);
  return answer.kind === "text" ? answer.text : answer.reason;
}

describe("kubernetes/root-texts", () => {
  let opened: RootTexts | undefined;
  const followed = async (...given: Parameters<typeof follow>): Promise<Followed> => {
    const result = await follow(...given);
    opened = result.texts;
    return result;
  };
  const silent = (): RootTexts => {
    const { client } = fakeApi({}, () => undefined);
    opened = new RootTexts({ client, delay: () => Promise.resolve(), random: () => 0, onChange: () => undefined });
    return opened;
  };
  afterEach(() => opened?.close());

  it("asks for that one object, and for no list of others", async () => {
    const { asked, texts } = await followed({ [PATH]: [list([A], "1"), watch([])] });
    assert.ok(asked.length >= 2);
    for (const { path, query } of asked) {
      assert.equal(path, PATH);
      assert.equal(query["fieldSelector"], "metadata.name=roots");
    }
    assert.equal(known(texts), "first");
  });

  it("reads Secrets as well, and each member apart", async () => {
    const secret = configMap({ a: Buffer.from("in a Secret").toString("base64") });
    const sources = [SOURCE, { ...SOURCE, key: "b" }, { ...SOURCE, kind: "Secret" as const }];
    const steps = { [PATH]: [list([A], "1"), list([A], "1")], [SECRETS]: [list([secret], "1")] };
    const { texts } = await followed(steps, sources);
    assert.deepEqual(
      sources.map((source) => known(texts, source)),
      ["first", "beside", "in a Secret"],
    );
  });

  it("takes the text that replaces another, and tells of no edit that changes none", async () => {
    const labelled = { ...A, metadata: { name: "roots", resourceVersion: "3", labels: { a: "b" } } };
    const { seen } = await followed({
      [PATH]: [list([A], "1"), watch([event("MODIFIED", labelled), event("MODIFIED", B)])],
    });
    assert.deepEqual(seen, ["first", "second"]);
  });

  it("has no text from the moment that the object or its member is gone, and has one again with the next", async () => {
    const { seen } = await followed({
      [PATH]: [
        list([A], "1"),
        watch([event("DELETED", A), event("ADDED", B), event("MODIFIED", configMap({ b: "x" }, "3"))]),
      ],
    });
    assert.deepEqual(seen, ["first", "the ConfigMap does not exist", "second", "the ConfigMap has no such member"]);
  });

  it("takes nobody else's object for it", async () => {
    const other = configMap({ a: "theirs" }, "1", "other");
    const { seen } = await followed({ [PATH]: [list([other], "1"), watch([event("MODIFIED", other)])] });
    assert.deepEqual(seen, ["the ConfigMap does not exist"]);
  });

  it("keeps what it read while the API server is gone, and not when it may not read it any more", async () => {
    const { seen, texts } = await followed({
      [PATH]: [list([A], "1"), text(500), text(200, "<html>"), unreachable("ECONNREFUSED"), list([A], "2"), text(403)],
    });
    assert.deepEqual(seen, [
      "first",
      "Sealgate may not read it: its ServiceAccount needs list and watch of this ConfigMap",
    ]);
    assert.match(texts.readiness().detail, /^0 of 1 followed; ConfigMap "sealgate\/roots": not synced: .* 403$/u);
  });

  it("says why an object could not be read at all", async () => {
    const { seen, texts } = await followed({ [PATH]: [text(500)] });
    assert.deepEqual(seen, []);
    assert.equal(known(texts), "it could not be read: not synced: the API server answered 500");
  });

  it("is ready once each was asked for, and stays ready whatever is named later", async () => {
    const waiting = silent();
    assert.equal(waiting.readiness().ok, false);
    waiting.follow([SOURCE]);
    assert.equal(known(waiting), "it has not been read yet");
    assert.deepEqual(waiting.readiness(), {
      ok: false,
      detail: '0 of 1 followed; ConfigMap "sealgate/roots": starting',
    });
    waiting.follow([]);
    assert.deepEqual(waiting.readiness(), { ok: true, detail: "0 of 0 followed" });
    waiting.follow([SOURCE]);
    assert.equal(waiting.readiness().ok, true);
    waiting.close();
    const { texts } = await followed({ [PATH]: [text(403)] });
    assert.equal(texts.readiness().ok, true);
  });

  it("keeps what is named still, stops following what is not, and follows nothing once it is closed", async () => {
    const { texts, asked } = await followed({ [PATH]: [list([A], "1")] });
    const before = asked.length;
    texts.follow([SOURCE]);
    assert.equal(known(texts), "first");
    assert.equal(asked.length, before);
    texts.follow([]);
    assert.equal(known(texts), "it has not been read yet");
    texts.close();
    texts.follow([SOURCE]);
    assert.equal(texts.readiness().detail, "0 of 0 followed");
  });
});
