// Status is written where it differs, once, a bounded number a round, and what the API server refuses is told.
import assert from "node:assert/strict";
import type { KubernetesApi, KubernetesRequest } from "../../src/kubernetes/client.ts";
import type { ObjectState } from "../../src/kubernetes/object-state.ts";
import { statusOf, StatusWriter } from "../../src/kubernetes/status-writer.ts";
import type { StatusContent } from "../../src/policy/status.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";

const NOW = Date.UTC(2026, 5, 1);

const ready = (reason = "Compiled", message = "fine"): StatusContent => ({
  conditions: [{ type: "Ready", status: reason === "Compiled" ? "True" : "False", reason, message }],
  droppedFields: [],
  relaxations: [],
});

function state(name: string, more: Partial<ObjectState> = {}): ObjectState {
  const written = { droppedFields: [], relaxations: [] };
  return { kind: "TrustRoot", name, uid: `uid of ${name}`, generation: 2, status: undefined, written, ...more };
}

interface World {
  wanted: { state: ObjectState; content: StatusContent }[] | undefined;
  readonly sent: KubernetesRequest[];
  readonly told: string[];
  /** Status codes of the answers; 200 after the last. */
  readonly answers: (number | Error)[];
  now: number;
}

/** Rounds of one leader; `before` is called in front of each. */
async function rounds(world: World, count: number, before: (round: number) => void = () => undefined): Promise<void> {
  const stop = new AbortController();
  const api: KubernetesApi = {
    get: () => assert.fail("nothing is read"),
    send: async (request) => {
      world.sent.push(request);
      const status = world.answers.shift() ?? 200;
      if (status instanceof Error) throw status;
      const object = status === 200 ? request.body : { kind: "Status", code: status, message: "no such right" };
      return { status, body: chunks(JSON.stringify(object)) };
    },
  };
  let done = 0;
  before(0);
  await new StatusWriter({
    api,
    wanted: () => world.wanted,
    onChange: ({ name }, { type, reason }) => world.told.push(`${name} ${type} ${reason}`),
    onFailure: (path, reason) => world.told.push(`${path.split("/").slice(-2).join("/")}: ${reason}`),
    now: () => world.now,
    delay: async (ms) => {
      world.now += ms;
      done += 1;
      if (done >= count) stop.abort();
      else before(done);
    },
  }).lead(stop.signal);
}

async function* chunks(text: string): AsyncIterable<Uint8Array> {
  yield encodeUtf8(text);
}

const world = (wanted: World["wanted"], answers: World["answers"] = []): World => ({
  wanted,
  sent: [],
  told: [],
  answers: [...answers],
  now: NOW,
});

