// The reflector against scripted answers: what it asks, in which order, what it hands on, and how long it waits.
import assert from "node:assert/strict";
import { ListWatch } from "../../src/kubernetes/list-watch.ts";
import { event, fakeApi, list, named, networkError, text, unreachable, watch, type Step } from "./fake-api.ts";
import { follow, GONE, PATH, TWO } from "./follow.ts";

const START = ["list", "= a b", '"synced"', "watch 7", '"synced"'] as const;

describe("ListWatch", () => {
  it("lists, then watches from the list's version, then from each event's", async () => {
    const happened = await follow([
      TWO,
      watch([
        event("ADDED", named("c", "8")),
        event("MODIFIED", named("a", "9")),
        event("DELETED", named("b", "10")),
        event("BOOKMARK", { metadata: { resourceVersion: "11" } }),
      ]),
      watch([event("ADDED", named("d", "12"))]),
    ]);
    assert.deepEqual(happened, [
      ...START,
      "ADDED c",
      "MODIFIED a",
      "DELETED b",
      "watch 11",
      '"synced"',
      "ADDED d",
      "watch 12",
    ]);
  });

  it("asks for pages, bookmarks, and a time after which the server ends the watch", async () => {
    const stop = new AbortController();
    const { client, asked } = fakeApi({ [PATH]: [list([], "7"), watch([event("BOOKMARK", named("", "8"))])] }, () =>
      stop.abort(),
    );
    const nothing = (): void => undefined;
    await new ListWatch({
      client,
      path: PATH,
      onReplace: nothing,
      onChange: nothing,
      onState: nothing,
      delay: () => Promise.resolve(),
      random: () => 0.5,
    }).run(stop.signal);
    assert.deepEqual(asked.slice(0, 2), [
      { path: PATH, query: { limit: "500" } },
      {
        path: PATH,
        query: { watch: "true", allowWatchBookmarks: "true", resourceVersion: "7", timeoutSeconds: "450" },
      },
    ]);
  });

  it("hands on a list of several pages at once", async () => {
    const happened = await follow([list([named("a", "1")], "7", "token"), list([named("b", "2")], "7")]);
    assert.deepEqual(happened.slice(0, 4), ["list", "list token", "= a b", '"synced"']);
  });

  it("hands on nothing of a list whose last page is missing, and lists again", async () => {
    const happened = await follow([list([named("a", "1")], "7", "token"), text(500), TWO]);
    assert.deepEqual(happened, [
      "list",
      "list token",
      '"not synced: the API server answered 500"',
      "wait 400",
      "list",
      "= a b",
      '"synced"',
      "watch 7",
    ]);
  });

  it("lists from the start when the continuation has expired", async () => {
    const happened = await follow([list([named("a", "1")], "7", "token"), text(410), TWO]);
    assert.deepEqual(happened.slice(-4), ["list", "= a b", '"synced"', "watch 7"]);
  });

  it("tells what is gone after a new list by its absence", async () => {
    const happened = await follow([TWO, watch([event("ERROR", GONE)]), list([named("b", "2")], "20")]);
    assert.deepEqual(happened, [
      ...START,
      '"not synced: the watch answered 410"',
      "wait 400",
      "list",
      "= b",
      '"synced"',
      "watch 20",
    ]);
  });

  const relists: Readonly<Record<string, readonly [Step, string]>> = {
    "410 instead of a watch": [text(410, "gone"), "the API server answered 410"],
    "a version that is too large (504 in the stream)": [
      watch([event("ERROR", { ...GONE, code: 504 })]),
      "the watch answered 504",
    ],
    "an error of the server's own in the stream": [
      watch([event("ERROR", { ...GONE, code: 500 })]),
      "the watch answered 500",
    ],
    "an error without a code": [watch([event("ERROR", {})]), "the watch answered 0"],
    "403 instead of a watch": [text(403, "secret"), "the API server answered 403"],
    "500 instead of a watch": [text(500), "the API server answered 500"],
    "a page of HTML instead of a watch": [
      text(200, "<html>\n"),
      "the API server's answer cannot be read (want a JSON value at character 0)",
    ],
    "an event of an unknown type": [
      watch([event("SYNC", named("c", "8"))]),
      "the API server's answer cannot be read (unknown type of watch event)",
    ],
    "an event without a version": [
      watch([event("ADDED", { metadata: { name: "c" } })]),
      "the API server's answer cannot be read (metadata.resourceVersion is absent, want a string)",
    ],
  };
  for (const [what, [step, reason]] of Object.entries(relists)) {
    it(`lists again after ${what}`, async () => {
      const happened = await follow([TWO, step, TWO]);
      const rest = happened.slice(happened.indexOf(`"not synced: ${reason}"`));
      assert.deepEqual(rest.slice(0, 4), [`"not synced: ${reason}"`, "wait 400", "list", "= a b"], happened.join("\n"));
      assert.doesNotMatch(happened.join(), /secret/);
    });
  }

  const interruptions: Readonly<Record<string, readonly [Step, string]>> = {
    "a refused connection": [unreachable("ECONNREFUSED"), "the API server cannot be reached (ECONNREFUSED)"],
    "a stream that breaks": [watch([], networkError("ECONNRESET")), "the API server cannot be reached (ECONNRESET)"],
    "429 instead of a watch": [text(429), "the API server answered 429"],
  };
  for (const [what, [step, reason]] of Object.entries(interruptions)) {
    it(`goes on from the same version after ${what}, and empties nothing`, async () => {
      const happened = await follow([TWO, step, watch([event("ADDED", named("c", "8"))])]);
      const rest = happened.slice(happened.indexOf(`"not synced: ${reason}"`));
      assert.deepEqual(rest, [`"not synced: ${reason}"`, "wait 400", "watch 7", '"synced"', "ADDED c", "watch 8"]);
      assert.equal(happened.filter((line) => line.startsWith("=")).length, 1);
    });
  }

  it("keeps the version of events that came before the stream broke", async () => {
    const happened = await follow([TWO, watch([event("ADDED", named("c", "8"))], networkError("ECONNRESET"))]);
    assert.equal(happened.at(-1), "watch 8");
  });

  const noLists: Readonly<Record<string, readonly [string, string]>> = {
    "a page of HTML": ["<html>", "want a JSON value at character 0"],
    "a status": ['{"kind":"Status","metadata":{}}', "kind is not that of a list"],
    "a list without items": ['{"kind":"ThingList","metadata":{"resourceVersion":"1"}}', "items is absent, want a list"],
    "a list of null": [
      '{"kind":"ThingList","metadata":{"resourceVersion":"1"},"items":null}',
      "items is null, want a list",
    ],
    "a list without a version": [
      '{"kind":"ThingList","metadata":{},"items":[]}',
      "metadata.resourceVersion is absent, want a string",
    ],
    "a list of strings": [
      '{"kind":"ThingList","metadata":{"resourceVersion":"1"},"items":["a"]}',
      "items[0] is a string, want an object",
    ],
    "a truncated list": [
      '{"kind":"ThingList","metadata":{"resourceVersion":"1"},"items":[',
      "want a JSON value at character 64",
    ],
    nothing: ["", "want a JSON value at character 0"],
  };
  for (const [what, [body, reason]] of Object.entries(noLists)) {
    it(`does not take ${what} for an empty list`, async () => {
      const happened = await follow([text(200, body), TWO]);
      assert.deepEqual(happened.slice(0, 5), [
        "list",
        `"not synced: the API server's answer cannot be read (${reason})"`,
        "wait 400",
        "list",
        "= a b",
      ]);
    });
  }

  it("reads a list that comes in pieces, with integers that no number holds", async () => {
    const item = '{"metadata":{"name":"é","uid":9223372036854775807}}';
    const body = new TextEncoder().encode(`{"kind":"ThingList","metadata":{"resourceVersion":"1"},"items":[${item}]}`);
    const pieces = Array.from(body, (_, i) => body.subarray(i, i + 1));
    assert.equal((await follow([text(200, ...pieces)]))[1], "= é");
  });

  it("waits longer each time, up to half a minute, and from the start again once events come", async () => {
    const down = Array.from({ length: 8 }, () => unreachable("ECONNREFUSED"));
    const happened = await follow([...down, TWO, watch([event("ADDED", named("c", "8"))]), text(500)]);
    const waits = happened.filter((line) => line.startsWith("wait"));
    assert.deepEqual(
      waits,
      [400, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000, 400].map((ms) => `wait ${ms}`),
    );
  });

  it("waits by chance up to twice as long", async () => {
    const happened = await follow([unreachable("ECONNREFUSED")], { random: 1 });
    assert.equal(happened[2], "wait 800");
  });

  it("does not hammer a server that lists and then cuts every watch", async () => {
    const happened = await follow([TWO, watch([]), watch([]), text(500), TWO, watch([])]);
    assert.deepEqual(
      happened.filter((line) => line.startsWith("wait")),
      ["wait 400", "wait 800", "wait 1600", "wait 3200"],
    );
  });

  it("asks an API server that says 410 for ever ever more rarely, and empties nothing", async () => {
    const happened = await follow([TWO, ...Array.from({ length: 12 }, () => text(410))]);
    assert.equal(happened.filter((line) => line.startsWith("=")).length, 1);
    assert.deepEqual(happened.slice(-2), ["wait 15000", "list"]);
  });

  it("is not stopped by a consumer that throws", async () => {
    let thrown = 0;
    const onObject = (name: string): void => {
      if (name !== "c" || thrown > 0) return;
      thrown += 1;
      throw new Error("a bug");
    };
    const happened = await follow([TWO, watch([event("ADDED", named("c", "8"))]), list([named("c", "8")], "9")], {
      onObject,
    });
    assert.deepEqual(happened.slice(START.length), [
      '"not synced: a bug"',
      "wait 400",
      "list",
      "= c",
      '"synced"',
      "watch 9",
    ]);
  });

  it("does not watch from a list that its consumer did not take", async () => {
    let thrown = 0;
    const onObject = (): void => {
      if (thrown > 0) return;
      thrown += 1;
      throw new Error("a bug");
    };
    const happened = await follow([TWO, TWO], { onObject });
    assert.deepEqual(happened.slice(0, 5), ["list", '"not synced: a bug"', "wait 400", "list", "= a b"]);
  });

  it("ends when it is told to, and not before", async () => {
    const stop = new AbortController();
    stop.abort();
    const { client, asked } = fakeApi({}, () => undefined);
    const nothing = (): void => undefined;
    const options = { client, path: PATH, onReplace: nothing, onChange: nothing, onState: nothing };
    await new ListWatch({ ...options, delay: () => Promise.resolve(), random: () => 0 }).run(stop.signal);
    assert.deepEqual(asked, []);
  });
});
