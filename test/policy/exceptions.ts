// Exceptions for tests: what a test does not write is valid, and holds at NOW.
import type { ExceptionResource } from "../../src/policy/exception.ts";
import type { Json } from "./resources.ts";

/** Takes the rule "acme" of the cluster policy "signed" off every image of prod. */
export function exception(spec: Json = {}, metadata: Json = {}): ExceptionResource {
  const resource: unknown = {
    apiVersion: "sealgate.dev/v1alpha1",
    kind: "ImageVerifyException",
    metadata: { name: "hotfix", creationTimestamp: "2026-05-30T00:00:00Z", ...metadata },
    spec: {
      policies: [{ name: "signed", rules: ["acme"] }],
      namespaces: ["prod"],
      images: ["*"],
      reason: "the pipeline is down",
      expires: "2026-06-30T00:00:00Z",
      ...spec,
    },
  };
  return resource as ExceptionResource;
}
