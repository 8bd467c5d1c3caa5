// One image: resolved once, looked at once for all who ask, remembered for a while, and left in time.
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { IMAGE_LIMITS, ImageVerifier } from "../../src/app/verify-image.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { parseImageReference } from "../../src/oci/reference.ts";
import type { FetchedManifest, Registry } from "../../src/ports/registry.ts";
import { MAX_STEPS, spend, withBudget } from "../../src/policy/cel/budget.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { answer } from "../registry/fixtures.ts";
import type { EmbeddedRegistry } from "../support/registry/registry.ts";
import { signLegacy } from "../support/signer.ts";
import { deadlineIn } from "../../src/app/deadline.ts";
import {
  byDigest,
  countCalls,
  DIGEST_ONLY,
  fakeRegistry,
  KEY,
  makeApplication,
  makePolicy,
  OTHER_KEY,
  outcomes,
  PATH,
  requestFor,
  withApplication,
} from "./fixtures.ts";

/** Fires long after a test. */
const signal = deadlineIn(600_000);

/** What the registry answers to a request for one kind of thing. */
type Answer = (response: ServerResponse) => boolean;

const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    answer(response, code, headers, "a secret of another host");

const OCI = "application/vnd.oci.image.manifest.v1+json";
const EMPTY = `{"schemaVersion":2,"mediaType":"${OCI}","config":{"mediaType":"a/b","digest":"sha256:${"1".repeat(64)}","size":2},"layers":[]}`;

/** Answers the requests whose path matches, all others as ever. */
function misbehaveOn(server: EmbeddedRegistry, path: RegExp, how: Answer): void {
  server.misbehave((request, response) => path.test(request.url ?? "") && how(response));
}

