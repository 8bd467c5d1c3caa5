// The order of a rotation, step by step, and that no step comes before its time (kubernetes.md §8).
import assert from "node:assert/strict";
import type { AuthorityState } from "../../src/kubernetes/authority-secret.ts";
import { firstAuthority, nextRotation, type RotationTimes } from "../../src/kubernetes/rotation.ts";

const NOW = Date.UTC(2026, 5, 1);
const times: RotationTimes = {
  authorityLifetimeMs: 1000,
  renewBeforeMs: 100,
  distributionWaitMs: 30,
  overlapWaitMs: 50,
};

describe("kubernetes/rotation", () => {
  let first: AuthorityState;
  before(async () => {
    first = await firstAuthority(NOW, { ...times, authorityLifetimeMs: 1_000_000 });
  });
  const far = { ...times, renewBeforeMs: 100_000 };

  it("does nothing while the CA is far from its end", async () => {
    assert.equal(await nextRotation(first, far, { now: NOW + 899_000, distributedMs: 1e9 }), undefined);
  });

  it("lets API servers trust old and new, then issues, then drops, each after its wait", async () => {
    const distribute = await nextRotation(first, far, { now: NOW + 901_000, distributedMs: 1e9 });
    assert.equal(distribute?.name, "distribute");
    const { state } = distribute;
    assert.deepEqual(state.issuing, first.issuing, "leaves are still the old CA's");
    assert.deepEqual(state.bundle, [state.next?.certPem, first.issuing.certPem]);
    assert.equal(await nextRotation(state, far, { now: NOW + 901_000, distributedMs: 29 }), undefined);

    const issue = await nextRotation(state, far, { now: NOW + 902_000, distributedMs: 30 });
    assert.equal(issue?.name, "issue");
    assert.deepEqual(issue.state, { issuing: state.next, bundle: state.bundle, overlapSince: NOW + 902_000 });
    assert.equal(await nextRotation(issue.state, far, { now: NOW + 902_049, distributedMs: 1e9 }), undefined);

    const drop = await nextRotation(issue.state, far, { now: NOW + 902_050, distributedMs: 0 });
    assert.equal(drop?.name, "drop");
    assert.deepEqual(drop.state, { issuing: state.next, bundle: [state.next?.certPem] });
  });

  it("begins at once when it is asked for, and once only", async () => {
    const asked = await nextRotation({ ...first, asked: "now" }, far, { now: NOW, distributedMs: 0 });
    assert.equal(asked?.name, "distribute");
    assert.equal(asked.state.asked, undefined);
  });

  it("keeps what is asked for during a rotation until that has ended", async () => {
    const { state } = (await nextRotation({ ...first, asked: "one" }, far, { now: NOW, distributedMs: 0 }))!;
    const issue = await nextRotation({ ...state, asked: "two" }, far, { now: NOW, distributedMs: 30 });
    assert.equal(issue?.state.asked, "two");
    const drop = await nextRotation(issue.state, far, { now: NOW + 50, distributedMs: 0 });
    assert.equal(drop?.state.asked, "two");
    assert.equal((await nextRotation(drop.state, far, { now: NOW, distributedMs: 0 }))?.name, "distribute");
  });
});
