// The tls key: what it says, its defaults, and the contradictions that are refused. Each of its leaves is live.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_CONFIG, formatConfig, loadConfig, type Config } from "../../src/config/load.ts";
import { TLS_SCHEMA } from "../../src/config/tls.ts";
import { schemaNodes } from "../policy/schema-leaves.ts";

const NAMES =
  "namespace: ns, secret: ca, service: sealgate, configurations: {validating: [sealgate, templates], mutating: [sealgate]}, lease: sealgate";

describe("config: tls", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-tls-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function load(text: string): Config["tls"] {
    const file = join(folder, "config.yaml");
    writeFileSync(file, text);
    return loadConfig(file).tls;
  }
  const managed = (more = ""): string => `tls: {selfManaged: {${NAMES}${more}}}`;

  it("names files beside the configuration", () => {
    const tls = load("tls: {files: {cert: a.crt, key: /b.key}}");
    assert.deepEqual(tls, { kind: "files", cert: join(folder, "a.crt"), key: "/b.key" });
  });

  it("has times that fit together by default", () => {
    const hour = 3_600_000;
    assert.deepEqual(load(managed()), {
      kind: "self-managed",
      namespace: "ns",
      secret: "ca",
      service: "sealgate",
      configurations: { validating: ["sealgate", "templates"], mutating: ["sealgate"] },
      lease: "sealgate",
      authorityLifetimeMs: 8760 * hour,
      renewBeforeMs: 1440 * hour,
      leafLifetimeMs: 168 * hour,
      distributionWaitMs: 30_000,
      overlapWaitMs: 168 * hour,
    });
  });

  it("is printed as it holds", () => {
    for (const text of [managed(", leafLifetime: 90m"), "tls: {files: {cert: a, key: b}}"]) {
      const tls = load(text);
      assert.ok(tls !== undefined);
      const printed = formatConfig({ ...DEFAULT_CONFIG, tls });
      assert.deepEqual(load(printed), tls);
    }
  });

  const refused: Readonly<Record<string, readonly [string, RegExp]>> = {
    "neither way": ["tls: {}", /config\.yaml:1: tls: has 0 members, want at least 1/],
    "both ways": [`tls: {files: {cert: a, key: b}, selfManaged: {${NAMES}}}`, /tls: has 2 members, want at most 1/],
    "a certificate without its key": ["tls: {files: {cert: a}}", /tls\.files\.key: is required/],
    "configurations of no kind": [
      managed().replace(/configurations: \{.*?\}/, "configurations: {}"),
      /configurations: has 0 members, want at least 1/,
    ],
    "an unknown member": [managed(", rotate: 1h"), /tls\.selfManaged\.rotate: is unknown/],
    "a time without a unit": [managed(", leafLifetime: '5'"), /leafLifetime: is "5", want what matches/],
    "a CA that is always due": [managed(", renewBefore: 8760h"), /renewBefore: is not shorter than authorityLifetime/],
    "a CA dropped before its leaves end": [managed(", overlapWait: 1h"), /overlapWait: is shorter than leafLifetime/],
    "leaves that outlive their CA": [managed(", leafLifetime: 1441h"), /leafLifetime: is longer than renewBefore/],
  };
  for (const [what, [text, message]] of Object.entries(refused)) {
    it(`refuses ${what}`, () => assert.throws(() => load(text), message));
  }

  const live: Readonly<Record<string, string>> = {
    "selfManaged.authorityLifetime": ", authorityLifetime: 9000h",
    "selfManaged.renewBefore": ", renewBefore: 1000h",
    "selfManaged.leafLifetime": ", leafLifetime: 100h, overlapWait: 168h",
    "selfManaged.distributionWait": ", distributionWait: 1m",
    "selfManaged.overlapWait": ", overlapWait: 200h",
  };
  for (const [leaf, more] of Object.entries(live)) {
    it(`${leaf} changes what is asked of certificates`, () =>
      assert.notDeepEqual(load(managed(more)), load(managed())));
  }

  it("has every time above, and the names in the table of test/compose/serve-certificates.test.ts", () => {
    const leaves = schemaNodes(TLS_SCHEMA).filter(([path, { type }]) => type !== "object" && !path.endsWith("[]"));
    const configurations = ["configurations.validating", "configurations.mutating"];
    const names = ["namespace", "secret", "service", ...configurations, "lease"].map((name) => `selfManaged.${name}`);
    const all = [...Object.keys(live), ...names, "files.cert", "files.key"];
    assert.deepEqual(leaves.map(([path]) => path).toSorted(), all.toSorted());
  });
});
