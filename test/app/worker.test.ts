// The thread for large evidence: as the sources compile, and as the bundle has it. What needs too much is refused, and the
// next task finds another thread.
import assert from "node:assert/strict";
import { VerifyWorker, type WorkerLimits } from "../../src/app/worker.ts";
import { VerificationFailure } from "../../src/failure/failure.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";
import { portableRequirement } from "../../src/verify/portable.ts";
import type { ParseTask, VerifyTask } from "../../src/verify/task.ts";
import { verify } from "../../src/verify/verifier.ts";
import { parseEntity } from "../../src/verify/task.ts";
import { rejectsWith } from "../registry/fixtures.ts";
import { ARTIFACT, dsseBundle, json, KEYS, NOW, requirementOf, statement } from "../verify/fixtures.ts";

const COMPILED = new URL("../../src/verify-worker.js", import.meta.url);
const BUNDLED = new URL("../../../dist/bin/verify-worker.mjs", import.meta.url);
const PATIENT = { party: "a", signal: new AbortController().signal };

const TASK: ParseTask = {
  kind: "parse",
  form: "bundle",
  bytes: json(dsseBundle(json({ ...statement(), predicate: { text: "x".repeat(1_000_000) } }), KEYS.p256)),
  annotations: new Map(),
};

function verifyTask(predicate?: readonly object[]): VerifyTask {
  const bytes = predicate && json(dsseBundle(json({ ...statement(), predicate }), KEYS.p256));
  const entity = parseEntity({ ...TASK, ...(bytes && { bytes }) });
  const requirements = [KEYS.p256, KEYS.other].map((key) => portableRequirement(entity, requirementOf(key)));
  return { kind: "verify", entity, requirements, artifact: ARTIFACT, now: NOW };
}

async function withWorker(
  entry: URL,
  test: (worker: VerifyWorker) => Promise<void>,
  limits: Partial<WorkerLimits> = {},
): Promise<void> {
  const worker = new VerifyWorker(entry, limits);
  try {
    await test(worker);
  } finally {
    worker.close();
  }
}

