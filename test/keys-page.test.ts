// docs/keys.md, held against the code: its examples are policies that compile, and the rights that it names are those of the calls.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { parseKmsUri, KMS_SCHEMES } from "../src/policy/kms-uri.ts";
import { validatePolicy } from "../src/policy/validate.ts";

const page = readFileSync(join(resolve(import.meta.dirname, "../.."), "docs/keys.md"), "utf8");
const [, services = ""] = page.split("## Key management services");

function blocks(language: string): readonly string[] {
  return [...services.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gmu"))].map(
    ([, block = ""]) => block,
  );
}

describe("docs/keys.md: key management services", () => {
  const uris = [...services.matchAll(/kms: "([^"]+)"/gu)].map(([, uri = ""]) => uri);

  it("has a policy with a key of each", () => {
    const [policy] = blocks("yaml");
    assert.deepEqual(validatePolicy(parse(policy ?? "")), []);
    assert.deepEqual(
      uris.map((uri) => uri.split("://")[0]),
      KMS_SCHEMES,
    );
    for (const uri of uris) assert.notEqual(parseKmsUri(uri), undefined, uri);
  });

  it("has a row and a section for each", () => {
    for (const scheme of KMS_SCHEMES) assert.match(services, new RegExp(`^\\| .* \`${scheme}://`, "mu"));
    for (const name of ["AWS", "Azure", "Google Cloud", "Vault"]) assert.ok(services.includes(`\n### ${name}\n`), name);
  });

  it("gives AWS's right to what is called, and no other", () => {
    const [rights = ""] = blocks("json");
    const { Statement: statements } = JSON.parse(rights) as { Statement: readonly { Action: readonly string[] }[] };
    const called = /new sdk\.(\w+)Command\(/u.exec(
      readFileSync(join(resolve(import.meta.dirname, "../.."), "src/cloud/kms/access.ts"), "utf8"),
    );
    assert.deepEqual(
      statements.flatMap(({ Action: actions }) => actions),
      [`kms:${called?.[1]}`],
    );
  });
});
