// What a policy allows within a request: its time, and what it may rest on.
import assert from "node:assert/strict";
import { Memories, PolicyTerms, type SeenTag } from "../../src/app/policy-terms.ts";
import { parseImageReference } from "../../src/oci/reference.ts";
import { makePolicy } from "./fixtures.ts";

const DIGEST = `sha256:${"1".repeat(64)}` as const;
const seen = (image: string, id = ""): SeenTag => ({
  reference: parseImageReference(image),
  keychain: { id, sourcesFor: () => [] },
});
const TAGGED = seen("registry.local/acme/web:1");
const resting = { failurePolicy: "IgnoreIfVerified", verifiedWithin: "1h" };

describe("Memories", () => {
  it("are of policies that rest on them under Enforce, those of namespaces apart", () => {
    const memories = new Memories(() => 1);
    const cluster = memories.of(makePolicy({ spec: resting }));
    const namespaced = memories.of(makePolicy({ namespace: "prod", spec: resting }));
    assert.equal(cluster.memory?.within, 3_600_000);
    assert.notEqual(namespaced.memory?.facts, cluster.memory?.facts);
    assert.equal(memories.of(makePolicy({ name: "two", spec: resting })).memory?.facts, cluster.memory?.facts);
    for (const spec of [{}, { failurePolicy: "Ignore" }, { ...resting, failureAction: "Warn" }]) {
      assert.deepEqual(memories.of(makePolicy({ spec })), {});
    }
  });

  it("keep a tag's digest for policies that rest on it, each for its own time", () => {
    let now = 1;
    const memories = new Memories(() => now);
    const [policy, longer, strict] = [
      makePolicy({ spec: resting }),
      makePolicy({ spec: { ...resting, verifiedWithin: "2h" } }),
      makePolicy(),
    ];
    memories.rememberTag(TAGGED, DIGEST, [strict]);
    assert.equal(memories.tagDigest(TAGGED, [policy]), undefined);
    memories.rememberTag(TAGGED, DIGEST, [strict, policy]);
    assert.equal(memories.tagDigest(TAGGED, [strict]), undefined);
    assert.equal(memories.tagDigest(TAGGED, [strict, policy]), DIGEST);
    assert.equal(memories.tagDigest(seen("registry.local/acme/web:2"), [policy]), undefined);
    assert.equal(memories.tagDigest(seen("registry.local/acme/web"), [policy]), undefined);
    assert.equal(memories.tagDigest(seen("registry.local/acme/web:1", "another's"), [policy]), undefined);
    memories.seeTag(TAGGED, DIGEST);
    now += 3_600_001;
    assert.equal(memories.tagDigest(TAGGED, [policy]), undefined);
    assert.equal(memories.tagDigest(TAGGED, [policy, longer]), DIGEST);
  });
});

describe("PolicyTerms", () => {
  it("gives a policy its own time, which is one for all its rules, and never more than the request's", () => {
    const request = new AbortController();
    const terms = new PolicyTerms(request.signal, new Memories(() => 1));
    const [timed, untimed] = [makePolicy({ spec: { timeoutSeconds: 30 } }), makePolicy()];
    const { signal } = terms.of(timed);
    assert.equal(terms.of(timed).signal, signal);
    assert.equal(terms.of(untimed).signal, request.signal);
    assert.notEqual(signal, request.signal);
    request.abort();
    assert.equal(signal.aborted, true);
    terms.end();
  });

  it("knows which of several policies has the most time", () => {
    const request = new AbortController();
    const terms = new PolicyTerms(request.signal, new Memories(() => 1));
    const [short, long, untimed] = [1, 2, undefined].map((timeoutSeconds) => makePolicy({ spec: { timeoutSeconds } }));
    assert.ok(short && long && untimed);
    assert.equal(terms.latest([short, long]), terms.of(long).signal);
    assert.equal(terms.latest([short, untimed, long]), request.signal);
    assert.equal(terms.latest([]), request.signal);
    terms.end();
  });
});

describe("PolicyTerms: parties", () => {
  it("are the namespace for a cluster policy, and a line of their own for its own policies", () => {
    const terms = new PolicyTerms(new AbortController().signal, new Memories(() => 1), "prod");
    assert.equal(terms.party, "prod");
    assert.equal(terms.of(makePolicy()).party, "prod");
    assert.equal(terms.of(makePolicy({ namespace: "prod" })).party, "prod, own policies");
    assert.equal(terms.beyond(makePolicy()).party, "prod");
    terms.end();
  });
});
