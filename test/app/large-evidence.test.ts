// Large evidence, from a registry to the verdict, by the thread for it: judged as small evidence is.
import assert from "node:assert/strict";
import {
  isLarge,
  LARGE_BYTES,
  readBy,
  readHere,
  verifyLarge,
  type EvidenceWorker,
} from "../../src/app/large-evidence.ts";
import { CLOCKS } from "../../src/app/clocks.ts";
import { ImageVerifier } from "../../src/app/verify-image.ts";
import { VerifyWorker } from "../../src/app/worker.ts";
import { VerificationFailure } from "../../src/failure/failure.ts";
import { parseImageReference } from "../../src/oci/reference.ts";
import type { CompiledPolicy } from "../../src/policy/compile.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { entityFromBundle, type SignedEntity } from "../../src/verify/entity.ts";
import type { VerifiedEntity } from "../../src/verify/evidence.ts";
import { parseEntity } from "../../src/verify/task.ts";
import { signBundle, signLegacy } from "../support/signer.ts";
import { ARTIFACT, dsseBundle, json, KEYS, messageBundle, NOW, requirementOf, statement } from "../verify/fixtures.ts";
import { byDigest, KEY, makePolicy, OTHER_KEY, PATH, withApplication, type Bench } from "./fixtures.ts";

const SIGNAL = new AbortController().signal;
const OWNER = { party: "prod", signal: SIGNAL };
const LARGE = "x".repeat(LARGE_BYTES);
const VULN = "https://cosign.sigstore.dev/attestation/vuln/v1";
const ENTRY = new URL("../../src/verify-worker.js", import.meta.url);

function bundle(text: string): SignedEntity {
  return entityFromBundle(json(dsseBundle(json({ ...statement(), predicate: { text } }), KEYS.p256)));
}

/** Its calls are counted, and what it does not say fails the test. */
function fakeWorker(calls: Partial<EvidenceWorker>): EvidenceWorker {
  const unexpected = (): never => assert.fail("the thread was asked");
  return { parse: unexpected, verify: unexpected, ...calls };
}

/** Outcome and codes of an image's one rule, large evidence being the thread's. */
async function judge(bench: Bench, worker: EvidenceWorker, policy: CompiledPolicy): Promise<string> {
  const { registry, server, repository, signal } = bench;
  const verifier = new ImageVerifier({ registry, worker, ...CLOCKS, cpuNow: () => 0 });
  const digest = await server.putImage(PATH, "1", "a");
  const { verdicts } = await verifier.verify(parseImageReference(byDigest(repository, digest)), policy.rules, signal);
  return verdicts.map(({ outcome, findings }) => [outcome, ...findings.map(({ code }) => code)].join(" ")).join("; ");
}

function scanned(expression: string): CompiledPolicy {
  const entry = { name: "scanner", keys: { publicKeys: KEY.publicKeyPem }, insecureIgnoreTlog: true };
  const attestors = [{ entries: [entry] }];
  const conditions = [{ expression }];
  const attestations = [{ name: "vuln", predicateTypes: [VULN], attestors, conditions }];
  return makePolicy({ rule: { attestors: undefined, attestations } });
}

