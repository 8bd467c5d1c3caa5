// sealgate verify against an embedded registry: what is asked, what is printed, and how it ends.
import assert from "node:assert/strict";
import { NOBODY } from "../../src/app/keychains.ts";
import { ImageVerifier } from "../../src/app/verify-image.ts";
import { type ExitCode, UsageError } from "../../src/cli/io.ts";
import type { VerifyFlags } from "../../src/cli/verify-flags.ts";
import { runVerify } from "../../src/cli/verify.ts";
import type { Digest } from "../../src/crypto/digest.ts";
import { buildRegistry } from "../../src/registry/client.ts";
import { attachBundle, attachLayer } from "../support/registry/attach.ts";
import { loopbackEndpoint, startRegistry, type EmbeddedRegistry } from "../support/registry/registry.ts";
import { email, githubWorkflow } from "../support/virtual-sigstore/identity.ts";
import { keySigner } from "../support/virtual-sigstore/signer.ts";
import { SIGN_PREDICATE } from "../support/virtual-sigstore/statement.ts";
import { VirtualSigstore } from "../support/virtual-sigstore/virtual-sigstore.ts";
import { LEAF_MS } from "../support/x509/certificate.ts";
import { fakeIo } from "./fake-io.ts";

const sigstore = new VirtualSigstore();
const DEV = email("dev@acme.example");
const DEV_FLAGS = { certificateIdentity: DEV.subject, certificateOidcIssuer: DEV.issuer };
const ROOT = { trustedRoot: "root.json" };
const KEY = keySigner();
const FILES = {
  "root.json": sigstore.trustedRoot(),
  "no-logs.json": sigstore.trustedRoot((root) => ({ ...root, tlogs: [] })),
  "not-a-root.json": "{}",
  "cosign.pub": KEY.publicKeyPem,
  "other.pub": keySigner("P-256", {}, "other").publicKeyPem,
  "private.pem": KEY.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
};
const PATH = "acme/web";

const DEFAULTS: VerifyFlags = {
  insecureIgnoreTlog: false,
  insecureIgnoreSct: false,
  requireTimestamp: false,
  useSignedTimestamps: false,
  annotations: {},
  output: "text",
  plainHttp: [],
  allowPrivate: [],
  registryPasswordStdin: false,
};

