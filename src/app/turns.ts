/** Long work outside of the core, in slices: between two of them the event loop has its turn. */

/** Milliseconds without a turn for anybody else; what is done between two questions comes on top. */
const SLICE_MS = 1;

/** To be awaited between the steps of some work: waits for everybody else once a slice is used up. `now` in milliseconds. */
export function turnTaker(now: () => number): () => Promise<void> {
  let began = now();
  return async () => {
    if (now() - began < SLICE_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    began = now();
  };
}
