// Both policy kinds and the labels of namespaces, from scripted answers: one snapshot, swapped whole, none too early.
import assert from "node:assert/strict";
import { PolicyWatch } from "../../src/kubernetes/policy-watch.ts";
import { keySourcesOf } from "../../src/policy/compile.ts";
import { secretSourcesOf } from "../../src/policy/key-source.ts";
import type { PolicySnapshot } from "../../src/ports/policies.ts";
import { event, fakeApi, list, scriptedApi, text, watch } from "./fake-api.ts";
import {
  CLUSTER,
  COMPILE,
  EXCEPTIONS,
  exception,
  NAMESPACED,
  namespace,
  NAMESPACES,
  names,
  policy,
  RULE,
  run,
  TRUST_ROOTS,
  trustRoot,
} from "./policy-watching.ts";

describe("PolicyWatch", () => {
  it("has no snapshot until all were listed", async () => {
    const { watch: watching, details } = await run({
      [NAMESPACED]: [list([policy("a", "prod")], "1")],
      [CLUSTER]: [list([policy("b")], "1")],
      [NAMESPACES]: [text(503)],
    });
    assert.equal(watching.snapshot(), undefined);
    assert.deepEqual(details, []);
    assert.deepEqual(
      watching.states().map(({ source, listed }) => `${source} ${listed}`),
      [
        "ImageVerifyPolicy true",
        "ClusterImageVerifyPolicy true",
        "ImageVerifyException true",
        "TrustRoot true",
        "Namespace false",
      ],
    );
    assert.equal(watching.states()[4]?.state, "not synced: the API server answered 503");
  });

  it("has all policies, by name, and the labels of namespaces", async () => {
    const { watch: watching, details } = await run({
      [NAMESPACED]: [list([policy("b", "prod"), policy("a", "prod")], "1")],
      [CLUSTER]: [list([policy("c")], "1")],
      [NAMESPACES]: [list([namespace("prod", { env: "prod" }), namespace("bare")], "1")],
    });
    const snapshot = watching.snapshot();
    assert.deepEqual(names(snapshot), [
      "ImageVerifyPolicy prod/a",
      "ImageVerifyPolicy prod/b",
      "ClusterImageVerifyPolicy /c",
    ]);
    assert.deepEqual([...(snapshot?.namespaceLabels("prod") ?? [])], [["env", "prod"]]);
    assert.deepEqual([...(snapshot?.namespaceLabels("bare") ?? [])], []);
    assert.equal(snapshot?.namespaceLabels("unknown"), undefined);
    assert.deepEqual(details, ["3 policies, 0 of them do not compile"]);
    assert.ok(watching.states().every(({ state, listed }) => listed && state === "synced"));
    assert.ok(watching.states().every(({ staleSeconds }) => staleSeconds === 0));
  });

  it("says for how long a source is not followed, and keeps what it read", async () => {
    const { watch: watching } = await run({
      [NAMESPACED]: [list([policy("a", "prod")], "1"), text(500, "{}")],
      [CLUSTER]: [list([], "1")],
      [NAMESPACES]: [list([], "1")],
    });
    const stale = (): readonly number[] => watching.states().map(({ staleSeconds }) => staleSeconds);
    const [first = 0, ...others] = stale();
    assert.ok(first > 0);
    assert.deepEqual(others, [0, 0, 0, 0]);
    assert.ok((stale()[0] ?? 0) > first);
    const observed = new Map<string, number>();
    const ready = (limit: number): readonly boolean[] =>
      watching.checks(limit, (source, seconds) => observed.set(source, seconds)).map(({ ok }) => ok);
    assert.deepEqual(ready(1e6), [true, true, true, true, true]);
    assert.deepEqual(ready(1), [false, true, true, true, true]);
    assert.ok((observed.get("ImageVerifyPolicy") ?? 0) > 0);
    assert.deepEqual(names(watching.snapshot()), ["ImageVerifyPolicy prod/a"]);
  });

  it("starts as starting", () => {
    const { client } = fakeApi({}, () => undefined);
    const watching = new PolicyWatch({
      client,
      compile: COMPILE,
      onChange: () => undefined,
      delay: () => Promise.resolve(),
      random: () => 0,
      monotonicNow: () => 0,
    });
    assert.deepEqual(watching.states()[0], {
      source: "ImageVerifyPolicy",
      listed: false,
      state: "starting",
      staleSeconds: 0,
    });
  });

  it("follows what is created, edited and deleted, and tells of policies alone", async () => {
    const { watch: watching, details } = await run({
      [NAMESPACED]: [
        list([policy("a", "prod")], "1"),
        watch([
          event("ADDED", policy("b", "prod")),
          event("MODIFIED", policy("b", "prod", { failureAction: "Audit" })),
          event("DELETED", policy("a", "prod")),
          event("ADDED", policy("b", "test")),
        ]),
      ],
      [CLUSTER]: [list([], "1")],
      [NAMESPACES]: [
        list([namespace("prod", { a: "1" })], "1"),
        watch([
          event("MODIFIED", namespace("prod", { a: "2" })),
          event("ADDED", namespace("new", {})),
          event("DELETED", namespace("new", {})),
        ]),
      ],
    });
    const snapshot = watching.snapshot();
    assert.deepEqual(names(snapshot), ["ImageVerifyPolicy prod/b", "ImageVerifyPolicy test/b"]);
    assert.equal(snapshot?.policies[0]?.failureAction, "Audit");
    assert.equal(snapshot?.namespaceLabels("prod")?.get("a"), "2");
    assert.equal(snapshot?.namespaceLabels("new"), undefined);
    // Namespaces change all the time.
    assert.ok(details.length <= 5 && details.at(-1) === "2 policies, 0 of them do not compile", details.join());
  });

  it("drops what a new list does not have", async () => {
    const gone = { kind: "Status", code: 410 };
    const { watch: watching } = await run({
      [NAMESPACED]: [
        list([policy("a", "prod"), policy("b", "prod")], "1"),
        watch([event("ERROR", gone)]),
        list([policy("b", "prod")], "9"),
      ],
      [CLUSTER]: [list([], "1")],
      [NAMESPACES]: [
        list([namespace("a"), namespace("b")], "1"),
        watch([event("ERROR", gone)]),
        list([namespace("b")], "9"),
      ],
    });
    assert.deepEqual(names(watching.snapshot()), ["ImageVerifyPolicy prod/b"]);
    assert.equal(watching.snapshot()?.namespaceLabels("a"), undefined);
  });

  it("keeps what it has while the API server is gone", async () => {
    const { watch: watching } = await run({
      [NAMESPACED]: [list([policy("a", "prod")], "1"), text(500), text(500)],
      [CLUSTER]: [list([], "1"), text(200, "<html>\n"), text(200, "<html>")],
      [NAMESPACES]: [list([namespace("prod")], "1"), text(403), text(403)],
    });
    assert.deepEqual(names(watching.snapshot()), ["ImageVerifyPolicy prod/a"]);
    assert.deepEqual(
      watching.states().map(({ listed, state }) => `${listed} ${state}`),
      [
        "true not synced: the API server answered 500",
        "true not synced: the API server's answer cannot be read (want a JSON value at character 0)",
        "true synced",
        "true synced",
        "true not synced: the API server answered 403",
      ],
    );
  });

  it("counts what does not compile, and keeps it in force", async () => {
    const { watch: watching, details } = await run({
      [NAMESPACED]: [list([policy("a", "prod", { verifyImages: [{ ...RULE, imageReferences: ["UPPER"] }] })], "1")],
      [CLUSTER]: [list([policy("b", undefined, { failureAction: "Sometimes" }), policy("c")], "1")],
      [NAMESPACES]: [list([], "1")],
    });
    assert.deepEqual(details, ["3 policies, 2 of them do not compile"]);
    assert.equal(watching.snapshot()?.policies.length, 3);
  });

  it("takes the kind from the source, whatever an object says", async () => {
    const { watch: watching } = await run({
      [NAMESPACED]: [list([{ kind: "ClusterImageVerifyPolicy", apiVersion: "other/v1", ...policy("a", "prod") }], "1")],
      [CLUSTER]: [list([], "1")],
      [NAMESPACES]: [list([], "1")],
    });
    assert.deepEqual(names(watching.snapshot()), ["ImageVerifyPolicy prod/a"]);
  });

  it("compiles all policies anew when it is told to, and says so", async () => {
    const { watch: watching, details } = await run({
      [NAMESPACED]: [list([policy("a", "prod")], "1")],
      [CLUSTER]: [list([policy("b")], "1")],
      [NAMESPACES]: [list([], "1")],
    });
    const before = watching.snapshot()?.policies ?? [];
    await watching.recompile();
    const after = watching.snapshot()?.policies ?? [];
    assert.deepEqual(names(watching.snapshot()), ["ImageVerifyPolicy prod/a", "ClusterImageVerifyPolicy /b"]);
    assert.ok(after.every((compiled) => !before.includes(compiled)));
    assert.equal(details.length, 2);
  });

  it("keeps the snapshot that is whole until the next one is, however many turns that takes", async () => {
    const waits: (() => Promise<void>)[] = [];
    let turns = 0;
    const { watch: watching } = await run(
      {
        [NAMESPACED]: [list([policy("a", "prod"), policy("b", "prod"), policy("c", "prod")], "1")],
        [CLUSTER]: [list([policy("d")], "1")],
        [NAMESPACES]: [list([], "1")],
      },
      COMPILE,
      async () => {
        turns += 1;
        await waits[0]?.();
      },
    );
    assert.ok(turns >= 4, "one for each policy");
    const whole = watching.snapshot();
    const seen: (PolicySnapshot | undefined)[] = [];
    waits.push(async () => {
      seen.push(watching.snapshot());
      await new Promise((resolve) => setImmediate(resolve));
    });
    const [first, second] = [watching.recompile(), watching.recompile()];
    await first;
    const next = watching.snapshot();
    assert.notEqual(next, whole);
    await second;
    assert.deepEqual(seen, [...Array<unknown>(4).fill(whole), ...Array<unknown>(4).fill(next)]);
    assert.equal(watching.snapshot()?.policies.length, 4);
  });

  it("compiles those alone that are affected, and tells which keys its policies name", async () => {
    const stored = { name: "release", keys: { secret: { name: "release" } }, insecureIgnoreTlog: true };
    const verifyImages = [{ ...RULE, attestors: [{ entries: [stored] }] }];
    const { watch: watching, sources } = await run({
      [NAMESPACED]: [list([policy("a", "prod", { verifyImages })], "1")],
      [CLUSTER]: [list([policy("b")], "1")],
      [NAMESPACES]: [list([], "1")],
    });
    assert.deepEqual(
      sources.map((each) => secretSourcesOf(each).map(({ namespace: place, name }) => `${place}/${name}`)),
      [["prod/release"]],
    );
    const [a, b] = watching.snapshot()?.policies ?? [];
    await watching.recompile((compiled) => keySourcesOf(compiled).length > 0);
    const [again, same] = watching.snapshot()?.policies ?? [];
    assert.ok(a !== undefined && again !== a && b !== undefined && same === b);
    assert.equal(sources.length, 2);
  });

  it("has exceptions by name, follows them, and counts those that are not valid", async () => {
    const { watch: watching, details } = await run({
      [NAMESPACED]: [list([], "1")],
      [CLUSTER]: [list([policy("b")], "1")],
      [EXCEPTIONS]: [
        list([exception("b"), exception("a")], "1"),
        watch([
          event("DELETED", exception("b")),
          event("MODIFIED", exception("a", { reason: "y" })),
          event("ADDED", exception("c", { images: ["gh*/x"] })),
        ]),
      ],
      [NAMESPACES]: [list([], "1")],
    });
    assert.deepEqual(
      watching.snapshot()?.exceptions.map(({ name, reason, errors }) => [name, reason, errors.length]),
      [
        ["a", "y", 0],
        ["c", "", 1],
      ],
    );
    assert.equal(details.at(-1), "1 policies, 0 of them do not compile; 2 exceptions, 1 of them are not valid");
  });

  it("gives snapshots that do not change any more", async () => {
    let early: PolicySnapshot | undefined;
    const steps = {
      [NAMESPACED]: [list([policy("a", "prod")], "1"), watch([event("DELETED", policy("a", "prod"))])],
      [CLUSTER]: [list([], "1")],
      [EXCEPTIONS]: [list([exception("a")], "1"), watch([event("DELETED", exception("a"))])],
      [TRUST_ROOTS]: [list([trustRoot("a", {})], "1"), watch([event("DELETED", trustRoot("a", {}))])],
      [NAMESPACES]: [list([namespace("prod", { a: "1" })], "1"), watch([event("DELETED", namespace("prod"))])],
    };
    const { client, over } = scriptedApi(steps);
    const watching: PolicyWatch = new PolicyWatch({
      client,
      compile: COMPILE,
      onChange: () => {
        early ??= watching.snapshot();
      },
      delay: () => Promise.resolve(),
      random: () => 0,
      monotonicNow: () => 0,
    });
    watching.start();
    await over;
    watching.close();
    const counts = (snapshot: PolicySnapshot | undefined): readonly unknown[] =>
      [snapshot?.policies, snapshot?.exceptions, snapshot?.trustRoots].map((objects) => objects?.length);
    assert.deepEqual(counts(early), [1, 1, 1]);
    assert.deepEqual(counts(watching.snapshot()), [0, 0, 0]);
    assert.equal(watching.snapshot()?.namespaceLabels("prod"), undefined);
  });
});
