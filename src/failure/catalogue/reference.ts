import type { FailureTable } from "../step.ts";

export const REFERENCE_FAILURES = {
  ReferenceMalformed: {
    step: "reference",
    spec: "registry §1.1",
    hint: "write the image as [host/]path[:tag][@sha256:<64 hex>], the path in lower case",
  },
  DigestUnsupported: {
    step: "reference",
    spec: "registry §1.4",
    hint: "name the image by its sha256 digest: signatures cannot be found for another algorithm",
  },
} as const satisfies FailureTable;
