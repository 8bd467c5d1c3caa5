/** `npm run vectors`: the real vectors against the verifier. Prints how many it covers; exit 1 if any is wrong. */
import { checkVector, isCovered, readVectors } from "./check.ts";

const vectors = readVectors();
const covered = vectors.filter(isCovered);
let right = 0;
for (const vector of covered) {
  const wrong = checkVector(vector);
  if (wrong === undefined) right += 1;
  else console.error(`${vector.id}: ${wrong} (${vector.reason})`);
}
console.log(`${covered.length} of ${vectors.length} covered, ${right} right`);
process.exitCode = right === covered.length && covered.length > 0 ? 0 : 1;