/** A thread whose program is this text. */
function program(text: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

describe("VerifyWorker", () => {
  for (const [name, entry] of [
    ["as compiled", COMPILED],
    ["of the bundle", BUNDLED],
  ] as const) {
    it(`reads and verifies, ${name}`, async () => {
      await withWorker(entry, async (worker) => {
        const read = await worker.parse(TASK, PATIENT);
        assert.ok(read.ok);
        assert.deepEqual(read.value, structuredClone(parseEntity(TASK)));
        const { results, milliseconds } = await worker.verify(verifyTask(), PATIENT);
        const [own, other] = results;
        const asked = verifyTask();
        const here = verify(asked.entity, requirementOf(KEYS.p256), ARTIFACT, NOW);
        assert.deepEqual(own, { ok: true, value: here });
        assert.equal(other?.ok === false && other.failure.code, "SignatureInvalid");
        assert.ok(milliseconds > 0);
      });
    });
  }

  it("does what comes together one after the other, and leaves the event loop to others", async () => {
    await withWorker(COMPILED, async (worker) => {
      let turns = 0;
      const count = (): void => {
        turns += 1;
        timer = setImmediate(count);
      };
      let timer = setImmediate(count);
      const read = await Promise.all(Array.from({ length: 4 }, () => worker.parse(TASK, PATIENT)));
      clearImmediate(timer);
      assert.deepEqual(
        read.map(({ ok }) => ok),
        [true, true, true, true],
      );
      assert.ok(turns > 10, `the event loop had ${turns} turns`);
    });
  });

  it("goes by turns among those on whose behalf it works, whoever came first", async () => {
    const echo = program(`
      import { parentPort } from "node:worker_threads";
      parentPort.on("message", ({ form }) => {
        parentPort.postMessage({ result: { kind: "parse", answer: { ok: true, value: form } }, milliseconds: 1 });
      });`);
    await withWorker(echo, async (worker) => {
      const order: string[] = [];
      const ask = async (party: string): Promise<void> => {
        await worker.parse(TASK, { ...PATIENT, party });
        order.push(party);
      };
      await Promise.all(["flood", "flood", "flood", "flood", "prod", "prod"].map(ask));
      assert.deepEqual(order, ["flood", "flood", "prod", "flood", "prod", "flood"]);
    });
  });

  it("refuses what needs more memory than it may have, and does the next: EvidenceTooCostly", async () => {
    const brackets = verifyTask(Array.from({ length: 500_000 }, () => ({})));
    await withWorker(
      COMPILED,
      async (worker) => {
        const full = worker.verify(brackets, PATIENT);
        const next = worker.parse(TASK, PATIENT);
        await rejectsWith("EvidenceTooCostly", full);
        assert.equal((await next).ok, true);
      },
      { heapMb: 32 },
    );
  });

  it("refuses what needs more CPU than it may have, and does the next: EvidenceTooCostly", async () => {
    const slow = program(`
      import { parentPort } from "node:worker_threads";
      parentPort.on("message", ({ form }) => {
        if (form === "bundle") for (;;);
        parentPort.postMessage({ result: { kind: "parse", answer: { ok: true, value: "done" } }, milliseconds: 1 });
      });`);
    await withWorker(
      slow,
      async (worker) => {
        const [first, second] = [worker.parse(TASK, PATIENT), worker.parse({ ...TASK, form: "signature" }, PATIENT)];
        await rejectsWith("EvidenceTooCostly", first);
        assert.deepEqual(await second, { ok: true, value: "done" });
      },
      { taskMs: 2_000 },
    );
  });

  it("lets a task go on for as long as it has not used its CPU: a slow machine refuses nothing", async () => {
    let looks = 0;
    const cpuNow = (): number => {
      looks += 1;
      return looks < 5 ? 0 : 1000;
    };
    const silent = program(`import { parentPort } from "node:worker_threads"; parentPort.on("message", () => {});`);
    await withWorker(
      silent,
      async (worker) => {
        await rejectsWith("EvidenceTooCostly", worker.parse(TASK, PATIENT));
        assert.equal(looks, 5);
      },
      { taskMs: 10, cpuNow },
    );
  });

  it("ends with its caller's time: DeadlineSpent where it was begun, Overloaded where it was not", async () => {
    const silent = program(`import { parentPort } from "node:worker_threads"; parentPort.on("message", () => {});`);
    await withWorker(silent, async (worker) => {
      const [first, second] = [new AbortController(), new AbortController()];
      const causes = [first, second].map(({ signal }) =>
        worker.parse(TASK, { party: "a", signal }).then(
          () => "an answer",
          (error: unknown) => (error instanceof UnavailableError ? error.undetermined : String(error)),
        ),
      );
      second.abort();
      first.abort();
      assert.deepEqual(await Promise.all(causes), ["DeadlineSpent", "Overloaded"]);
      await assert.rejects(worker.parse(TASK, { party: "a", signal: first.signal }), UnavailableError);
    });
  });

  for (const [what, text] of [
    [
      "throws",
      `import { parentPort } from "node:worker_threads"; parentPort.on("message", () => { throw new Error("oh"); });`,
    ],
    ["ends", `import { parentPort } from "node:worker_threads"; parentPort.on("message", () => process.exit(0));`],
    ["cannot be started", `import "nowhere:at-all";`],
    [
      "answers another question",
      `import { parentPort } from "node:worker_threads"; parentPort.on("message", () => parentPort.postMessage({ result: { kind: "verify", answers: [] } }));`,
    ],
  ] as const) {
    it(`fails as a defect where the thread ${what}: never a Pass, and no evidence's fault`, async () => {
      await withWorker(program(text), async (worker) => {
        await assert.rejects(worker.parse(TASK, PATIENT), (error) => {
          assert.ok(error instanceof Error && !(error instanceof VerificationFailure));
          return !(error instanceof UnavailableError);
        });
      });
    });
  }

  it("says of a verification with too few answers that it is none", async () => {
    const text = `import { parentPort } from "node:worker_threads"; parentPort.on("message", () => parentPort.postMessage({ result: { kind: "verify", answers: [] }, milliseconds: 1 }));`;
    await withWorker(program(text), async (worker) => {
      await assert.rejects(worker.verify(verifyTask(), PATIENT), /another question/);
    });
  });

  it("hands a predicate over in slices, between which others have their turn", async () => {
    const findings = Array.from({ length: 40_000 }, (_, i) => ({ id: `CVE-${i}` }));
    const bytes = json(dsseBundle(json({ ...statement(), predicate: { findings } }), KEYS.p256));
    const entity = parseEntity({ form: "bundle", bytes, annotations: new Map() });
    const requirements = [portableRequirement(entity, requirementOf(KEYS.p256))];
    await withWorker(COMPILED, async (worker) => {
      const task: VerifyTask = { kind: "verify", entity, requirements, artifact: ARTIFACT, now: NOW };
      const { results } = await worker.verify(task, PATIENT);
      const here = verify(entity, requirementOf(KEYS.p256), ARTIFACT, NOW);
      assert.deepEqual(results, [{ ok: true, value: here }]);
    });
  });

  for (const [what, messages] of [
    ["of nothing", `{ tokens: ["x"] }`],
    ["that no value is made of", `{ ...answer, isSliced: true }, { tokens: [{ object: 1 }, 7] }`],
    [
      "that is the last of too few",
      `{ ...answer, isSliced: true }, { tokens: [{ list: 2 }, 7] }, { tokens: undefined }`,
    ],
    [
      "of an entity",
      `{ ...answer, result: { kind: "parse" }, isSliced: true }, { tokens: [7] }, { tokens: undefined }`,
    ],
  ] as const) {
    it(`fails as a defect where the thread tells a slice ${what}`, async () => {
      const text = `import { parentPort } from "node:worker_threads";
        const answer = { result: { kind: "verify", answers: [{ ok: true, value: { claims: { statement: {} } } }] }, milliseconds: 1 };
        const messages = [${messages}];
        parentPort.on("message", () => parentPort.postMessage(messages.shift()));`;
      await withWorker(program(text), async (worker) => {
        const asked = { ...verifyTask(), requirements: verifyTask().requirements.slice(0, 1) };
        await assert.rejects(worker.verify(asked, PATIENT), (error) => {
          return error instanceof Error && !(error instanceof VerificationFailure || error instanceof UnavailableError);
        });
      });
    });
  }

  it("refuses what waits when it is closed", async () => {
    const silent = program(`import { parentPort } from "node:worker_threads"; parentPort.on("message", () => {});`);
    await withWorker(silent, async (worker) => {
      const all = [worker.parse(TASK, PATIENT), worker.parse(TASK, PATIENT)].map((work) =>
        assert.rejects(work, UnavailableError),
      );
      worker.close();
      await Promise.all(all);
    });
  });
});
