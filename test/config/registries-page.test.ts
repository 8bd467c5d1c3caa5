// docs/registries.md: its example is loaded, and what it says is printed is what is printed.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatConfig, loadConfig } from "../../src/config/load.ts";
import { CONFIG_SCHEMA } from "../../src/config/schema.ts";
import { CLOUD_PROVIDERS, cloudRegistryOf, type CloudProvider } from "../../src/oci/cloud-registry.ts";
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

describe("docs/registries.md: registries of clouds", () => {
  const [, section = ""] = /^## Registries of clouds\n([\s\S]*?)^## /mu.exec(PAGE) ?? [];

  it("has a row for each provider, whose hosts are its own", () => {
    for (const provider of CLOUD_PROVIDERS)
      assert.match(section, new RegExp(`^\\| .* \\(\`${provider}\`\\) \\|`, "mu"));
    const hosts: readonly (readonly [string, CloudProvider])[] = [
      ["ACCOUNT.dkr.ecr.REGION.amazonaws.com", "ecr"],
      ["public.ecr.aws", "ecr"],
      ["ecr-public.aws.com", "ecr"],
      ["LOCATION-docker.pkg.dev", "gar"],
      ["gcr.io", "gar"],
      ["LOCATION.gcr.io", "gar"],
      ["NAME.azurecr.io", "acr"],
    ];
    for (const [written, provider] of hosts) {
      assert.ok(section.includes(`\`${written}\``), written);
      const filled = { ACCOUNT: "111122223333", REGION: "eu-west-1", LOCATION: "eu", NAME: "acme" };
      const host = Object.entries(filled).reduce((text, [name, value]) => text.replace(name, value), written);
      assert.equal(cloudRegistryOf(host)?.provider, provider, host);
    }
  });

  it("gives AWS's rights to what is called", () => {
    const [, json = ""] = /```json\n([\s\S]*?)```/u.exec(section) ?? [];
    const { Statement: statements } = JSON.parse(json) as { Statement: readonly { Action: readonly string[] }[] };
    assert.deepEqual(
      statements.flatMap(({ Action: actions }) => actions),
      ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    );
    assert.match(readFileSync("src/cloud/registries/ecr.ts", "utf8"), /new sdk\.GetAuthorizationTokenCommand\(/u);
  });
});
