// Flags in the words of policies; what does not go together is refused in verify.test.ts, through the command.
import assert from "node:assert/strict";
import { entryOf, flagOf, type VerifyFlags } from "../../src/cli/verify-flags.ts";
import { fakeIo } from "./fake-io.ts";

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
const name = "command-line";

describe("entryOf()", () => {
  const entries: Readonly<Record<string, readonly [Partial<VerifyFlags>, object]>> = {
    "a key": [{ key: "k.pub" }, { name, keys: { publicKeys: "PEM" } }],
    "a key without log, with annotations": [
      { key: "k.pub", insecureIgnoreTlog: true, annotations: { env: "prod" } },
      { name, keys: { publicKeys: "PEM" }, insecureIgnoreTlog: true, annotations: { env: "prod" } },
    ],
    "a name": [
      { certificateIdentity: "s", certificateOidcIssuer: "i" },
      { name, keyless: { subject: "s", issuer: "i" } },
    ],
    "a name by expressions, with what may be dropped": [
      {
        certificateIdentityRegexp: "s",
        certificateOidcIssuerRegexp: "i",
        insecureIgnoreTlog: true,
        insecureIgnoreSct: true,
        useSignedTimestamps: true,
      },
      {
        name,
        keyless: { subjectRegExp: "s", issuerRegExp: "i" },
        insecureIgnoreTlog: true,
        insecureIgnoreSCT: true,
        requireTimestamp: true,
      },
    ],
  };
  for (const [what, [flags, entry]] of Object.entries(entries)) {
    it(`says ${what}`, () => {
      assert.deepEqual(entryOf({ ...DEFAULTS, ...flags }, fakeIo({ "k.pub": "PEM" })), entry);
    });
  }
});

describe("flagOf()", () => {
  const entry = "spec.verifyImages[0].attestors[0].entries[0]";
  const flags = [
    [`${entry}.keys.publicKeys`, "--key"],
    [`${entry}.keyless.subject`, "--certificate-identity"],
    [`${entry}.keyless.issuerRegExp`, "--certificate-oidc-issuer-regexp"],
    [`${entry}.annotations.env`, "--annotations"],
    ["spec.elsewhere", "spec.elsewhere"],
  ] as const;
  for (const [path, flag] of flags) it(`${path} was ${flag}`, () => assert.equal(flagOf(path), flag));
});