describe("StatusWriter", () => {
  it("applies the whole status under a name of its own", async () => {
    const of = world([{ state: state("a", { kind: "ImageVerifyPolicy", namespace: "prod" }), content: ready() }]);
    await rounds(of, 1);
    assert.deepEqual(of.sent, [
      {
        method: "PATCH",
        path: "/apis/sealgate.dev/v1alpha1/namespaces/prod/imageverifypolicies/a/status",
        query: { fieldManager: "sealgate-status", force: "true" },
        body: {
          apiVersion: "sealgate.dev/v1alpha1",
          kind: "ImageVerifyPolicy",
          metadata: { name: "a", uid: "uid of a", namespace: "prod" },
          status: {
            observedGeneration: 2,
            conditions: [
              {
                type: "Ready",
                status: "True",
                reason: "Compiled",
                message: "fine",
                observedGeneration: 2,
                lastTransitionTime: "2026-06-01T00:00:00Z",
              },
            ],
          },
        },
      },
    ]);
    assert.deepEqual(of.told, ["a Ready Compiled"]);
  });

  it("writes nothing that is so already, and nothing twice before it is seen", async () => {
    const content = ready();
    const written = state("a");
    const of = world([
      { state: { ...written, status: statusOf(written, content, NOW) }, content },
      { state: state("b"), content },
    ]);
    await rounds(of, 5);
    assert.deepEqual(
      of.sent.map(({ path }) => path.split("/").at(-2)),
      ["b"],
    );
  });

  it("writes again what somebody undid, but not at once", async () => {
    const of = world([{ state: state("a"), content: ready() }]);
    await rounds(of, 70);
    assert.equal(of.sent.length, 2);
  });

  it("writes at once what is to say something else", async () => {
    const of = world([{ state: state("a"), content: ready() }]);
    await rounds(of, 3, (round) => {
      if (round === 1) of.wanted = [{ state: state("a"), content: ready("TrustRootInvalid") }];
      if (round === 2) of.wanted = [{ state: state("a", { generation: 3 }), content: ready("TrustRootInvalid") }];
    });
    assert.equal(of.sent.length, 3);
  });

  it("writes a bounded number a round, and the rest in the next", async () => {
    const content = ready();
    const all = Array.from({ length: 50 }, (_, i) => ({ state: state(`n${i}`), content }));
    const of = world(all);
    const sent: number[] = [];
    await rounds(of, 4, () => sent.push(of.sent.length));
    assert.deepEqual(sent, [0, 20, 40, 50]);
  });

  it("waits until everything was listed", async () => {
    const of = world(undefined);
    await rounds(of, 2);
    assert.deepEqual(of.sent, []);
  });

  it("tells what is refused, passes over what is gone, and goes on", async () => {
    const content = ready();
    const names = ["a", "b", "c", "d", "e"];
    const answers = [403, 404, 409, new Error("connect ECONNREFUSED")];
    const of = world(
      names.map((name) => ({ state: state(name), content })),
      answers,
    );
    await rounds(of, 1);
    assert.deepEqual(of.told, [
      "a/status: the API server answered 403: no such right",
      "d/status: connect ECONNREFUSED",
      "e Ready Compiled",
    ]);
  });

  it("tries again soon what was refused", async () => {
    const of = world([{ state: state("a"), content: ready() }], [500, new Error("connect ECONNREFUSED")]);
    await rounds(of, 12);
    assert.equal(of.sent.length, 3);
    assert.equal(of.told.at(-1), "a Ready Compiled");
  });

  it("tells of a condition that is another than it was, and of no other", async () => {
    const before = state("a");
    const status = statusOf(before, ready(), NOW);
    const of = world([
      { state: { ...before, status, generation: 3 }, content: ready() },
      { state: { ...state("b"), status }, content: ready("TrustRootInvalid") },
    ]);
    await rounds(of, 1);
    assert.deepEqual([of.sent.length, of.told], [2, ["b Ready TrustRootInvalid"]]);
  });
});

describe("statusOf()", () => {
  const transition = (status: object): unknown =>
    (status as { conditions: readonly { lastTransitionTime: string }[] }).conditions[0]?.lastTransitionTime;

  it("keeps the time since when a condition is so", () => {
    const first = state("a");
    const before = { ...first, status: statusOf(first, ready(), NOW) };
    const later = NOW + 3_600_500;
    assert.equal(transition(statusOf(before, ready("Compiled", "other words"), later)), "2026-06-01T00:00:00Z");
    assert.equal(transition(statusOf(before, ready("TrustRootInvalid"), later)), "2026-06-01T01:00:00Z");
  });

  it("lists fields where there are some", () => {
    const content = { ...ready(), droppedFields: ["spec.a"], relaxations: ["spec.b: true"] };
    const { droppedFields, relaxations } = statusOf(state("a"), content, NOW) as typeof content;
    assert.deepEqual([droppedFields, relaxations], [["spec.a"], ["spec.b: true"]]);
    assert.deepEqual(Object.keys(statusOf(state("a"), ready(), NOW)), ["observedGeneration", "conditions"]);
  });

  it("takes a status of any shape for none", () => {
    for (const status of [null, 1, [], { conditions: 1 }, { conditions: [null, { type: "Ready", status: "True" }] }]) {
      assert.equal(transition(statusOf(state("a", { status }), ready(), NOW)), "2026-06-01T00:00:00Z");
    }
  });
});
