// When a certificate is told of that nobody replaced.
import assert from "node:assert/strict";
import { CertificateExpiry, dueWarning } from "../../src/compose/certificate-expiry.ts";
import { makeAuthority } from "../../src/kubernetes/certificate-authority.ts";
import { FakeCluster } from "../kubernetes/fake-cluster.ts";
import { ManualClock } from "../kubernetes/manual-clock.ts";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);

describe("compose/certificate-expiry", () => {
  describe("dueWarning()", () => {
    const table: readonly (readonly [string, number, number, number | undefined])[] = [
      ["a year's, with a month and a day left", 365, 31, undefined],
      ["a year's, with a month left", 365, 30, 30],
      ["a year's, with a week left", 365, 7, 7],
      ["a year's, with a day left", 365, 1, 1],
      ["a year's that has ended", 365, -1, 1],
      ["that of three months, which is renewed when a month is left", 90, 30, undefined],
      ["that of three months, with a week left", 90, 7, 7],
      ["a week's, in its middle", 7, 3.5, undefined],
      ["a week's, with a day left", 7, 1, 1],
      ["an hour's", 1 / 24, 0, undefined],
    ];
    for (const [what, lifetime, left, days] of table) {
      it(`${what}: ${days ?? "nothing"}`, () => {
        const notAfter = NOW + left * DAY;
        assert.equal(dueWarning({ notBefore: notAfter - lifetime * DAY, notAfter }, NOW), days);
      });
    }
  });

  let cluster: FakeCluster;
  let clock: ManualClock;
  let warned: object[];
  beforeEach(() => {
    cluster = new FakeCluster();
    clock = new ManualClock(NOW);
    warned = [];
  });
  const open = (lease?: { namespace: string; lease: string }): CertificateExpiry =>
    new CertificateExpiry({
      clock,
      logger: { warn: (fields) => void warned.push(fields) },
      identity: "me",
      api: () => cluster,
      lease,
    });
  const made = async (days: number): Promise<string> =>
    (await makeAuthority({ now: NOW, lifetimeMs: days * DAY })).certPem;
  const events = (): readonly Record<string, unknown>[] =>
    cluster.sent.filter(({ method }) => method === "POST").map(({ body }) => body as Record<string, unknown>);

  it("tells each of its days once, by log and event, from the hour in which it comes", async () => {
    const expiry = open({ namespace: "ns", lease: "sealgate" });
    const stop = new AbortController();
    const running = expiry.run(stop.signal);
    assert.equal(expiry.follow("webhook CA", await made(365)), NOW + 365 * DAY);
    for (const [day, count] of [
      [334, 0],
      [335, 1],
      [336, 1],
      [358, 2],
      [364, 3],
      [366, 3],
    ] as const) {
      clock.time = NOW + day * DAY;
      await clock.advance(3_600_000, 3_600_000);
      assert.equal(warned.length, count, `day ${day}`);
    }
    stop.abort();
    await clock.advance(3_600_000, 3_600_000);
    await running;
    assert.deepEqual(
      events().map(({ reason, type }) => [reason, type]),
      [1, 2, 3].map(() => ["CertificateExpiring", "Warning"]),
    );
    const [first] = events();
    assert.match(
      String(first?.["note"]),
      /^The webhook CA ends at 2027-06-01T.*, within 30 days, and was not replaced/u,
    );
    assert.deepEqual(first?.["regarding"], {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      namespace: "ns",
      name: "sealgate",
    });
  });

  it("gives the event the name that other replicas give it, so that there is one", async () => {
    const pem = await made(29);
    const names = [open({ namespace: "ns", lease: "a" }), open({ namespace: "ns", lease: "a" })].map((each) => {
      clock.time = NOW + 25 * DAY;
      each.follow("webhook CA", pem);
      return (events().at(-1)?.["metadata"] as { name?: string } | undefined)?.name;
    });
    assert.match(names[0] ?? "", /^a\.certificate-7d-/u);
    assert.equal(names[0], names[1]);
  });

  it("forgets what was replaced", async () => {
    const expiry = open();
    expiry.follow("webhook CA", await made(365));
    expiry.follow("webhook CA", await made(700));
    clock.time = NOW + 364 * DAY;
    expiry.check();
    assert.deepEqual(warned, []);
  });

  it("tells of what is about to end when it is first served, once, and without a cluster by the log alone", async () => {
    const pem = await made(365);
    clock.time = NOW + 360 * DAY;
    const expiry = open();
    expiry.follow("serving certificate", pem);
    expiry.follow("serving certificate", pem);
    assert.equal(warned.length, 1);
    assert.deepEqual(events(), []);
  });

  it("leaves alone what is no certificate", () => {
    assert.equal(open().follow("serving certificate", "none"), undefined);
  });
});