describe("ImageVerifier", () => {
  it("stays Undetermined for a moment only, and is asked again then", async () => {
    await withApplication({}, async ({ server, registry }) => {
      let now = 1;
      const verifier = new ImageVerifier({ registry, monotonicNow: () => now, now: () => 0, cpuNow: () => 0 });
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, digest, KEY);
      const reference = parseImageReference(`${server.host}/${PATH}@${digest}`);
      const look = async (): Promise<string | undefined> => {
        const { verdicts } = await verifier.verify(reference, makePolicy().rules, signal);
        return verdicts[0]?.outcome;
      };
      misbehaveOn(server, /sha256-/, status(503));
      assert.equal(await look(), "Undetermined");
      server.misbehave(undefined);
      now += 4_999;
      assert.equal(await look(), "Undetermined");
      now += 2;
      assert.equal(await look(), "Pass");
      misbehaveOn(server, /./, status(503));
      now += 600_000;
      assert.equal(await look(), "Pass");
      now += 1;
      assert.equal(await look(), "Undetermined");
    });
  });

  it("remembers nothing of a rule whose verdict depends on the clock", async () => {
    await withApplication({}, async ({ server, registry }) => {
      const verifier = new ImageVerifier({ registry, monotonicNow: () => 1, now: () => 0, cpuNow: () => 0 });
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, digest, KEY);
      const reference = parseImageReference(`${server.host}/${PATH}@${digest}`);
      const look = async (dependsOnNow: boolean): Promise<string | undefined> => {
        const rules = makePolicy().rules.map((rule) => ({ ...rule, dependsOnNow }));
        return (await verifier.verify(reference, rules, signal)).verdicts[0]?.outcome;
      };
      assert.equal(await look(false), "Pass");
      assert.equal(await look(true), "Pass");
      misbehaveOn(server, /./, status(503));
      assert.equal(await look(false), "Pass");
      assert.equal(await look(true), "Undetermined");
    });
  });

  it("does not remember what a request without CPU left, and gives the next one its own", async () => {
    await withApplication({}, async ({ server, registry }) => {
      let cpu = 0;
      const limits = { ...IMAGE_LIMITS, cpuMs: 10 };
      const clocks = { monotonicNow: () => 1, now: () => 0, cpuNow: () => (cpu += 10) };
      const verifier = new ImageVerifier({ registry, ...clocks, limits: () => limits });
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, digest, KEY);
      const reference = parseImageReference(`${server.host}/${PATH}@${digest}`);
      const spent = verifier.budget();
      spent.charge(() => undefined);
      const { rules } = makePolicy();
      const [poor, rich] = await Promise.all([
        verifier.verify(reference, rules, signal, { cpu: spent }),
        verifier.verify(reference, rules, signal),
      ]);
      assert.equal(poor.verdicts[0]?.outcome, "Fail");
      assert.equal(poor.verdicts[0].findings[0]?.code, "TooManyCandidates");
      assert.equal(rich.verdicts[0]?.outcome, "Pass");
    });
  });

  it("does not remember what a request without steps for its expressions left, and gives the next one its own", async () => {
    await withApplication({}, async ({ server, verifier }) => {
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, digest, KEY);
      const reference = parseImageReference(`${server.host}/${PATH}@${digest}`);
      const { rules } = makePolicy({ rule: { validations: [{ expression: "signatures.size() == 1" }] } });
      const cpu = verifier.budget();
      while (!cpu.isSpent) cpu.judge(() => withBudget(() => spend(MAX_STEPS)));
      const poor = await verifier.verify(reference, rules, signal, { cpu });
      assert.deepEqual(
        poor.verdicts.map(({ outcome, findings }) => [outcome, ...findings.map(({ code }) => code)]),
        [["Fail", "TooManyCandidates"]],
      );
      const rich = await verifier.verify(reference, rules, signal);
      assert.equal(rich.verdicts[0]?.outcome, "Pass");
    });
  });

  const DIGEST = `sha256:${"1".repeat(64)}` as const;
  const WEB = `registry.local/acme/web@${DIGEST}`;

  it("resolves a tag by the hash of what it gets, and a digest by nothing", async () => {
    await withApplication({}, async ({ server, repository, verifier }) => {
      const digest = await server.putImage(PATH, "1", "a");
      await server.putImage(PATH, "latest", "b");
      assert.equal(await verifier.resolve(parseImageReference(`${repository}:1`), signal), digest);
      assert.notEqual(await verifier.resolve(parseImageReference(repository), signal), digest);
      assert.equal(server.requests.length, 2);
      assert.equal(await verifier.resolve(parseImageReference(WEB), signal), DIGEST);
    });
  });

  it("keeps to the registry's own hash, not its header", async () => {
    await withApplication({}, async ({ server, repository, verifier }) => {
      const digest = await server.putImage(PATH, "1", "a");
      server.misbehave((_, response) => {
        response.setHeader("docker-content-digest", DIGEST);
        return false;
      });
      assert.equal(await verifier.resolve(parseImageReference(`${repository}:1`), signal), digest);
    });
  });

  it("asks nobody for a rule about digests alone", async () => {
    const { verifier } = makeApplication(fakeRegistry({}), []);
    const { rules } = makePolicy({ rule: DIGEST_ONLY });
    const tagged = await verifier.verify(parseImageReference("registry.local/acme/web:1"), rules, signal);
    assert.deepEqual(
      tagged.verdicts.map(({ outcome, findings }) => [outcome, findings[0]?.code]),
      [["Fail", "NoDigest"]],
    );
    const pinned = await verifier.verify(parseImageReference(WEB), rules, signal);
    assert.deepEqual([pinned.verdicts[0]?.outcome, pinned.digest, pinned.places], ["Pass", DIGEST, []]);
  });

  it("remembers for another rule nothing that was found for the first", async () => {
    await withApplication({}, async ({ server, repository, validate, enforce }) => {
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, digest, KEY);
      assert.equal((await validate(byDigest(repository, digest))).allowed, true);
      enforce(makePolicy({ key: OTHER_KEY }));
      assert.deepEqual(outcomes(await validate(byDigest(repository, digest))), ["Fail SignatureInvalid"]);
    });
  });

  it("says from memory where was looked", async () => {
    await withApplication({}, async ({ server, repository, validate }) => {
      const digest = await server.putImage(PATH, "1", "a");
      const first = await validate(byDigest(repository, digest));
      const requests = server.requests.length;
      const second = await validate(byDigest(repository, digest));
      assert.equal(second.message, first.message);
      assert.equal(server.requests.length, requests);
    });
  });

  it("verifies once for a thousand concurrent admissions of one digest", async () => {
    await withApplication({}, async ({ server, registry, repository }) => {
      const digest = await server.putImage(PATH, "1", "a");
      await signLegacy(server, PATH, digest, KEY);
      const counted = countCalls(registry);
      const { reviewer } = makeApplication(counted, [makePolicy()]);
      const request = requestFor(`${repository}:1@${digest}`);
      const thousand = Array.from({ length: 1000 }, () => reviewer.validate(request, signal));
      const reviews = await Promise.all(thousand);
      assert.equal(reviews.filter(({ allowed }) => allowed).length, 1000);
      // The image, the fallback tag and the .sig tag; the payload; the listing: each once.
      assert.deepEqual(counted.calls, { manifest: 4, blob: 1, referrers: 1 });
    });
  });

  it("resolves once for a thousand concurrent tags", async () => {
    await withApplication({}, async ({ server, registry, repository }) => {
      await server.putImage(PATH, "1", "a");
      const counted = countCalls(registry);
      const { verifier } = makeApplication(counted, []);
      const reference = parseImageReference(`${repository}:1`);
      const digests = await Promise.all(Array.from({ length: 1000 }, () => verifier.resolve(reference, signal)));
      assert.equal(new Set(digests).size, 1);
      assert.equal(counted.calls.manifest, 1);
    });
  });

  describe("at the deadline", () => {
    /** Never answers. */
    const stuck = (): Promise<never> => new Promise(() => undefined);

    async function atDeadline(registry: Registry, image: string): Promise<readonly (readonly string[])[]> {
      const { verifier } = makeApplication(registry, []);
      const deadline = new AbortController();
      const work = verifier.verify(parseImageReference(image), makePolicy().rules, deadline.signal);
      setImmediate(() => deadline.abort());
      const { verdicts } = await work;
      return verdicts.map(({ outcome, findings }) => [
        outcome,
        ...findings.map(({ code, reason }) => `${code} ${reason}`),
      ]);
    }

    it("is Undetermined and names the resolution of the tag", async () => {
      assert.deepEqual(await atDeadline(fakeRegistry({ manifest: stuck }), "registry.local/acme/web:1"), [
        ["Undetermined", "DeadlineSpent the time was spent during resolution of the tag"],
      ]);
    });

    it("is Undetermined and names the verification", async () => {
      const found: FetchedManifest = {
        digest: DIGEST,
        bytes: encodeUtf8(EMPTY),
        document: { kind: "index", mediaType: OCI, manifests: [] } as unknown as FetchedManifest["document"],
      };
      const registry = fakeRegistry({ manifest: () => Promise.resolve(found), referrers: stuck });
      assert.deepEqual(await atDeadline(registry, WEB), [
        ["Undetermined", "DeadlineSpent the time was spent during verification"],
      ]);
    });

    it("that has passed, starts nothing", async () => {
      const { verifier } = makeApplication(fakeRegistry({}), []);
      const { verdicts } = await verifier.verify(parseImageReference(WEB), makePolicy().rules, AbortSignal.abort());
      assert.deepEqual(verdicts[0]?.causes, ["DeadlineSpent"]);
    });

    it("of one caller, spoils nobody else's answer", async () => {
      await withApplication({}, async ({ server, registry, repository }) => {
        const digest = await server.putImage(PATH, "1", "a");
        await signLegacy(server, PATH, digest, KEY);
        const { reviewer } = makeApplication(registry, [makePolicy()]);
        const hasty = new AbortController();
        const request = requestFor(byDigest(repository, digest));
        const [first, second] = [reviewer.validate(request, hasty.signal), reviewer.validate(request, signal)];
        hasty.abort();
        assert.deepEqual(outcomes(await first), ["Undetermined DeadlineSpent"]);
        assert.deepEqual(outcomes(await second), ["Pass"]);
      });
    });

    it("of one rule, hides no Fail of another", async () => {
      await withApplication({}, async ({ server, registry, repository }) => {
        const digest = await server.putImage(PATH, "1", "a");
        await signLegacy(server, PATH, digest, OTHER_KEY);
        const { verifier } = makeApplication(registry, []);
        const reference = parseImageReference(byDigest(repository, digest));
        const [known, fresh] = [makePolicy().rules, makePolicy({ rule: { name: "fresh" } }).rules];
        await verifier.verify(reference, known, signal);
        const deadline = new AbortController();
        server.misbehave(() => true);
        const both = verifier.verify(reference, [...known, ...fresh], deadline.signal);
        setImmediate(() => deadline.abort());
        assert.deepEqual(
          (await both).verdicts.map(({ outcome }) => outcome),
          ["Fail", "Undetermined"],
        );
        server.misbehave(undefined);
      });
    });
  });

  it("lets a defect fly, for all who wait for it", async () => {
    const manifest = (): Promise<never> => Promise.reject(new TypeError("a bug"));
    const { verifier } = makeApplication(fakeRegistry({ manifest }), []);
    for (const image of [WEB, "registry.local/acme/web:1"]) {
      await assert.rejects(verifier.verify(parseImageReference(image), makePolicy().rules, signal), TypeError);
    }
  });

  it("tells an unavailable registry from one that refuses, for rules that need it alone", async () => {
    const manifest = (): Promise<never> => Promise.reject(new UnavailableError("RegistryError", "503"));
    const { verifier } = makeApplication(fakeRegistry({ manifest }), []);
    const rules = [
      ...makePolicy().rules,
      ...makePolicy({ rule: { name: "digest", ...DIGEST_ONLY } }).rules,
      ...makePolicy({ rule: { name: "broken", attestors: [] } }).rules,
    ];
    const { verdicts } = await verifier.verify(parseImageReference(WEB), rules, signal);
    assert.deepEqual(
      verdicts.map(({ rule, outcome, causes }) => [rule, outcome, ...causes]),
      [
        ["acme", "Undetermined", "RegistryError"],
        ["digest", "Pass"],
        ["broken", "Undetermined", "PolicyInvalid"],
      ],
    );
  });
});
