/**
 * Started by fairness.ts in a process of its own: keeps so many reviews of one namespace under way, each of an image that was
 * never seen before, until it is ended. Prints how many were answered a second.
 */
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { post } from "./admission/load.ts";
import { reviewOf } from "./admission/review.ts";

const [url = "", caFile = "", image = "", count = ""] = process.argv.slice(2);
const ca = readFileSync(caFile, "utf8");
const atOnce = Number(count);
// As an API server has them: connections that stay
const agent = new Agent({ keepAlive: true, maxSockets: atOnce, ca });
const started = performance.now();
let answered = 0;
let next = 0;

process.on("SIGTERM", () => {
  const perSecond = (answered * 1000) / (performance.now() - started);
  process.stdout.write(perSecond.toFixed(1), () => process.exit(0));
});

await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (;;) {
      next += 1;
      await post({ url, ca, body: reviewOf({ namespace: "tenant", image: image.replace("%", `${next}`) }) }, agent);
      answered += 1;
    }
  }),
);
