// Keys that are looked after: when each is fetched again, what holds meanwhile, and what revokes.
import assert from "node:assert/strict";
import { CloudError } from "../../src/cloud/http.ts";
import { KmsKeys } from "../../src/cloud/kms-keys.ts";
import { parsePublicKeyPem } from "../../src/crypto/public-key.ts";
import type { KeyAnswer } from "../../src/policy/key-source.ts";
import { KEYS } from "../policy/resources.ts";

const A: KeyAnswer = { kind: "key", key: parsePublicKeyPem(KEYS.a.pem) };
const B: KeyAnswer = { kind: "key", key: parsePublicKeyPem(KEYS.b.pem) };
const GONE: KeyAnswer = { kind: "none", reason: "AWS KMS answered NotFoundException" };
const DOWN = new CloudError("vault.example answered 503");
const URI = "hashivault://release";

interface Seen {
  readonly keys: KmsKeys;
  /** What is known of URI after each change. */
  readonly changes: readonly string[];
  /** How long was waited after each look. */
  readonly waits: readonly number[];
}

/** Follows URI over these answers; a number of seconds passes with each wait. */
async function follow(answers: readonly (KeyAnswer | Error)[]): Promise<Seen> {
  const left = [...answers];
  const changes: string[] = [];
  const waits: number[] = [];
  let now = 0;
  const keys: KmsKeys = await new Promise((resolve) => {
    const made: KmsKeys = new KmsKeys({
      now: () => now,
      fetchKey: async () => {
        const answer = left.shift() ?? A;
        if (answer instanceof Error) throw answer;
        return await Promise.resolve(answer);
      },
      delay: async (milliseconds, signal) => {
        waits.push(milliseconds);
        now += milliseconds;
        if (left.length > 0) return;
        resolve(made);
        await new Promise((end) => signal.addEventListener("abort", end, { once: true }));
      },
      onChange: (uri) => changes.push(`${uri} ${known(made)}`),
    });
    made.follow([URI]);
  });
  return { keys, changes, waits };
}

function known(keys: KmsKeys, uri = URI): string {
  const answer = keys.find(uri);
  if (answer.kind === "none") return answer.reason;
  return answer === A ? "a" : "b";
}

describe("cloud/kms-keys", () => {
  let opened: KmsKeys | undefined;
  const followed = async (...answers: readonly (KeyAnswer | Error)[]): Promise<Seen> => {
    const seen = await follow(answers);
    opened = seen.keys;
    return seen;
  };
  afterEach(() => opened?.close());

  it("are fetched at once, and again at 80 % of ten minutes", async () => {
    const { keys, changes, waits } = await followed(A, A);
    assert.deepEqual(changes, [`${URI} a`]);
    assert.deepEqual(waits, [480_000, 480_000]);
    assert.equal(known(keys), "a");
  });

  it("that were rotated take effect at the next look", async () => {
    const { changes } = await followed(A, B);
    assert.deepEqual(changes, [`${URI} a`, `${URI} b`]);
  });

  it("that are gone are none from that moment, and are looked for sooner", async () => {
    const { changes, waits } = await followed(A, GONE, A);
    assert.deepEqual(changes, [`${URI} a`, `${URI} AWS KMS answered NotFoundException`, `${URI} a`]);
    assert.deepEqual(waits, [480_000, 5_000, 480_000]);
  });

  it("hold while the service is away, for as long as it is, and their age is told", async () => {
    const { keys, changes, waits } = await followed(A, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN);
    assert.deepEqual(changes, [`${URI} a`]);
    assert.deepEqual(waits, [480_000, 5_000, 10_000, 20_000, 40_000, 80_000, 120_000, 120_000]);
    assert.equal(known(keys), "a");
    assert.equal(keys.ageSeconds(), 875);
    assert.deepEqual(keys.readiness(), {
      ok: true,
      detail: `1 of 1 fetched, the oldest 875 s ago; ${URI}: vault.example answered 503`,
    });
  });

  it("say why they are not there yet", async () => {
    const { keys, changes } = await followed(DOWN);
    assert.deepEqual(changes, []);
    assert.equal(known(keys), "vault.example answered 503");
    assert.equal(keys.ageSeconds(), 0);
    assert.equal(keys.readiness().ok, true);
  });

  it("survive a defect, of which nothing is told but that it was one", async () => {
    const { keys, waits } = await followed(new Error("pl4nted"));
    assert.equal(known(keys), "it could not be fetched");
    assert.deepEqual(waits, [5_000]);
  });

  it("are ready once each was asked for, and nobody's that are not named", async () => {
    const never = new KmsKeys({
      now: () => 0,
      fetchKey: () => new Promise(() => undefined),
      delay: () => Promise.resolve(),
      onChange: () => assert.fail("nothing changes"),
    });
    assert.equal(never.readiness().ok, false);
    never.follow([URI]);
    assert.deepEqual(never.readiness(), { ok: false, detail: "0 of 1 fetched, the oldest 0 s ago" });
    assert.equal(known(never), "it has not been fetched yet");
    never.follow([]);
    assert.equal(never.readiness().ok, true);
    assert.equal(known(never), "it has not been fetched yet");
    never.close();
    never.follow([URI]);
    assert.equal(never.readiness().detail, "0 of 0 fetched, the oldest 0 s ago");
  });

  it("are not those of a URI that is none", async () => {
    const keys: KmsKeys = await new Promise((resolve) => {
      const made: KmsKeys = new KmsKeys({
        now: () => 0,
        fetchKey: () => assert.fail("asked"),
        delay: async (_, signal) => {
          resolve(made);
          await new Promise((end) => signal.addEventListener("abort", end, { once: true }));
        },
        onChange: () => undefined,
      });
      made.follow(["https://keys.example/a"]);
    });
    assert.equal(known(keys, "https://keys.example/a"), "it is no URI of a key management service");
    keys.close();
  });
});
