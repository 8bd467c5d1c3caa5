/** `npm run vectors`: the real vectors against the verifier. Prints how many it gets right; exit 1 if any is wrong. */
import { checkVector, readVectors } from "./check.ts";

const vectors = readVectors();
let right = 0;
for (const vector of vectors) {
  const wrong = checkVector(vector);
  if (wrong === undefined) right += 1;
  else console.error(`${vector.id}: ${wrong} (${vector.reason})`);
}
console.log(`${right} of ${vectors.length} right`);
process.exitCode = right === vectors.length && vectors.length > 0 ? 0 : 1;
