// The configuration file: what it may say, its defaults, and every problem at once with file and line.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_CACHES, DEFAULT_LIMITS } from "../../src/config/limits.ts";
import { DocumentError } from "../../src/config/documents.ts";
import { ConfigError, DEFAULT_CONFIG, formatConfig, loadConfig, type Config } from "../../src/config/load.ts";

describe("config/load", () => {
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-config-"));
    file = join(folder, "config.yaml");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const load = (text: string): Config => {
    writeFileSync(file, text);
    return loadConfig(file);
  };

  it("takes an empty file for the defaults", () => assert.deepEqual(load("# nothing yet\n"), DEFAULT_CONFIG));

  it("has both built-in roots, and no other, by default", () =>
    assert.deepEqual(load("{}"), {
      trustRoots: new Map(),
      builtInTrustRoots: ["sigstore-public-good", "github"],
      unmatchedImages: "Allow",
      excludeNamespaces: [],
      podControllers: true,
      secretNamespaces: [],
      callers: { callers: { kind: "anybody" }, files: [], printed: undefined },
      limits: DEFAULT_LIMITS,
      caches: DEFAULT_CACHES,
      registries: { endpoints: [], mirrored: [], credentials: [], files: [], printed: [] },
      deadline: { maxMs: 10_000, reserveMs: 500 },
    }));

  it("fills in the bounds that are not written", () => {
    const { limits, caches } = load("limits: {fetched: 7}\ncaches: {blobBytes: 0}\n");
    assert.deepEqual(limits, { ...DEFAULT_LIMITS, fetched: 7 });
    assert.deepEqual(caches, { ...DEFAULT_CACHES, blobBytes: 0 });
  });

  it("begins a relative path at the folder of the file, and fills in what a root requires", () => {
    const { trustRoots } = load("trustRoots: {acme: {file: roots/acme.json, requires: {timestamp: true}}}");
    const requires = { transparencyLog: true, signedCertificateTimestamp: true, timestamp: true };
    assert.deepEqual([...trustRoots], [["acme", { file: join(folder, "roots/acme.json"), requires }]]);
  });

  it("leaves an absolute path as it is", () =>
    assert.equal(load("trustRoots: {acme: {file: /etc/acme.json}}").trustRoots.get("acme")?.file, "/etc/acme.json"));

  it("takes what README shows, which is the defaults beside a root", () => {
    const [, block = ""] = /```yaml\n( *trustRoots:[^`]*)```/.exec(readFileSync("README.md", "utf8")) ?? [];
    const file = join(folder, "acme-trusted_root.json");
    const requires = { transparencyLog: true, signedCertificateTimestamp: true, timestamp: false };
    assert.deepEqual(load(block), { ...DEFAULT_CONFIG, trustRoots: new Map([["acme", { file, requires }]]) });
  });

  it("has the Lease that elects a leader, where there is one", () => {
    const leaderElection = { namespace: "sealgate", lease: "leader" };
    assert.deepEqual(load("leaderElection: {namespace: sealgate, lease: leader}"), {
      ...DEFAULT_CONFIG,
      leaderElection,
    });
    assert.deepEqual(load(formatConfig({ ...DEFAULT_CONFIG, leaderElection })).leaderElection, leaderElection);
  });

  it("refuses a Lease beside that of tls.selfManaged", () => {
    const names = "namespace: a, secret: a, service: a, configurations: {validating: [a]}, lease: a";
    assert.throws(
      () => load(`tls: {selfManaged: {${names}}}\nleaderElection: {namespace: a, lease: b}\n`),
      /:2: leaderElection: must not be written beside tls\.selfManaged/u,
    );
  });

  it("is printed as a file that says the same in full", () => {
    const text = "trustRoots: {acme.example: {file: a.json, requires: {transparencyLog: false, timestamp: true}}}";
    const config = load(`${text}\nbuiltInTrustRoots: []\nsecretNamespaces: [shared]\n`);
    assert.deepEqual(load(formatConfig(config)), config);
    assert.match(formatConfig(config), /signedCertificateTimestamp: true/);
  });

  const refused: readonly [string, string, readonly string[]][] = [
    [
      "an unknown key",
      "trustRoots: {}\nlisten: {}\n",
      [
        "2: listen: is unknown, want one of trustRoots, tls, callers, leaderElection, builtInTrustRoots, unmatchedImages, excludeNamespaces, podControllers, secretNamespaces, limits, caches, registries, proxy, deadline",
      ],
    ],
    [
      "an unknown key of a root",
      "trustRoots:\n  acme:\n    file: a.json\n    tuf: x\n",
      ["4: trustRoots.acme.tuf: is unknown, want one of file, requires"],
    ],
    [
      "a root without a file",
      "trustRoots:\n  acme: {}\n",
      [
        "2: trustRoots.acme.file: is required: Its trusted_root.json; a relative path begins at the folder of the configuration file",
      ],
    ],
    [
      "a name that no object can have",
      "trustRoots:\n  Acme_1:\n    file: a.json\n",
      ['3: trustRoots["Acme_1"]: is not a name for this, want what matches ^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$'],
    ],
    [
      "a built-in root that there is not",
      "builtInTrustRoots:\n- github\n- gitlab\n",
      ['3: builtInTrustRoots[1]: is "gitlab", want one of sigstore-public-good, github'],
    ],
    ["a built-in root twice", "builtInTrustRoots: [github, github]\n", ['1: builtInTrustRoots: has "github" twice']],
    [
      "a root that asks for no proof of time",
      "trustRoots:\n  acme.example:\n    file: a.json\n    requires:\n      transparencyLog: false\n",
      [
        '5: trustRoots["acme.example"].requires: asks for no proof of time, want transparencyLog or timestamp to be true',
      ],
    ],
    [
      "what is no answer to an image that no policy is about",
      "unmatchedImages: Forbid\n",
      ['1: unmatchedImages: is "Forbid", want one of Allow, Warn, Deny'],
    ],
    [
      "a pattern for a namespace, and one twice",
      'excludeNamespaces: ["kube-*", dev, dev]\n',
      [
        '1: excludeNamespaces[0]: is "kube-*", want what matches ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
        '1: excludeNamespaces: has "dev" twice',
      ],
    ],
    [
      "a lifetime of none",
      "caches: {pass: 0s}\n",
      ['1: caches.pass: is "0s", want what matches ^[1-9][0-9]{0,6}[smhd]$'],
    ],
    ["a lifetime that is too long", "caches:\n  fail: 2h\n", ['2: caches.fail: is "2h", want at most 1h']],
    ["a list", "- trustRoots\n", ["1: the document is not an object"]],
    ["two documents", "trustRoots: {}\n---\ntrustRoots: {}\n", ["3: a second document, want one"]],
    ["a key twice", "trustRoots: {}\ntrustRoots: {}\n", ["2: Map keys must be unique"]],
    [
      "every fault at once, in the order of the lines",
      "trustRoots:\n  b: {requires: {transparencyLog: no}}\n  a: {file: 1}\nbackground: {}\n",
      [
        "2: trustRoots.b.file: is required: Its trusted_root.json; a relative path begins at the folder of the configuration file",
        "2: trustRoots.b.requires: asks for no proof of time, want transparencyLog or timestamp to be true",
        '3: trustRoots.a.file: is 1, want a text (write "1" in quotes)',
        "4: background: is unknown, want one of trustRoots, tls, callers, leaderElection, builtInTrustRoots, unmatchedImages, excludeNamespaces, podControllers, secretNamespaces, limits, caches, registries, proxy, deadline",
      ],
    ],
  ];
  for (const [name, text, problems] of refused) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => load(text),
        (error) => {
          assert.ok(error instanceof ConfigError || error instanceof DocumentError);
          assert.deepEqual(
            error.message.split("\n"),
            problems.map((problem) => `${file}:${problem}`),
          );
          return true;
        },
      );
    });
  }
});
