import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { makeMetrics, type AdmissionSample, type RuleSample } from "../../src/telemetry/metrics.ts";

const SAMPLE: AdmissionSample = {
  webhook: "validate",
  operation: "CREATE",
  resource: "pods",
  decision: "deny",
  dryRun: false,
  seconds: 0.03,
};

describe("makeMetrics()", () => {
  it("counts reviews by webhook, operation, resource, decision and dry run", async () => {
    const metrics = makeMetrics();
    metrics.observeAdmission(SAMPLE);
    metrics.observeAdmission(SAMPLE);
    metrics.observeAdmission({ ...SAMPLE, webhook: "mutate", decision: "allow", dryRun: true });
    const text = await metrics.text();
    const labels = 'operation="CREATE",resource="pods",decision="deny",dry_run="false"';
    assert.ok(text.includes(`sealgate_admission_requests_total{webhook="validate",${labels}} 2\n`), text);
    assert.match(text, /sealgate_admission_requests_total\{webhook="mutate",.*decision="allow",dry_run="true"\} 1\n/);
    assert.match(metrics.contentType, /^text\/plain/);
  });

  it("measures their seconds in the buckets of kubernetes.md §17", async () => {
    const metrics = makeMetrics();
    metrics.observeAdmission(SAMPLE);
    const text = await metrics.text();
    const buckets = [
      ...text.matchAll(/sealgate_admission_duration_seconds_bucket\{le="([^"]+)",webhook="validate"\} (\d)/g),
    ];
    assert.deepEqual(
      buckets.map(([, le, count]) => `${le} ${count}`),
      ["0.005 0", "0.01 0", "0.025 0", "0.05 1", "0.1 1", "0.25 1", "0.5 1", "1 1", "2.5 1", "5 1", "10 1", "+Inf 1"],
    );
    assert.match(text, /sealgate_admission_duration_seconds_sum\{webhook="validate"\} 0\.03\n/);
  });

  it("counts the uses of each exception", async () => {
    const metrics = makeMetrics();
    metrics.countException("hotfix");
    metrics.countException("hotfix");
    assert.match(await metrics.text(), /sealgate_exception_uses_total\{exception="hotfix"\} 2\n/);
  });

  it("counts what rules of cluster policies say by their names, and those of namespaces by the namespace alone", async () => {
    const metrics = makeMetrics();
    const count = (policy: RuleSample["policy"], rule: string): void =>
      metrics.countVerdict({ policy, rule, verdict: "Fail", effect: "warn" });
    count({ kind: "ClusterImageVerifyPolicy", name: "acme" }, "signed");
    for (const name of ["a", "b"]) count({ kind: "ImageVerifyPolicy", namespace: "prod", name }, name);
    const lines = (await metrics.text()).split("\n").filter((line) => line.startsWith("sealgate_rule_verdicts_total"));
    const end = 'verdict="Fail",effect="warn"}';
    assert.deepEqual(lines, [
      `sealgate_rule_verdicts_total{kind="ClusterImageVerifyPolicy",namespace="",name="acme",rule="signed",${end} 1`,
      `sealgate_rule_verdicts_total{kind="ImageVerifyPolicy",namespace="prod",name="",rule="",${end} 2`,
    ]);
  });

  it("docs/metrics.md tells of each that is ours, with its labels, and of no other", async () => {
    const page = readFileSync("docs/metrics.md", "utf8");
    const told = [...page.matchAll(/^\| `(sealgate_[a-z_]+)(?:\{[a-z_, ]*\})?` \|/gm)].map(([, name]) => name);
    const there = [...(await makeMetrics().text()).matchAll(/^# TYPE (sealgate_[a-z_]+) /gm)].map(([, name]) => name);
    assert.deepEqual(new Set(told), new Set(there));
    const named = [...page.matchAll(/sealgate_[a-z_]+/g)].map(([name]) => name.replace(/_(?:bucket|sum|count)$/, ""));
    assert.deepEqual(
      [...new Set(named)].filter((name) => !there.includes(name)),
      [],
    );
  });

  it("counts the images that no cluster policy is about", async () => {
    const metrics = makeMetrics();
    metrics.countUnmatched(2);
    metrics.countUnmatched(0);
    metrics.countUnmatched(1);
    assert.match(await metrics.text(), /sealgate_unmatched_images_total 3\n/);
  });

  it("tells which policies are ready, of those that are there", async () => {
    const metrics = makeMetrics();
    const acme = { kind: "ClusterImageVerifyPolicy", name: "acme" };
    metrics.observePolicies([
      { ...acme, isReady: false },
      { kind: "ImageVerifyPolicy", namespace: "prod", name: "gone", isReady: true },
    ]);
    metrics.observePolicies([{ ...acme, isReady: true }]);
    const lines = (await metrics.text()).split("\n").filter((line) => line.startsWith("sealgate_policy_ready{"));
    assert.deepEqual(lines, ['sealgate_policy_ready{kind="ClusterImageVerifyPolicy",namespace="",name="acme"} 1']);
  });

  it("tells the age of the key of a key service that was confirmed longest ago", async () => {
    const metrics = makeMetrics();
    metrics.observeKeyAge(480);
    assert.match(await metrics.text(), /sealgate_kms_key_age_seconds 480\n/);
  });

  it("has one label for all resources that are not ours, whatever a stranger sends", async () => {
    const metrics = makeMetrics();
    for (let i = 0; i < 100; i++) metrics.observeAdmission({ ...SAMPLE, resource: `pods${i}\n"` });
    const lines = (await metrics.text())
      .split("\n")
      .filter((line) => line.startsWith("sealgate_admission_requests_total{"));
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /resource="other".* 100$/);
  });

  it("tells how the process is", async () => {
    const text = await makeMetrics().text();
    for (const name of ["process_resident_memory_bytes", "nodejs_eventloop_lag_seconds"])
      assert.ok(text.includes(name), name);
  });

  it("is a registry of its own each time", async () => {
    makeMetrics().observeAdmission(SAMPLE);
    assert.doesNotMatch(await makeMetrics().text(), /sealgate_admission_requests_total\{/);
  });
});
