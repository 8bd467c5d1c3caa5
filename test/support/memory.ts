/** What stays in memory for the sake of something that is kept. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const MIB = 1024 * 1024;

/** Mebibytes of the heap that are in use more while what `make` gives is kept, garbage left aside. */
export function keptMiB(make: () => unknown): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const used = (): number => {
    // What an earlier test left goes with the first
    for (let i = 0; i < 3; i += 1) collect();
    return process.memoryUsage().heapUsed / MIB;
  };
  const before = used();
  const kept = { all: make() };
  const after = used();
  return kept.all === undefined ? NaN : after - before;
}