interface Run {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

describe("sealgate verify", () => {
  let registry: EmbeddedRegistry;
  let client: ReturnType<typeof buildRegistry>;
  /** By tag. */
  const digests = new Map<string, Digest>();

  before(async () => {
    registry = await startRegistry({});
    client = buildRegistry({ rules: { endpoints: [loopbackEndpoint(registry.host)] }, now: () => 0 });
    const image = async (tag: string): Promise<{ registry: EmbeddedRegistry; repository: string; digest: Digest }> => {
      const digest = await registry.putImage(PATH, tag, tag);
      digests.set(tag, digest);
      return { registry, repository: PATH, digest };
    };
    await image("unsigned");
    const keyed = await image("keyed");
    await attachLayer(keyed, sigstore.signLayer(keyed.digest, KEY, { annotations: { env: "prod" } }));
    const unlogged = await image("unlogged");
    await attachLayer(unlogged, sigstore.signLayer(unlogged.digest, KEY, { log: "none" }));
    const keyless = await image("keyless");
    const bundle = sigstore.signBundle(keyless.digest, sigstore.certify(DEV), { timestamp: true });
    await attachBundle(keyless, bundle, { predicateType: SIGN_PREDICATE.type });
    const legacy = await image("legacy");
    const workflow = sigstore.certify(githubWorkflow());
    await attachLayer(
      legacy,
      sigstore.signLayer(legacy.digest, workflow, { annotations: { Issuer: "https://forged.example" } }),
    );
    const stamped = await image("stamped");
    const stampedLayer = sigstore.signLayer(stamped.digest, sigstore.certify(DEV), { log: "none", timestamp: true });
    await attachLayer(stamped, stampedLayer);
    const unpromised = await image("unpromised");
    const leaf = sigstore.certify(DEV, { isLogged: false });
    await attachLayer(unpromised, sigstore.signLayer(unpromised.digest, leaf));
  });
  after(async () => {
    await client.close();
    await registry.stop();
  });

  async function run(tag: string, flags: Partial<VerifyFlags>): Promise<Run> {
    const io = fakeIo(FILES);
    const now = (): number => sigstore.now + LEAF_MS;
    const verifier = new ImageVerifier({ registry: client, monotonicNow: () => 1, now, cpuNow: () => 0 });
    const reference = `${registry.host}/${PATH}:${tag}`;
    const keychains = { keychain: () => NOBODY };
    const context = { verifier, trustRoots: () => undefined, keychains };
    const code = await runVerify(reference, { ...DEFAULTS, ...flags }, context, io);
    return { code, ...io.printed() };
  }

  const KEYED = { key: "cosign.pub", ...ROOT };
  const KEYLESS = { ...DEV_FLAGS, ...ROOT };
  const verified: Readonly<Record<string, readonly [tag: string, Partial<VerifyFlags>]>> = {
    "a key's signature and its log entry": ["keyed", KEYED],
    "a key's signature without a log": ["unlogged", { key: "cosign.pub", insecureIgnoreTlog: true }],
    "a signed annotation": ["keyed", { ...KEYED, annotations: { env: "prod" } }],
    "a bundle by name": ["keyless", KEYLESS],
    "a bundle by expressions of the whole texts": [
      "keyless",
      { certificateIdentityRegexp: "dev@acme\\..*", certificateOidcIssuerRegexp: "https://accounts\\.[a-z]+", ...ROOT },
    ],
    "a time stamp beside the log": ["keyless", { ...KEYLESS, requireTimestamp: true }],
    "a time stamp in place of the log": ["stamped", { ...KEYLESS, insecureIgnoreTlog: true, requireTimestamp: true }],
    "the same in cosign's words": ["stamped", { ...KEYLESS, insecureIgnoreTlog: true, useSignedTimestamps: true }],
    "a time stamp where the root lists no logs": ["stamped", { ...DEV_FLAGS, trustedRoot: "no-logs.json" }],
    "a certificate that no log promised": ["unpromised", { ...KEYLESS, insecureIgnoreSct: true }],
  };
  for (const [name, [tag, flags]] of Object.entries(verified)) {
    it(`accepts ${name}`, async () => {
      const { code, out, err } = await run(tag, flags);
      assert.deepEqual([code, err], [0, ""]);
      assert.ok(out.startsWith(`Verified ${registry.host}/${PATH}:${tag}@${digests.get(tag)}\n`));
    });
  }

  const denied: Readonly<Record<string, readonly [tag: string, Partial<VerifyFlags>, code: string]>> = {
    "an image without signature": ["unsigned", KEYED, "NoSignatureFound"],
    "another key's signature": ["keyed", { ...KEYED, key: "other.pub" }, "SignatureInvalid"],
    "a signature that no log has": ["unlogged", KEYED, "LogEntryMissing"],
    "another annotation": ["keyed", { ...KEYED, annotations: { env: "test" } }, "AnnotationMismatch"],
    "a signature without the annotation": [
      "unlogged",
      { ...KEYED, insecureIgnoreTlog: true, annotations: { env: "prod" } },
      "AnnotationMissing",
    ],
    "another name": ["keyless", { ...KEYLESS, certificateIdentity: "ops@acme.example" }, "IdentitySubjectMismatch"],
    "another issuer": [
      "keyless",
      { ...KEYLESS, certificateOidcIssuer: "https://other.example" },
      "IdentityIssuerMismatch",
    ],
    "an expression that matches a part alone": [
      "keyless",
      { certificateIdentityRegexp: "dev@", certificateOidcIssuer: DEV.issuer, ...ROOT },
      "IdentitySubjectMismatch",
    ],
    "a signature without time stamp": [
      "legacy",
      { certificateIdentityRegexp: ".*", certificateOidcIssuerRegexp: ".*", requireTimestamp: true, ...ROOT },
      "TimestampMissing",
    ],
    "a certificate that no log promised": ["unpromised", KEYLESS, "SctMissing"],
  };
  for (const [name, [tag, flags, expected]] of Object.entries(denied)) {
    it(`denies ${name}`, async () => {
      const { code, out, err } = await run(tag, flags);
      assert.deepEqual([code, out], [1, ""]);
      assert.ok(err.includes(`${expected} (`), err);
      assert.match(err, /^Image "[^"]+" denied by .*\n(?: .*\n)+$/);
    });
  }

  it("cannot tell without the trust root that is asked for", async () => {
    const { code, err } = await run("keyless", DEV_FLAGS);
    assert.equal(code, 2);
    assert.match(err, /could not be verified for .*\n.*TrustRootMissing: .*"sigstore-public-good"/);
  });

  it("lists the checks that it made, and those that it was told to leave out", async () => {
    const { out } = await run("keyless", { ...KEYLESS, requireTimestamp: true });
    assert.deepEqual(out.split("\n").slice(1, 10), [
      "These checks were made on each signature:",
      "  - the digest is our own hash of the manifest's bytes",
      "  - the signed payload names this digest and is an image signature",
      "  - the signature was made by the certificate's key",
      "  - a transparency log has this very signature",
      "  - a timestamp authority of the trust root stamped the signature",
      "  - the certificate leads to an authority of the trust root, and was valid at every proven time",
      "  - a certificate transparency log promised to publish the certificate",
      "  - the certificate names the subject and the issuer that were asked for",
    ]);
    assert.match(out, /\nsigned by "dev@acme\.example", issuer "https:\/\/accounts\.example"\n {2}at \S+Z \(log\)\n/);
    assert.match(out, /\n {2}at \S+Z \(timestamp-authority\)\n {2}logged as \d+ in log [0-9a-f]{64}\nlooked in: /);
    const less = (await run("unlogged", { key: "cosign.pub", insecureIgnoreTlog: true })).out;
    assert.match(
      less,
      /- the signature was made by the key in cosign\.pub\n {2}- a transparency log was not asked for\n/,
    );
    const promiseless = (await run("unpromised", { ...KEYLESS, insecureIgnoreSct: true })).out;
    assert.match(promiseless, /\n {2}- certificate transparency was not asked for\n/);
    const annotated = (await run("keyed", { ...KEYED, annotations: { env: "prod" } })).out;
    assert.match(annotated, /\n {2}- the signed payload has the annotation "env": "prod"\n/);
  });

  it("prints json as cosign 2 does: payloads, and what was proven over what the signer wrote", async () => {
    const anyone = { certificateIdentityRegexp: ".*", certificateOidcIssuerRegexp: ".*", ...ROOT };
    const { out } = await run("legacy", { ...anyone, output: "json" });
    const [payload] = JSON.parse(out) as [{ critical: unknown; optional: Record<string, unknown> }];
    assert.deepEqual(payload.critical, {
      identity: { "docker-reference": "registry.example/acme/web" },
      image: { "docker-manifest-digest": digests.get("legacy") },
      type: "cosign container image signature",
    });
    const { Bundle, ...named } = payload.optional;
    const { subject, issuer } = githubWorkflow();
    assert.deepEqual(named, { Issuer: issuer, Subject: subject });
    const { integratedTime, logIndex, logID } = (Bundle as { Payload: Record<string, unknown> }).Payload;
    assert.equal(integratedTime, sigstore.now / 1000);
    assert.equal(typeof logIndex, "number");
    assert.match(String(logID), /^[0-9a-f]{64}$/);
  });

  it("prints json without optional facts where there are none", async () => {
    const { out } = await run("unlogged", { key: "cosign.pub", insecureIgnoreTlog: true, output: "json" });
    const [payload] = JSON.parse(out) as [{ optional: unknown }];
    assert.equal(payload.optional, null);
  });

  const whose = /give --key, or one of --certificate-identity and --certificate-identity-regexp together with one of /;
  const both = { certificateOidcIssuer: "a", certificateOidcIssuerRegexp: "a" };
  const refused: Readonly<Record<string, readonly [Partial<VerifyFlags>, RegExp]>> = {
    nobody: [{}, whose],
    "a name without issuer": [{ certificateIdentity: "a" }, whose],
    "an issuer without name": [{ certificateOidcIssuer: "a" }, whose],
    "a key and a name": [
      { ...KEYED, certificateIdentity: "a" },
      /^--key and --certificate-identity exclude each other/,
    ],
    "a key and an issuer": [
      { ...KEYED, certificateOidcIssuerRegexp: "a" },
      /^--key and --certificate-oidc-issuer-regexp exclude/,
    ],
    "a name in two forms": [
      { certificateIdentity: "a", certificateIdentityRegexp: "a", certificateOidcIssuer: "a" },
      /^--certificate-identity and --certificate-identity-regexp exclude each other/,
    ],
    "an issuer in two forms": [
      { certificateIdentity: "a", ...both },
      /^--certificate-oidc-issuer and --certificate-oidc-issuer-regexp exclude each other/,
    ],
    "a key without certificate transparency": [
      { ...KEYED, insecureIgnoreSct: true },
      /^--key and --insecure-ignore-sct exclude/,
    ],
    "a certificate without log and time stamp": [
      { ...KEYLESS, insecureIgnoreTlog: true },
      /^--insecure-ignore-tlog needs --require-timestamp beside a certificate/,
    ],
    "an expression that is none": [
      { certificateIdentityRegexp: "(", certificateOidcIssuer: "a" },
      /^--certificate-identity-regexp is no regular expression of RE2: /,
    ],
    "a name with a wildcard": [
      { ...KEYLESS, certificateIdentity: "*@acme.example" },
      /^--certificate-identity must not hold a \*/,
    ],
    "a private key": [{ ...KEYED, key: "private.pem" }, /^--key holds a private key/],
    "a file that is no root": [
      { ...DEV_FLAGS, trustedRoot: "not-a-root.json" },
      /^Cannot use not-a-root\.json as a trust root: /,
    ],
    "a file that is not there": [{ key: "missing" }, /ENOENT: missing/],
  };
  for (const [name, [flags, message]] of Object.entries(refused)) {
    it(`is not asked for ${name}`, async () => {
      await assert.rejects(run("keyed", flags), (error) => {
        assert.ok(error instanceof UsageError || name.endsWith("not there"));
        assert.match(error instanceof Error ? error.message : "", message);
        return true;
      });
    });
  }
});
