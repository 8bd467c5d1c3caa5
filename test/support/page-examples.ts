// What the pages show of our own kinds, as objects: for our validators, and for an API server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";

const root = resolve(import.meta.dirname, "../../..");
const PAGES = ["README.md", "docs/policies.md", "docs/exceptions.md", "docs/trust-roots.md", "docs/keys.md"];
/** Values of the chart: chart.test.ts renders them. */
const VALUES = /^<!-- values -->\n\n```yaml\n[\s\S]*?^```$/gmu;
const HEADER = { apiVersion: "sealgate.dev/v1alpha1", kind: "ClusterImageVerifyPolicy", metadata: { name: "page" } };
const SOME_RULE = [{ name: "any", imageReferences: ["*"], verifyDigest: true }];

/** The fenced blocks of a page in one language. */
export function blocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gmu)].flatMap(([, found, block = ""]) =>
    found === language ? [block] : [],
  );
}

/** Each object, or fragment of a policy's spec as a policy. Objects of Kubernetes' own are not ours to check. */
export function pageExamples(): readonly { readonly title: string; readonly policy: Record<string, unknown> }[] {
  return PAGES.flatMap((page) =>
    blocks(readFileSync(join(root, page), "utf8").replaceAll(VALUES, ""), "yaml").flatMap((block) =>
      parseAllDocuments(block, { version: "1.1" }).flatMap((document) => {
        assert.deepEqual(document.errors, []);
        const value = document.toJS() as Record<string, unknown>;
        if ("kind" in value && value["apiVersion"] !== HEADER.apiVersion) return [];
        const policy = "kind" in value ? value : { ...HEADER, spec: { verifyImages: SOME_RULE, ...value } };
        return [{ title: `${page}: ${block.split("\n", 1)[0]}`, policy }];
      }),
    ),
  );
}
