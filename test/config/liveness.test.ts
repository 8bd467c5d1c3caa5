// Every key of the configuration file is live: changing it changes what a policy asks of a signature.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import { CONFIG_SCHEMA } from "../../src/config/schema.ts";
import { openTrust } from "../../src/compose/open-trust.ts";
import { compilePolicy, keySourcesOf } from "../../src/policy/compile.ts";
import { secretSourcesOf } from "../../src/policy/key-source.ts";
import { TrustRootStore } from "../../src/trust/trust-root-store.ts";
import { policy, rule } from "../policy/resources.ts";
import { schemaNodes } from "../policy/schema-leaves.ts";
import { ROOT_FILES } from "../sigstore/roots.ts";
import { VECTORS_ROOT } from "../vectors/check.ts";
import { LIVE_LIFETIMES, lookAgainUnder } from "./lifetimes-liveness.ts";
import { LIVE_LIMITS, lookUnder } from "./limits-liveness.ts";
import { LIVE_SETTINGS, reviewedUnder } from "./settings-liveness.ts";
import { LIVE_REGISTRIES, seen, startWorld, type World } from "./registries-liveness.ts";

interface Change {
  readonly before: string;
  readonly after: string;
  /** The root that the policy names. */
  readonly trustRoot: string;
}

const acme = (more: string): string => `trustRoots: {acme: {file: public-good.json${more}}}`;
const requires = (written: string): string => acme(`, requires: {${written}}`);

const LIVE: Readonly<Record<string, Change>> = {
  "trustRoots.*.file": {
    before: acme(""),
    after: "trustRoots: {acme: {file: staging.json}}",
    trustRoot: "acme",
  },
  "trustRoots.*.requires.transparencyLog": {
    before: requires("timestamp: true, transparencyLog: true"),
    after: requires("timestamp: true, transparencyLog: false"),
    trustRoot: "acme",
  },
  "trustRoots.*.requires.signedCertificateTimestamp": {
    before: requires("signedCertificateTimestamp: true"),
    after: requires("signedCertificateTimestamp: false"),
    trustRoot: "acme",
  },
  "trustRoots.*.requires.timestamp": {
    before: requires("timestamp: false"),
    after: requires("timestamp: true"),
    trustRoot: "acme",
  },
  "builtInTrustRoots[]": {
    before: "builtInTrustRoots: [github]",
    after: "builtInTrustRoots: [sigstore-public-good]",
    trustRoot: "github",
  },
};

describe("config: every key is live", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-liveness-"));
    copyFileSync(join(VECTORS_ROOT, ROOT_FILES.publicGood), join(folder, "public-good.json"));
    copyFileSync(join(VECTORS_ROOT, ROOT_FILES.staging), join(folder, "staging.json"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** What a rule asks by this configuration, and the key under which its verdicts are remembered. */
  function asked(config: string, trustRoot: string): { readonly entry: unknown; readonly hash: string } {
    const file = join(folder, "config.yaml");
    writeFileSync(file, config);
    const store = new TrustRootStore(loadConfig(file));
    const keyless = { issuer: "https://issuer.example", subject: "a@example.com" };
    const resource = policy({
      verifyImages: [rule({ trustRoot, attestors: [{ entries: [{ name: "a", keyless }] }] })],
    });
    const [compiled] = compilePolicy(resource, (name) => store.get(name)).rules;
    assert.ok(compiled);
    assert.deepEqual(compiled.errors, []);
    const requirement = compiled.sets[0]?.entries[0]?.requirement;
    assert.ok(requirement);
    const entry =
      "cause" in requirement ? requirement.cause : [requirement.trust?.hash, Object.values(requirement.thresholds)];
    return { entry, hash: compiled.hash };
  }

  for (const [key, { before: first, after: second, trustRoot }] of Object.entries(LIVE)) {
    it(key, () => {
      const [before, after] = [asked(first, trustRoot), asked(second, trustRoot)];
      assert.notDeepEqual(after.entry, before.entry);
      assert.notEqual(after.hash, before.hash);
    });
  }

  it("secretNamespaces[]", () => {
    const found = (namespaces: string): unknown => {
      const file = join(folder, "config.yaml");
      writeFileSync(file, `secretNamespaces: [${namespaces}]\n`);
      const keys = { secret: { name: "release", namespace: "shared" } };
      const resource = policy({ verifyImages: [rule({ attestors: [{ entries: [{ name: "a", keys }] }] })] });
      const compiled = openTrust(file).compile.policy(resource, () => undefined);
      return secretSourcesOf(keySourcesOf(compiled)).map(({ namespace }) => namespace);
    };
    assert.deepEqual(found("other"), []);
    assert.deepEqual(found("other, shared"), ["shared"]);
  });

  describe("of limits and caches", () => {
    for (const [key, { before: first, after: second }] of Object.entries(LIVE_LIMITS)) {
      it(key, async () => {
        const file = join(folder, "config.yaml");
        const seen = async (config: string): Promise<unknown> => {
          writeFileSync(file, config);
          return await lookUnder(loadConfig(file));
        };
        assert.notDeepEqual(await seen(second), await seen(first));
      });
    }
  });

  describe("of what holds for all pods", () => {
    for (const [key, { before: first, after: second }] of Object.entries(LIVE_SETTINGS)) {
      it(key, async () => {
        const file = join(folder, "config.yaml");
        const seen = async (config: string): Promise<unknown> => {
          writeFileSync(file, config);
          return await reviewedUnder(loadConfig(file));
        };
        assert.deepEqual(await seen("{}"), await seen(first));
        assert.notDeepEqual(await seen(second), await seen(first));
      });
    }
  });

  describe("of lifetimes", () => {
    for (const [key, { before: first, after: second, of }] of Object.entries(LIVE_LIFETIMES)) {
      it(key, async () => {
        const file = join(folder, "config.yaml");
        const seen = async (config: string): Promise<readonly unknown[]> => {
          writeFileSync(file, config);
          return await lookAgainUnder(loadConfig(file), of);
        };
        const [remembered, forgotten] = [await seen(first), await seen(second)];
        assert.deepEqual(forgotten[0], remembered[0]);
        assert.notDeepEqual(forgotten[1], remembered[1]);
      });
    }
  });

  describe("of registries", () => {
    let world: World;
    before(async () => {
      world = await startWorld(folder);
    });
    after(async () => world.stop());

    for (const [key, { before: first, after: second, host }] of Object.entries(LIVE_REGISTRIES)) {
      it(key, async () => assert.notEqual(await seen(world, second, host), await seen(world, first, host)));
    }
  });

  it("and has a row here", () => {
    // Those of tls have theirs in tls.test.ts and serve-certificates.test.ts, the Lease in load.test.ts and election.test.ts, callers
    // in callers.test.ts.
    const leaves = schemaNodes(CONFIG_SCHEMA).filter(([, { type }]) => type !== "object" && type !== "array");
    const paths = leaves.map(([path]) => path).filter((path) => !/^(?:tls|leaderElection|callers)\./u.test(path));
    const keys = [LIVE, LIVE_SETTINGS, LIVE_LIMITS, LIVE_LIFETIMES, LIVE_REGISTRIES].flatMap((rows) =>
      Object.keys(rows),
    );
    assert.deepEqual(paths.toSorted(), [...keys, "secretNamespaces[]"].toSorted());
  });
});
