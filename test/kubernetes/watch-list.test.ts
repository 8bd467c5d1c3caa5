// The reflector where one watch begins with all there is (WatchList), and where the API server cannot do that.
import assert from "node:assert/strict";
import { ListWatch } from "../../src/kubernetes/list-watch.ts";
import { event, fakeApi, initialEnd, named, networkError, text, watch, type Step } from "./fake-api.ts";
import { follow, GONE, PATH, TWO } from "./follow.ts";

describe("ListWatch, where the API server can begin a watch with all there is", () => {
  const stream = (...events: readonly string[]): Step => watch([...INITIAL, ...events]);
  const INITIAL = [event("ADDED", named("a", "1")), event("ADDED", named("b", "2"))];
  const streamed = (steps: readonly Step[]): Promise<readonly string[]> => follow(steps, { canStream: true });

  it("reads all of it, then what changes, by one request", async () => {
    const happened = await streamed([
      stream(initialEnd("7"), event("ADDED", named("c", "8")), event("BOOKMARK", named("", "9"))),
    ]);
    assert.deepEqual(happened, ["stream", "= a b", '"synced"', "ADDED c", "watch 9"]);
  });

  it("asks as the API server wants it", async () => {
    const { client, asked } = fakeApi({ [PATH]: [] }, () => stop.abort(), true);
    const stop = new AbortController();
    const nothing = (): void => undefined;
    const options = { client, path: PATH, onReplace: nothing, onChange: nothing, onState: nothing };
    await new ListWatch({ ...options, delay: () => Promise.resolve(), random: () => 0 }).run(stop.signal);
    assert.deepEqual(asked[0]?.query, {
      watch: "true",
      allowWatchBookmarks: "true",
      sendInitialEvents: "true",
      resourceVersionMatch: "NotOlderThan",
      timeoutSeconds: "300",
    });
  });

  it("hands on nothing before it is whole, whatever bookmarks come", async () => {
    const happened = await streamed([stream(event("BOOKMARK", named("", "5"))), TWO]);
    assert.deepEqual(happened, ["stream", "list", "= a b", '"synced"', "watch 7"]);
  });

  it("reads all anew by another after 410, and drops what is not there any more", async () => {
    const again = watch([event("ADDED", named("b", "2")), initialEnd("20")]);
    const happened = await streamed([stream(initialEnd("7"), event("ERROR", GONE)), again]);
    const rest = happened.slice(3);
    assert.deepEqual(rest, [
      '"not synced: the watch answered 410"',
      "wait 400",
      "stream",
      "= b",
      '"synced"',
      "watch 20",
    ]);
  });

  it("goes on where it was after the stream broke, and begins again if it was not whole", async () => {
    const broken = networkError("ECONNRESET");
    const happened = await streamed([watch([...INITIAL, initialEnd("7")], broken), watch([]), text(410), watch([])]);
    assert.deepEqual(happened.slice(0, 6), [
      "stream",
      "= a b",
      '"synced"',
      '"not synced: the API server cannot be reached (ECONNRESET)"',
      "wait 400",
      "watch 7",
    ]);
    const cut = await streamed([watch(INITIAL, broken), stream(initialEnd("7"))]);
    assert.deepEqual(cut.slice(2, 6), ["wait 400", "stream", "= a b", '"synced"']);
  });

  const unable: Readonly<Record<string, Step>> = {
    "400, as from before it was there": text(400),
    "422, as where it is switched off": text(422),
    "500 in the stream, as with an etcd too old for it": watch([event("ERROR", { ...GONE, code: 500 })]),
    "an end before the end of the beginning": stream(),
  };
  for (const [what, step] of Object.entries(unable)) {
    it(`lists at once, and from then on, after ${what}`, async () => {
      const happened = await streamed([step, TWO, text(410), TWO]);
      const asked = happened.filter((line) => /^(?:stream|list|watch)/u.test(line));
      assert.deepEqual(asked, ["stream", "list", "watch 7", "list", "watch 7"]);
      assert.equal(happened.indexOf("list"), 1);
    });
  }

  const refused: Readonly<Record<string, Step>> = {
    "403": text(403),
    "404": text(404),
    "410": text(410),
    "429": text(429),
    "500": text(500),
    "a page of HTML": text(200, "<html>\n"),
  };
  for (const [what, step] of Object.entries(refused)) {
    it(`asks for the same after ${what}, after a pause`, async () => {
      const happened = await streamed([step, stream(initialEnd("7"))]);
      assert.deepEqual(happened.slice(2, 5), ["wait 400", "stream", "= a b"], happened.join("\n"));
    });
  }
});
