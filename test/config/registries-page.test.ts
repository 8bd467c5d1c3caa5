// docs/registries.md: its example is loaded, and what it says is printed is what is printed.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatConfig, loadConfig } from "../../src/config/load.ts";
import { CONFIG_SCHEMA } from "../../src/config/schema.ts";
import { schemaNodes } from "../policy/schema-leaves.ts";
import { makeAuthority, makeServingCertificate } from "../support/testbed/certificates.ts";

const PAGE = readFileSync("docs/registries.md", "utf8");

function block(name: string): string {
  return new RegExp(`<!-- ${name} -->\\s*\`\`\`yaml\\n([^\`]*)\`\`\``).exec(PAGE)?.[1] ?? "";
}

describe("docs/registries.md: registry settings", () => {
  it("shows a configuration that is taken, and how it is printed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sealgate-registries-doc-"));
    try {
      const authority = await makeAuthority("CN=corp");
      const { certificate, key } = await makeServingCertificate(authority, { dns: ["sealgate"], ip: [] });
      const files = { "corp-ca.crt": authority.pem, "sealgate.crt": certificate, "sealgate.key": key };
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
      const file = join(folder, "config.yaml");
      writeFileSync(file, block("example"));
      assert.equal(formatConfig(loadConfig(file)).replaceAll(folder, "/etc/sealgate"), block("printed"));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("names every setting", () => {
    const names = schemaNodes(CONFIG_SCHEMA).flatMap(([path]) =>
      /^(?:registries|proxy|deadline)\b/.test(path)
        ? [path.split(/[.[\]]+/).findLast((part) => part !== "") ?? ""]
        : [],
    );
    for (const name of new Set(names)) assert.ok(PAGE.includes(name), name);
  });
});
