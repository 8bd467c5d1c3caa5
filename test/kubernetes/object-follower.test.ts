// Single objects, followed by name: what is made of them, what holds while they are read anew, and what is said where they cannot be.
// key-secrets.test.ts and root-texts.test.ts hold what each of the two makes of its own.
import assert from "node:assert/strict";
import { asString } from "../../src/encoding/guard.ts";
import { ObjectFollower, type NamedObject } from "../../src/kubernetes/object-follower.ts";
import { event, list, scriptedApi, text, watch, type Asked, type Json, type Step } from "./fake-api.ts";

const SECRETS = "/api/v1/namespaces/prod/secrets";
const MAPS = "/api/v1/namespaces/prod/configmaps";

interface Noted extends NamedObject<string> {
  readonly note: string;
}

function named(kind: Noted["kind"], name: string, note = ""): Noted {
  const read: Noted["read"] = (object) =>
    object === undefined ? "none" : `${note}${asString(object.get("says"), "says")}`;
  return { kind, namespace: "prod", name, note, read, refuse: (reason) => `refused: ${reason}` };
}

function object(name: string, says: string, version = "1"): Json {
  return { metadata: { name, namespace: "prod", resourceVersion: version }, says };
}

interface Opened {
  readonly follower: ObjectFollower<string, Noted>;
  /** Each answer beside the one before. */
  readonly told: readonly string[];
  readonly asked: readonly Asked[];
  /** The script of each path is over. */
  readonly over: Promise<void>;
}

function open(steps: Readonly<Record<string, readonly Step[]>>): Opened {
  const told: string[] = [];
  const { client, asked, over } = scriptedApi(steps);
  const follower = new ObjectFollower<string, Noted>({
    client,
    delay: () => Promise.resolve(),
    random: () => 0,
    onAnswer: ({ name }, answer, before) => told.push(`${name}: ${before} → ${answer}`),
    serves: (known, wanted) => known.note === wanted.note,
  });
  return { follower, told, asked, over };
}

/** A watch that says nothing until it is left. */
const untilLeft: Step = (signal) => ({ status: 200, body: silence(signal) });

async function* silence(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  yield new Uint8Array();
}

describe("kubernetes/object-follower", () => {
  let opened: Opened;
  afterEach(() => opened.follower.close());

  it("asks for each by its kind and name, and tells every answer", async () => {
    opened = open({
      [SECRETS]: [list([object("s", "one")], "1"), watch([event("MODIFIED", object("s", "two", "2"))])],
      [MAPS]: [list([], "1")],
    });
    const { follower, told, asked, over } = opened;
    follower.follow(
      new Map([
        ["a", named("Secret", "s")],
        ["b", named("ConfigMap", "m")],
      ]),
    );
    await over;
    assert.deepEqual(
      [...new Set(asked.map(({ path, query }) => `${path} ${query["fieldSelector"]}`))].toSorted(),
      [`${MAPS} metadata.name=m`, `${SECRETS} metadata.name=s`].toSorted(),
    );
    assert.deepEqual(told.toSorted(), ["m: undefined → none", "s: one → two", "s: undefined → one"]);
    assert.deepEqual([follower.answer("a"), follower.answer("b"), follower.answer("c")], ["two", "none", undefined]);
  });

  it("keeps what it knows while it reads anew, and takes nothing from the watch that it left", async () => {
    opened = open({ [SECRETS]: [list([object("s", "one")], "1"), untilLeft, list([object("s", "two")], "2")] });
    const { follower, told, over } = opened;
    follower.follow(new Map([["a", named("Secret", "s")]]));
    while (follower.answer("a") === undefined) await new Promise((resolve) => setImmediate(resolve));
    follower.follow(new Map([["a", named("Secret", "s", "anew ")]]));
    assert.equal(follower.answer("a"), "one");
    await over;
    assert.equal(follower.answer("a"), "anew two");
    assert.deepEqual(told, ["s: undefined → one", "s: one → anew two"]);
  });

  it("has nothing of what may not be read, and says why of what could not be", async () => {
    opened = open({ [SECRETS]: [text(403)], [MAPS]: [text(500)] });
    const { follower, over } = opened;
    assert.equal(follower.whyNone("a"), "it has not been read yet");
    follower.follow(
      new Map([
        ["a", named("Secret", "s")],
        ["b", named("ConfigMap", "m")],
      ]),
    );
    assert.deepEqual([follower.isFollowed("a"), follower.isFollowed("c")], [true, false]);
    await over;
    const needs = "Sealgate may not read it: its ServiceAccount needs list and watch of this Secret";
    assert.equal(follower.answer("a"), `refused: ${needs}`);
    assert.equal(follower.whyNone("b"), "it could not be read: not synced: the API server answered 500");
    assert.deepEqual(
      follower.objects().map(({ name }) => name),
      ["s", "m"],
    );
  });
});
