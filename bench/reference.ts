/** Canonicalising image references: done for every image of every pod. */
import { formatReference, parseImageReference } from "../src/oci/reference.ts";
import { microTable } from "./micro.ts";
import type { Benchmark } from "./table.ts";

const DIGEST = `sha256:${"9f".repeat(32)}`;
const TEXTS = ["nginx", "ghcr.io/acme/web:1.0", `registry.local:5000/acme/team/web:1.0@${DIGEST}`];

export const references: Benchmark = {
  name: "reference",
  describes: "canonicalise an image reference",
  run: async () => {
    const operations = TEXTS.map((text): [string, () => void] => [
      `parse and print ${text.slice(0, 40)}`,
      () => void formatReference(parseImageReference(text)),
    ]);
    return [await microTable("References", Object.fromEntries(operations))];
  },
};
