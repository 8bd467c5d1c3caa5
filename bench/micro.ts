/** One table of small operations: medians, and what each is to one P-256 verification by OpenSSL in the same run. */
import { generateKeyPairSync, sign, verify } from "node:crypto";
import { Bench } from "tinybench";
import { formatRatio, formatTime, type Table } from "./table.ts";

const YARDSTICK = "one P-256 verification by OpenSSL";

export type Operations = Readonly<Record<string, () => void>>;

/** Medians by name, in milliseconds; the yardstick is the last. */
export async function measure(operations: Operations): Promise<ReadonlyMap<string, number>> {
  const bench = new Bench({ time: 500, warmupTime: 200 });
  for (const [name, operation] of Object.entries({ ...operations, [YARDSTICK]: yardstick() }))
    bench.add(name, operation);
  await bench.run();
  return new Map(
    bench.tasks.map(({ name, result }) => {
      if (!("latency" in result)) throw new Error(`Cannot measure ${name}: ${result.state}`);
      return [name, result.latency.p50];
    }),
  );
}

export async function microTable(title: string, operations: Operations): Promise<Table> {
  const medians = await measure(operations);
  const unit = medians.get(YARDSTICK) ?? Number.NaN;
  return {
    title,
    columns: ["operation", "median", "verifications"],
    rows: [...medians].map(([name, value]) => [name, formatTime(value), formatRatio(value / unit)]),
  };
}

function yardstick(): () => void {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const message = Buffer.alloc(256, "sealgate");
  const signature = sign("sha256", message, privateKey);
  return () => {
    if (!verify("sha256", message, publicKey, signature)) throw new Error("the signature must verify");
  };
}
