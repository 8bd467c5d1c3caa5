/** The roots in force: which there are, and what remains of one whose file breaks. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtInTrustRoot } from "../../src/trust/built-in.ts";
import { TrustRootsError, TrustRootStore, type TrustRootSources } from "../../src/trust/trust-root-store.ts";
import { publicGood, smallRoot } from "../sigstore/roots.ts";

const LOGGED = { transparencyLog: true, signedCertificateTimestamp: true, timestamp: false };
const BOTH = ["sigstore-public-good", "github"];

describe("TrustRootStore", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-roots-"));
    file = join(folder, "trusted_root.json");
    writeFileSync(file, JSON.stringify(publicGood()));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const named = (name: string, requires = LOGGED): TrustRootSources => ({
    trustRoots: new Map([[name, { file, requires }]]),
    builtInTrustRoots: BOTH,
  });
  const hashOf = (store: TrustRootStore, name: string): string | undefined => {
    const root = store.get(name);
    return root === undefined || root === "not-ready" ? root : root.material.hash;
  };

  it("has the built-in roots that are on, and no other", () => {
    const store = new TrustRootStore({ trustRoots: new Map(), builtInTrustRoots: ["github"] });
    assert.equal(store.get("github"), builtInTrustRoot("github"));
    assert.equal(store.get("sigstore-public-good"), undefined);
    assert.equal(store.get("sigstore-staging"), undefined);
    assert.equal(store.detail(), "github");
  });

  it("says when there is none", () =>
    assert.equal(new TrustRootStore({ trustRoots: new Map(), builtInTrustRoots: [] }).detail(), "none"));

  it("has the roots of files, with what they require", () => {
    const root = new TrustRootStore(named("acme", { ...LOGGED, timestamp: true })).get("acme");
    assert.ok(root !== undefined && root !== "not-ready");
    assert.equal(root.requires.timestamp, true);
  });

  it("puts a file in the place of the built-in root of its name", () => {
    const store = new TrustRootStore(named("github"));
    assert.notEqual(hashOf(store, "github"), builtInTrustRoot("github")?.material.hash);
  });

  it("is an error at start with every broken file", () => {
    const missing = join(folder, "missing.json");
    const sources = {
      trustRoots: new Map([
        ["a", { file: missing, requires: LOGGED }],
        ["b", { file, requires: LOGGED }],
      ]),
      builtInTrustRoots: BOTH,
    };
    writeFileSync(file, JSON.stringify({ ...publicGood(), tlogs: [] }));
    assert.throws(
      () => new TrustRootStore(sources),
      (error) => {
        assert.ok(error instanceof TrustRootsError);
        assert.match(error.message, /^.*missing\.json: trust root "a": .*ENOENT.*\n.*: trust root "b": requires\./);
        return true;
      },
    );
  });

  it("takes a file that changed", () => {
    const store = new TrustRootStore(named("acme"));
    const before = hashOf(store, "acme");
    writeFileSync(file, JSON.stringify(smallRoot()));
    store.reload(named("acme", { ...LOGGED, signedCertificateTimestamp: false }));
    assert.notEqual(hashOf(store, "acme"), before);
  });

  it("keeps what a file last held when it breaks, and tells until it is mended", () => {
    const store = new TrustRootStore(named("acme"));
    const before = hashOf(store, "acme");
    writeFileSync(file, "{");
    store.reload(named("acme"));
    store.reload(named("acme"));
    assert.equal(hashOf(store, "acme"), before);
    assert.match(store.detail(), /^sigstore-public-good, github, acme; kept as it last was: .*trusted_root\.json: /);
    writeFileSync(file, JSON.stringify(publicGood()));
    store.reload(named("acme"));
    assert.equal(store.detail(), "sigstore-public-good, github, acme");
  });

  it("has a root that came broken, but not ready", () => {
    const store = new TrustRootStore({ trustRoots: new Map(), builtInTrustRoots: BOTH });
    writeFileSync(file, "{");
    store.reload(named("acme"));
    assert.equal(store.get("acme"), "not-ready");
    assert.match(store.detail(), /; not ready: .*trusted_root\.json: /);
  });

  it("does not take the built-in root for one whose broken file was to replace it", () => {
    const store = new TrustRootStore({ trustRoots: new Map(), builtInTrustRoots: BOTH });
    writeFileSync(file, "{");
    store.reload(named("github"));
    assert.equal(store.get("github"), "not-ready");
  });

  it("forgets a root that is no longer configured", () => {
    const store = new TrustRootStore(named("acme"));
    store.reload({ trustRoots: new Map(), builtInTrustRoots: BOTH });
    assert.equal(store.get("acme"), undefined);
  });

  it("tells what a root leaves out", () => {
    const store = new TrustRootStore({ trustRoots: new Map(), builtInTrustRoots: ["sigstore-staging"] });
    assert.match(store.detail(), /^sigstore-staging; sigstore-staging: ctlogs\[0\] of the trust root is left out: /);
  });
});
