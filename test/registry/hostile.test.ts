/**
 * Registries that attack whoever asks them (registry.md §15), through the whole application: each review ends with the right
 * code, as a Fail or Undetermined by the table of policy-api.md §4, within bounds of memory and time, nothing that the
 * registry said is repeated, and no credential goes where it was not meant for.
 */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { signatureTag } from "../../src/oci/cosign-tag.ts";
import type { Review } from "../../src/app/reviewer.ts";
import type { Keychain } from "../../src/ports/credentials.ts";
import { buildRegistry } from "../../src/registry/client.ts";
import { makePolicy, makeApplication, outcomes, PATH, KEY } from "../app/fixtures.ts";
import { HOSTILE, behave, LEAK, type Behaviour } from "../support/registry/hostile.ts";
import { startRegistry } from "../support/registry/registry.ts";
import { pod, requestOf } from "../support/reviews.ts";
import { signLegacy } from "../support/signer.ts";
import { sourceOf, withRegistry } from "./fixtures.ts";

const MIB = 1024 * 1024;
const TIMEOUTS = { connectMs: 500, firstByteMs: 200, idleMs: 200 };
const DEADLINE_MS = 1_500;
/** Where something else ends it, also on a machine that has other things to do. */
const PATIENT_MS = 15_000;
/** What loopback holds of a body that nobody reads any more. */
const IN_FLIGHT = 16 * MIB;
const PASSWORD = "p4ssword";

const credential = { username: "u", password: PASSWORD };
const keychain: Keychain = {
  id: "hostile",
  sourcesFor: () => [sourceOf("test", [credential])],
};

/** One name, of the metadata service's address. */
const resolve = (name: string): Promise<readonly string[]> =>
  name === "rebind.example" ? Promise.resolve(["169.254.169.254"]) : assert.fail(`${name} was looked up`);

interface Observed {
  readonly review: Review;
  readonly bytes: number;
  readonly rss: number;
  /** What another host was shown. */
  readonly shown: string;
}

/** A review of an image of a registry that behaves so, within a deadline. */
async function observe(behaviour: Behaviour): Promise<Observed> {
  const stranger = await startRegistry();
  const auth = { scheme: "basic", users: { u: PASSWORD } } as const;
  let observed: Observed | undefined;
  await withRegistry({ timeouts: TIMEOUTS, keychain, auth, resolve }, async ({ server, client }) => {
    const digest = await server.putImage(PATH, "1", "a");
    if (behaviour.isSigned === true) await signLegacy(server, PATH, digest, KEY);
    const written = behave(server, stranger.host, behaviour);
    const { reviewer } = makeApplication(client, [makePolicy()]);
    const request = requestOf(pod({ web: `${server.host}/${PATH}@${digest}` }));
    const before = process.memoryUsage().rss;
    const deadline = behaviour.ends.includes("DeadlineSpent") ? DEADLINE_MS : PATIENT_MS;
    const review = await reviewer.validate(request, AbortSignal.timeout(deadline));
    const rss = process.memoryUsage().rss - before;
    observed = { review, bytes: written(), rss, shown: JSON.stringify(stranger.requests) };
  });
  await stranger.stop();
  assert.ok(observed !== undefined);
  return observed;
}

describe("registry, hostile:", () => {
  for (const [attack, behaviour] of Object.entries(HOSTILE)) {
    it(`${attack}: ${behaviour.ends}`, async () => {
      const { review, bytes, rss, shown } = await observe(behaviour);
      assert.deepEqual(outcomes(review).map(sorted), [sorted(behaviour.ends)]);
      assert.equal(review.allowed, false);
      const told = JSON.stringify(review);
      for (const word of [LEAK, PASSWORD, "169.254"]) assert.ok(!told.includes(word), `it tells ${word}: ${told}`);
      assert.equal(shown, "[]");
      assert.ok(bytes <= (behaviour.maxBytes ?? 8 * MIB) + IN_FLIGHT, `${bytes} bytes were taken`);
      assert.ok(rss < 192 * MIB, `${rss} bytes of memory more`);
    });
  }

  it("a name whose second answer is the metadata service (DNS rebind): AddressBlocked", async () => {
    await withRegistry({ timeouts: TIMEOUTS }, async ({ server }) => {
      const answers = [["127.0.0.1"], ["169.254.169.254"]];
      const port = server.host.split(":")[1];
      const host = `rebind.localhost:${port}`;
      const rules = { endpoints: [{ host, plainHttp: true, allowPrivate: true }] };
      const rebound = async (): Promise<readonly string[]> => answers.shift() ?? [];
      const client = buildRegistry({ rules, timeouts: TIMEOUTS, now: () => 0, resolve: rebound });
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, digest, KEY);
      server.misbehave((_, response) => {
        response.setHeader("connection", "close");
        return false;
      });
      const { reviewer } = makeApplication(client, [makePolicy()]);
      const request = requestOf(pod({ web: `${host}/${PATH}:1` }));
      const [outcome = ""] = outcomes(await reviewer.validate(request, AbortSignal.timeout(DEADLINE_MS)));
      await client.close();
      assert.match(outcome, /^Fail .*AddressBlocked/);
    });
  });

  it("the second answer differs: what was resolved is what is judged", async () => {
    await withRegistry({ timeouts: TIMEOUTS }, async ({ server, client }) => {
      const signed = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, signed, KEY);
      const unsigned = await server.putImage(PATH, "1", "b");
      const { reviewer } = makeApplication(client, [makePolicy({ rule: { verifyDigest: false } })]);
      let asked = 0;
      server.misbehave((request) => {
        if ((request.url ?? "").endsWith("/manifests/1") && (asked += 1) > 1)
          request.url = `/v2/${PATH}/manifests/${signed}`;
        return false;
      });
      const request = requestOf(pod({ web: `${server.host}/${PATH}:1` }));
      const signal = AbortSignal.timeout(DEADLINE_MS);
      const { pins } = await reviewer.pin(request, signal);
      assert.match(pins[0]?.value ?? "", new RegExp(`@${unsigned}$`));
      const pinned = requestOf(pod({ web: pins[0]?.value ?? "" }));
      assert.deepEqual(outcomes(await reviewer.validate(pinned, signal)), ["Fail NoSignatureFound"]);
    });
  });

  it("the second answer differs: a list of signatures that changes spoils nothing that was verified", async () => {
    await withRegistry({ timeouts: TIMEOUTS }, async ({ server, client }) => {
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, digest, KEY);
      const { reviewer } = makeApplication(client, [makePolicy()]);
      const look = async (): Promise<readonly string[]> => {
        const request = requestOf(pod({ web: `${server.host}/${PATH}@${digest}` }));
        return outcomes(await reviewer.validate(request, AbortSignal.timeout(DEADLINE_MS)));
      };
      assert.deepEqual(await look(), ["Pass"]);
      await server.putManifest(PATH, signatureTag(digest), encodeUtf8("{}"));
      assert.deepEqual(await look(), ["Pass"]);
    });
  });
});

/** The order of codes is that of candidates, which is nobody's promise here. */
function sorted(outcome: string): string {
  return outcome.split(" ").toSorted().join(" ");
}
