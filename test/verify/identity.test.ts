/** verifyIdentity(): issuer, subject and extensions, each whole and each with its own code. */
import assert from "node:assert/strict";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { matchSubject, verifyIdentity, type IdentityRequirement } from "../../src/verify/identity.ts";
import type { FulcioIdentity } from "../../src/x509/fulcio-extensions.ts";
import { failsWith } from "../support/failures.ts";
import { exactly } from "../vectors/requirements.ts";

const ISSUER = "https://token.actions.example";
const SUBJECT = "https://github.example/acme/web/.github/workflows/release.yml@refs/tags/v1";

const IDENTITY: FulcioIdentity = {
  subject: { kind: "uri", value: SUBJECT },
  issuer: ISSUER,
  extensions: new Map([["sourceRepositoryRef", "refs/tags/v1"]]),
};

function wanting(change: Partial<IdentityRequirement> = {}): IdentityRequirement {
  return { issuer: exactly(ISSUER), subject: () => exactly(SUBJECT), extensions: new Map(), ...change };
}

describe("verifyIdentity()", () => {
  it("hands out the issuer and subject that matched", () => {
    assert.deepEqual(verifyIdentity(IDENTITY, wanting()), { issuer: ISSUER, subject: SUBJECT });
  });

  it("gives the subject's matcher the whole identity", () => {
    const subject = ({ extensions }: FulcioIdentity): ReturnType<typeof exactly> =>
      exactly(SUBJECT.replace(/@.*/, `@${extensions.get("sourceRepositoryRef") ?? ""}`));
    verifyIdentity(IDENTITY, wanting({ subject }));
  });

  const refused: Readonly<Record<string, [FailureCode, FulcioIdentity, Partial<IdentityRequirement>]>> = {
    "reject list: identity or extension mismatch (another subject)": [
      "IdentitySubjectMismatch",
      IDENTITY,
      { subject: () => exactly(`${SUBJECT}x`) },
    ],
    "reject list: identity or extension mismatch (another issuer, same subject)": [
      "IdentityIssuerMismatch",
      { ...IDENTITY, issuer: "https://accounts.example" },
      {},
    ],
    "reject list: identity or extension mismatch (an extension of another value)": [
      "IdentityExtensionMismatch",
      IDENTITY,
      { extensions: new Map([["sourceRepositoryRef", exactly("refs/heads/main")]]) },
    ],
    "reject list: identity or extension mismatch (an extension that is absent)": [
      "IdentityExtensionMismatch",
      IDENTITY,
      { extensions: new Map([["runnerEnvironment", exactly("")]]) },
    ],
    "reject list: issuer missing or .1/.8 conflict (no issuer at all)": [
      "IdentityIssuerMissing",
      { subject: IDENTITY.subject, extensions: IDENTITY.extensions },
      { issuer: { wanted: "anything", matches: () => true } },
    ],
    "an issuer without a character": [
      "IdentityIssuerMissing",
      { ...IDENTITY, issuer: "" },
      { issuer: { wanted: "anything", matches: () => true } },
    ],
  };
  for (const [name, [code, identity, change]] of Object.entries(refused)) {
    it(name, () => void failsWith(code, () => verifyIdentity(identity, wanting(change))));
  }

  it("says which extension the certificate lacks, or what it holds", () => {
    const ref = (value: string): Partial<IdentityRequirement> => ({
      extensions: new Map([["sourceRepositoryRef", exactly(value)]]),
    });
    const other = failsWith("IdentityExtensionMismatch", () => verifyIdentity(IDENTITY, wanting(ref("x"))));
    assert.equal(other.message, 'Cannot accept sourceRepositoryRef "refs/tags/v1", want "x"');
    const without = { ...IDENTITY, extensions: new Map() };
    const absent = failsWith("IdentityExtensionMismatch", () => verifyIdentity(without, wanting(ref("x"))));
    assert.equal(absent.message, 'Cannot accept a certificate without sourceRepositoryRef, want "x"');
  });

  it("says what it saw and what it wants", () => {
    const failure = failsWith("IdentitySubjectMismatch", () =>
      verifyIdentity({ ...IDENTITY, subject: { kind: "email", value: 'a"\u00e9' } }, wanting()),
    );
    assert.equal(failure.message, `Cannot accept subject "a\\"\\u{e9}", want ${JSON.stringify(SUBJECT)}`);
    assert.deepEqual(failure.detail, { actual: 'subject "a\\"\\u{e9}"', expected: JSON.stringify(SUBJECT) });
  });
});

describe("matchSubject()", () => {
  const names = [
    { kind: "email", value: "dev@acme.example" },
    { kind: "dns", value: "build.acme.example" },
  ] as const;

  it("gives the name that matched, whichever it is", () => {
    assert.equal(matchSubject(names, exactly("build.acme.example")), "build.acme.example");
  });

  it("fails when none does, and when there is none", () => {
    const failure = failsWith("IdentitySubjectMismatch", () => matchSubject(names, exactly("acme.example")));
    assert.match(failure.message, /"dev@acme\.example", "build\.acme\.example"/);
    failsWith("IdentitySubjectMismatch", () => matchSubject([], { wanted: "anything", matches: () => true }));
  });
});