describe("large evidence", () => {
  it("is what is hashed and read, payload or log entry, above 256 KiB", () => {
    assert.equal(isLarge(bundle("small")), false);
    assert.equal(isLarge(bundle(LARGE)), true);
    const message = entityFromBundle(json(messageBundle(ARTIFACT.bytes, KEYS.p256)));
    assert.equal(isLarge(message), false);
    const body = new Uint8Array(LARGE_BYTES + 1);
    assert.equal(isLarge({ ...message, logEntries: [{ keyId: body, body, logIndex: 1n }] }), true);
  });

  it("is read by the thread, and small evidence here", async () => {
    const entity = bundle(LARGE);
    const read = readBy(fakeWorker({ parse: () => Promise.resolve({ ok: true, value: entity }) }));
    const small = {
      form: "bundle",
      bytes: json(dsseBundle(json(statement()), KEYS.p256)),
      annotations: new Map(),
    } as const;
    assert.deepEqual(await read({ ...small, bytes: new Uint8Array(LARGE_BYTES + 1) }, OWNER), {
      ok: true,
      value: entity,
    });
    assert.deepEqual(await read(small, OWNER), { ok: true, value: parseEntity(small) });
    assert.equal(readBy(undefined), readHere);
  });

  it("answers for each requirement in its place, also where one cannot be about it", async () => {
    const certificate = { wanted: "x", matches: () => true };
    const pinned = { kind: "pinned-leaf", der: new Uint8Array(), subject: certificate } as const;
    const requirements = [{ ...requirementOf(KEYS.p256), signer: pinned }, requirementOf(KEYS.other)];
    const failure = new VerificationFailure("SignatureInvalid", "by the thread");
    const worker = fakeWorker({
      verify: ({ requirements: asked }) =>
        Promise.resolve({ results: asked.map(() => ({ ok: false, failure }) as const), milliseconds: 7 }),
    });
    const asked = { entity: bundle(LARGE), requirements, artifact: ARTIFACT, now: NOW };
    const { results, milliseconds } = await verifyLarge(worker, asked, OWNER);
    const codes = results.map((result) => (result.ok ? "accepted" : result.failure.code));
    assert.deepEqual([codes, milliseconds], [["SignerCertificateMissing", "SignatureInvalid"], 7]);
    const [only] = requirements;
    assert.ok(only !== undefined);
    const none = await verifyLarge(fakeWorker({}), { ...asked, requirements: [only] }, OWNER);
    assert.equal(none.results.length, 1);
  });

  it("is handed over with the bytes of the image only where they are the message", async () => {
    const message = entityFromBundle(json(messageBundle(ARTIFACT.bytes, KEYS.p256)));
    for (const [entity, artifact] of [
      [message, ARTIFACT],
      [bundle(LARGE), { digest: ARTIFACT.digest }],
    ] as const) {
      const worker = fakeWorker({
        verify: ({ artifact: given }) => {
          assert.deepEqual(given, artifact);
          return Promise.resolve({ results: [{ ok: true, value: {} as VerifiedEntity }], milliseconds: 1 });
        },
      });
      await verifyLarge(
        worker,
        { entity, requirements: [requirementOf(KEYS.p256)], artifact: ARTIFACT, now: NOW },
        OWNER,
      );
    }
  });

  it("is unavailable where its time ran out, refused where the thread refuses it, and else a defect", async () => {
    const asked = { entity: bundle(LARGE), requirements: [requirementOf(KEYS.p256)], artifact: ARTIFACT, now: NOW };
    const codeOf = async (error: Error): Promise<string> => {
      const worker = fakeWorker({ verify: () => Promise.reject(error) });
      const [result] = (await verifyLarge(worker, asked, OWNER)).results;
      return result?.ok === false ? result.failure.code : "accepted";
    };
    await assert.rejects(codeOf(new UnavailableError("Overloaded", "too much to do")), UnavailableError);
    assert.equal(await codeOf(new VerificationFailure("EvidenceTooCostly", "too large")), "EvidenceTooCostly");
    await assert.rejects(codeOf(new TypeError("a defect")), TypeError);
  });

  it("leaves open what the thread had no time for, and nothing that is proven without it", async () => {
    const busy = fakeWorker({
      parse: (task) => readHere(task, OWNER),
      verify: () => Promise.reject(new UnavailableError("Overloaded", "too much to do")),
    });
    await withApplication({}, async (bench) => {
      await sign(bench, KEY);
      assert.equal(await judge(bench, busy, makePolicy()), "Undetermined Overloaded");
    });
    await withApplication({}, async (bench) => {
      await sign(bench, KEY);
      await signLegacy(bench.server, PATH, await bench.server.putImage(PATH, "1", "a"), KEY);
      assert.equal((await judge(bench, busy, makePolicy())).split(" ")[0], "Pass");
    });
  });

  it("is judged right by the thread: signatures, attestations and their conditions", async () => {
    const worker = new VerifyWorker(ENTRY);
    const statementOf = (predicate: object) => (own: object) => ({ ...own, predicateType: VULN, predicate });
    const cases: readonly (readonly [string, (bench: Bench) => Promise<unknown>, CompiledPolicy, string])[] = [
      ["a signature", (bench) => sign(bench, KEY), makePolicy(), "Pass"],
      ["another's", (bench) => sign(bench, OTHER_KEY), makePolicy(), "Fail SignatureInvalid"],
      ["a scan", (bench) => attest(bench, statementOf({ LARGE, level: 1 })), scanned("predicate.level == 1"), "Pass"],
      [
        "a bad scan",
        (bench) => attest(bench, statementOf({ LARGE, level: 2 })),
        scanned("predicate.level == 1"),
        "Fail ConditionNotMet",
      ],
      [
        "a scan of another image",
        (bench) =>
          attest(bench, (own) => ({
            ...statementOf({ LARGE })(own),
            subject: [{ digest: { sha256: "0".repeat(64) } }],
          })),
        scanned("true"),
        "Fail StatementSubjectMismatch",
      ],
      [
        "what is no bundle",
        (bench) => attest(bench, statementOf({ LARGE }), { bundle: (own) => ({ ...own, more: 1 }) }),
        scanned("true"),
        "Fail BundleMemberUnknown",
      ],
    ];
    try {
      for (const [what, prepare, policy, outcome] of cases) {
        await withApplication({}, async (bench) => {
          await prepare(bench);
          const judged = await judge(bench, worker, policy);
          const [verdict = "", ...codes] = judged.split(" ");
          assert.deepEqual([verdict, ...codes.filter((code) => outcome.includes(code))].join(" "), outcome, what);
        });
      }
    } finally {
      worker.close();
    }
  });
});

async function sign({ server }: Bench, key: typeof KEY): Promise<unknown> {
  const digest = await server.putImage(PATH, "1", "a");
  return await signLegacy(server, PATH, digest, { ...key, payload: (own) => ({ ...own, optional: { LARGE } }) });
}

async function attest(
  { server }: Bench,
  edited: (own: object) => unknown,
  more: Partial<Parameters<typeof signBundle>[3]> = {},
): Promise<unknown> {
  const digest = await server.putImage(PATH, "1", "a");
  const annotations = { "dev.sigstore.bundle.predicateType": VULN };
  const manifest = (own: object): Readonly<Record<string, unknown>> => ({ ...own, annotations });
  return await signBundle(server, PATH, digest, { ...KEY, statement: edited, manifest, ...more });
}
