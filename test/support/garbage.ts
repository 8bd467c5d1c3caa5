/** The collector on demand, for tests of what is held by nobody any more. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Collects whatever nothing refers to, at once. */
export function collectGarbage(): void {
  collect();
}
