// verify-bundle over every real bundle, by digest and by file, and what it refuses to be asked.
import assert from "node:assert/strict";
import { UsageError, type ExitCode } from "../../src/cli/io.ts";
import { runVerifyBundle, type VerifyBundleFlags } from "../../src/cli/verify-bundle.ts";
import { builtInTrustRoot } from "../../src/trust/built-in.ts";
import { expectedOf, readVectors, type Vector } from "../vectors/check.ts";
import { REJECTIONS } from "../vectors/rejections.ts";
import { readVectorBytes, readVectorFile } from "../vectors/vector.ts";
import { fakeIo } from "./fake-io.ts";

/** After the newest vector. */
const NOW = Date.UTC(2026, 8, 1);

/** What these ask beyond the protocol cannot be said on this command line: without it, they verify. */
const ASK_MORE: ReadonlySet<string> = new Set([
  "sigstore-rs/bundle_v03--wrong-predicate-type",
  "sigstore-go/public-key-validity",
  "sigstore-go/sigstore.js@2.0.0-provenance--tlog-threshold-2",
  "sigstore-go/sigstore.js@2.0.0-provenance--timestamp-threshold-2",
  "cli/github_provenance_demo-0.0.12-bundle--tlog-required",
]);
/** The public good root lists logs, so that the missing entry is seen before the unknown authority. */
const OTHER_CODES: ReadonlyMap<string, string> = new Map([
  ["cli/github_provenance_demo-0.0.12-bundle--public-good-root", "LogEntryMissing"],
]);

interface Run {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

function run(
  target: string,
  flags: Partial<VerifyBundleFlags>,
  files: Readonly<Record<string, Uint8Array | string>>,
): Run {
  const io = fakeIo(files);
  const builtInRoot = (name: string): NonNullable<ReturnType<typeof builtInTrustRoot>> => {
    const root = builtInTrustRoot(name);
    assert.ok(root);
    return root;
  };
  const code = runVerifyBundle(
    target,
    { bundle: "bundle.json", staging: false, ...flags },
    { builtInRoot, now: NOW },
    io,
  );
  return { code, ...io.printed() };
}

function filesOf(vector: Vector): Record<string, Uint8Array> {
  const names = [vector.key, vector.trustedRoot, vector.artifact].flatMap((name) => name ?? []);
  return {
    "bundle.json": readVectorBytes(vector),
    ...Object.fromEntries(names.map((name) => [name, readVectorFile(name)])),
  };
}

function flagsOf({ key, identity = "", issuer = "", trustedRoot }: Vector): Partial<VerifyBundleFlags> {
  const signer = key === undefined ? { certificateIdentity: identity, certificateOidcIssuer: issuer } : { key };
  return { ...signer, ...(trustedRoot === undefined ? {} : { trustedRoot }) };
}

describe("sealgate verify-bundle: real bundles", () => {
  const vectors = readVectors().filter(({ kind }) => kind === "bundle");
  for (const vector of vectors) {
    const expected = ASK_MORE.has(vector.id) ? "accept" : expectedOf(vector);
    const nothing = `sha256:${"0".repeat(64)}`;
    it(`${expected}s ${vector.id} by digest`, () => {
      const { code, out, err } = run(vector.artifactDigest ?? nothing, flagsOf(vector), filesOf(vector));
      if (expected === "accept") {
        assert.deepEqual([code, err], [0, ""]);
        assert.match(out, /^Verified sha(?:256|512):[0-9a-f]+; signed by [^\n]+\n$/);
        return;
      }
      const refused = OTHER_CODES.get(vector.id) ?? REJECTIONS.get(vector.id)?.[0];
      assert.deepEqual([code, out], [1, ""]);
      assert.match(
        err,
        new RegExp(`^Not verified: "sha\\S+"\\n  ${refused} \\([a-z -]+\\): [^\\n]+\\n  hint: [^\\n]+\\n$`),
      );
    });
  }
});

describe("sealgate verify-bundle: files and digests", () => {
  const vector = readVectors().find(({ id }) => id === "cli/custom-issuer");
  assert.ok(vector?.artifact !== undefined && vector.artifactDigest !== undefined);
  const { artifact, artifactDigest } = vector;
  const files = filesOf(vector);
  const flags = flagsOf(vector);

  it("takes the file", () => assert.equal(run(artifact, flags, files).code, 0));

  it("does not take another file", () => {
    const { code, err } = run(artifact, flags, { ...files, [artifact]: "other bytes" });
    assert.equal(code, 1);
    assert.match(err, /StatementSubjectMismatch/);
  });

  it("takes a text that looks like a digest for a file that has that name", () => {
    const named = { ...files, [artifactDigest]: "other bytes" };
    assert.equal(run(artifactDigest, flags, named).code, 1);
    assert.equal(run(artifactDigest, flags, files).code, 0);
  });

  it("takes a file that is not there for what it is", () =>
    assert.throws(() => run("missing", flags, files), /ENOENT: missing/));

  it("takes a digest that is not whole for no digest", () =>
    assert.throws(
      () => run(artifactDigest.slice(0, -1), flags, files),
      (error) => error instanceof UsageError && /is neither a file nor a digest: hex has 63/.test(error.message),
    ));

  it("has the root that is given, also where staging is asked for", () =>
    assert.equal(run(artifact, { ...flags, staging: true }, files).code, 0));

  it("has the public good root, and staging's where it is asked for", () => {
    const { trustedRoot: _, ...own } = flags;
    assert.equal(run(artifact, own, files).code, 0);
    const { code, err } = run(artifact, { ...own, staging: true }, files);
    assert.deepEqual([code, /^ {2}LogUnknown /m.test(err)], [1, true]);
  });
});

describe("sealgate verify-bundle: what cannot be asked", () => {
  const vector = readVectors().find(({ id }) => id === "sigstore-go/bundle-publish");
  assert.ok(vector?.key !== undefined && vector.trustedRoot !== undefined);
  const files = { ...filesOf(vector), "not-a-root.json": "{}", "not-a-key.pem": "no PEM" };
  const { key } = vector;
  const subject = { certificateIdentity: "a@example.com" };
  const issuer = { certificateOidcIssuer: "https://accounts.example.com" };
  const whose = /give --key alone, or --certificate-identity together with --certificate-oidc-issuer/;
  const refused: Readonly<Record<string, [Partial<VerifyBundleFlags>, RegExp]>> = {
    nobody: [{}, whose],
    "a subject without issuer": [subject, whose],
    "an issuer without subject": [issuer, whose],
    "a key and a name": [{ key, ...subject, ...issuer }, whose],
    "a file that is no key": [{ key: "not-a-key.pem" }, /^Cannot use not-a-key\.pem as a public key: .*\nhint: /],
    "a file that is no trust root": [
      { key, trustedRoot: "not-a-root.json" },
      /^Cannot use not-a-root\.json as a trust root: TrustRootMalformed: .*\nhint: /,
    ],
  };
  for (const [name, [flags, message]] of Object.entries(refused)) {
    it(name, () =>
      assert.throws(
        () => run(vector.artifactDigest ?? "", flags, files),
        (error) => error instanceof UsageError && message.test(error.message),
      ),
    );
  }
});
