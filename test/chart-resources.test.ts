// What the chart asks for a replica follows from what a replica was seen to take (docs/reports/rolling.md).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";

const RATE = 200;

interface Values {
  readonly replicas: number;
  readonly maxHeapMiB: number;
  readonly resources: {
    readonly requests: { readonly cpu: string; readonly memory: string };
    readonly limits: { readonly memory: string };
  };
}

describe("resources of the chart", () => {
  const report = readFileSync("docs/reports/rolling.md", "utf8");
  const { replicas, maxHeapMiB, resources } = parse(readFileSync("charts/sealgate/values.yaml", "utf8")) as Values;
  const rows = [...report.matchAll(/^\| replica \d+ \|(.*)\|$/gmu)].map(([, cells = ""]) =>
    cells.split("|").map((cell) => Number(/\d+/u.exec(cell)?.[0])),
  );
  const mebibytes = (text: string): number => Number(/^(\d+)Mi$/u.exec(text)?.[1]);

  it("are those of the report's replicas, at its rate", () => {
    assert.equal(rows.length, replicas);
    assert.match(report, new RegExp(`What a replica takes, ${RATE} admissions a second over three`, "u"));
  });

  it("ask for the processor time and the memory that each took, and limit the memory above it", () => {
    for (const [, after = Number.NaN, most = Number.NaN, millicores = Number.NaN] of rows) {
      assert.ok(millicores <= Number(/^(\d+)m$/u.exec(resources.requests.cpu)?.[1]), `${millicores}m`);
      assert.ok(after <= mebibytes(resources.requests.memory), `${after} MiB`);
      assert.ok(most + 64 <= mebibytes(resources.limits.memory), `${most} MiB at most`);
    }
  });

  it("leave a quarter of the limit to what is not the heap", () => {
    assert.ok(maxHeapMiB <= 0.75 * mebibytes(resources.limits.memory));
  });

  it("are those of an engine with the same young generation as in the benchmarks", () => {
    const flag = /--max-semi-space-size=\d+/u;
    const [chart] = flag.exec(readFileSync("charts/sealgate/templates/deployment.yaml", "utf8")) ?? [];
    const [bench] = flag.exec(readFileSync("package.json", "utf8")) ?? [];
    assert.ok(chart !== undefined);
    assert.equal(bench, chart);
  });
});
