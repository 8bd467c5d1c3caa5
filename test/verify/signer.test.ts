/** verifySigner(): key windows, chains at every time, promises of distinct logs, identities; and who then counts as principal. */
import assert from "node:assert/strict";
import { formatPrincipal, type VerifiedSigner, type VerifiedTimes } from "../../src/verify/evidence.ts";
import type { Requirement, SignerRequirement } from "../../src/verify/requirement.ts";
import { verifySigner } from "../../src/verify/signer.ts";
import { failsWith } from "../support/failures.ts";
import {
  authorityOf,
  ISSUED_AT,
  LEAF_MS,
  makeIntermediate,
  makeLeaf,
  makeRoot,
  type CertificateParts,
  type TestCertificate,
} from "../support/x509/certificate.ts";
import { TestCtLog } from "../support/x509/ct-log.ts";
import { extendedKeyUsage, fulcioExtensions, PURPOSE, subjectAltName } from "../support/x509/extension.ts";
import { testKey } from "../support/x509/key.ts";
import { generalName } from "../support/x509/name.ts";
import { exactly } from "../vectors/requirements.ts";
import { KEYS, NO_WITNESSES } from "./fixtures.ts";

const AT = ISSUED_AT + 1000;
const ISSUER = "https://accounts.example";
const SUBJECT = "dev@sigstore.example";

const root = makeRoot();
const intermediate = makeIntermediate(root);
const ctLog = new TestCtLog();
const otherCtLog = new TestCtLog({ privateKey: testKey("P-256", "another log") });

const KEYLESS: SignerRequirement = {
  kind: "keyless",
  identity: { issuer: exactly(ISSUER), subject: () => exactly(SUBJECT), extensions: new Map() },
};

function keylessLeaf(parts: CertificateParts = {}): TestCertificate {
  return makeLeaf(intermediate, {
    promises: [ctLog.promise()],
    ...parts,
    extensions: { ...fulcioExtensions({ 8: ISSUER }), ...parts.extensions },
  });
}

interface Given {
  readonly leaf?: TestCertificate;
  readonly signer?: SignerRequirement;
  readonly times?: readonly number[];
  readonly certificateLogs?: number;
}

function verify({ leaf, signer = KEYLESS, times = [AT], certificateLogs = 1 }: Given): VerifiedSigner {
  const requirement: Requirement = {
    signer,
    content: { kind: "signature" },
    trust: {
      certificateAuthorities: [authorityOf([intermediate, root])],
      timestampAuthorities: [],
      logs: [],
      ctLogs: [ctLog.trusted, otherCtLog.trusted],
      hash: "",
      warnings: [],
    },
    thresholds: { ...NO_WITNESSES, certificateLogs },
  };
  const proven = { times: times.map((instant) => ({ instant, source: "log" })) } as unknown as VerifiedTimes;
  const material = leaf === undefined ? { key: KEYS.p256.key } : { key: leaf.parsed.publicKey(), leaf: leaf.parsed };
  return verifySigner(material, proven, requirement);
}

describe("verifySigner() of a key", () => {
  const key = (validFor?: { start?: number; end?: number }): SignerRequirement => ({
    kind: "key",
    key: KEYS.p256.key,
    ...(validFor && { validFor }),
  });

  it("is the key, whatever the time, when it has no window", () => {
    const { principal, identity } = verify({ signer: key(), times: [] });
    assert.deepEqual(principal, { kind: "key", keyId: KEYS.p256.key.keyId });
    assert.equal(identity, undefined);
  });

  it("reject list: key window violated, or window without a proven time (by any of the times; its ends belong to it)", () => {
    verify({ signer: key({ start: AT, end: AT + 5 }), times: [AT, AT + 5] });
    failsWith("KeyOutsideWindow", () => verify({ signer: key({ start: AT, end: AT + 5 }), times: [AT, AT + 6] }));
    failsWith("KeyOutsideWindow", () => verify({ signer: key({ start: AT + 1 }), times: [AT, AT + 6] }));
  });

  it("reject list: key window violated, or window without a proven time (no time)", () => {
    failsWith("KeyTimeMissing", () => verify({ signer: key({}), times: [] }));
  });
});

describe("verifySigner() of a keyless certificate", () => {
  it("is issuer and subject, with all that Fulcio wrote", () => {
    const { principal, identity } = verify({ leaf: keylessLeaf() });
    assert.deepEqual(principal, { kind: "keyless", issuer: ISSUER, subject: SUBJECT });
    assert.equal(identity?.issuer, ISSUER);
  });

  it("reject list: integratedTime outside leaf validity or in the future (leaf validity, ends included)", () => {
    const leaf = keylessLeaf();
    verify({ leaf, times: [ISSUED_AT, ISSUED_AT + LEAF_MS] });
    failsWith("CertificateNotValid", () => verify({ leaf, times: [AT, ISSUED_AT - 1] }));
    failsWith("CertificateNotValid", () => verify({ leaf, times: [AT, ISSUED_AT + LEAF_MS + 1] }));
  });

  it("reject list: below threshold (distinct logs are counted)", () => {
    const twice = keylessLeaf({ promises: [ctLog.promise(), ctLog.promise({ timestamp: BigInt(AT) })] });
    failsWith("SctTooFew", () => verify({ leaf: twice, certificateLogs: 2 }));
    verify({ leaf: keylessLeaf({ promises: [ctLog.promise(), otherCtLog.promise()] }), certificateLogs: 2 });
  });

  it("reject list: SCT: none", () => {
    const leaf = makeLeaf(intermediate, { extensions: fulcioExtensions({ 8: ISSUER }) });
    failsWith("SctMissing", () => verify({ leaf }));
    verify({ leaf, certificateLogs: 0 });
  });

  it("compares the identity after everything else", () => {
    failsWith("IdentityIssuerMissing", () => verify({ leaf: makeLeaf(intermediate, { promises: [ctLog.promise()] }) }));
    failsWith("CertificateSignatureInvalid", () =>
      verify({ leaf: keylessLeaf({ signature: (bytes) => flipped(bytes), extensions: fulcioExtensions({ 8: "x" }) }) }),
    );
  });

  it("is a defect without a certificate or a trust root, never an accept", () => {
    assert.throws(() => verify({}), /has a certificate/);
    const material = { key: KEYS.p256.key, leaf: keylessLeaf().parsed };
    const requirement: Requirement = { signer: KEYLESS, content: { kind: "any" }, thresholds: NO_WITNESSES };
    assert.throws(
      () => verifySigner(material, { times: [] } as unknown as VerifiedTimes, requirement),
      /no trust root/,
    );
  });
});

describe("verifySigner() of a private PKI", () => {
  const authority = (change: Partial<Extract<SignerRequirement, { kind: "authority" }>> = {}): SignerRequirement => ({
    kind: "authority",
    authorities: [authorityOf([intermediate, root])],
    subject: exactly("build.acme.example"),
    insecureUseCurrentTime: false,
    ...change,
  });
  const names = subjectAltName([generalName.email("dev@acme.example"), generalName.dns("build.acme.example")]);
  const leaf = makeLeaf(intermediate, { extensions: { subjectAltName: names, extendedKeyUsage: undefined } });

  it("is the CA's anchor and the name that matched, of any kind; the leaf need not state its purpose", () => {
    assert.deepEqual(verify({ leaf, signer: authority(), certificateLogs: 0 }).principal, {
      kind: "authority",
      authority: root.parsed.publicKey().keyId,
      subject: "build.acme.example",
    });
  });

  it("refuses a purpose other than code signing", () => {
    const extensions = { subjectAltName: names, extendedKeyUsage: extendedKeyUsage([PURPOSE.timeStamping]) };
    const stamper = makeLeaf(intermediate, { extensions });
    failsWith("CertificatePurposeMissing", () => verify({ leaf: stamper, signer: authority(), certificateLogs: 0 }));
  });

  it("trusts the policy's authorities alone, and not those of the trust root", () => {
    const signer = authority({ authorities: [] });
    failsWith("CertificateIssuerUnknown", () => verify({ leaf, signer, certificateLogs: 0 }));
  });

  it("refuses another subject, and wants promises where they are asked for", () => {
    const signer = authority({ subject: exactly("acme.example") });
    failsWith("IdentitySubjectMismatch", () => verify({ leaf, signer, certificateLogs: 0 }));
    failsWith("SctMissing", () => verify({ leaf, signer: authority() }));
  });
});

describe("verifySigner() of a pinned leaf", () => {
  const leaf = makeLeaf(intermediate);
  const pinned = (subject: string): SignerRequirement => ({
    kind: "pinned-leaf",
    der: leaf.der,
    subject: exactly(subject),
  });

  it("is the leaf's key, valid at every proven time", () => {
    const { principal } = verify({ leaf, signer: pinned(SUBJECT) });
    assert.deepEqual(principal, { kind: "pinned-leaf", keyId: leaf.parsed.publicKey().keyId });
    failsWith("CertificateNotValid", () => verify({ leaf, signer: pinned(SUBJECT), times: [AT, ISSUED_AT - 1] }));
  });

  it("refuses another subject, and a certificate authority's own certificate", () => {
    failsWith("IdentitySubjectMismatch", () => verify({ leaf, signer: pinned("x") }));
    const ca: SignerRequirement = { kind: "pinned-leaf", der: root.der, subject: exactly("x") };
    failsWith("CertificateLeafIsCa", () => verify({ leaf: root, signer: ca }));
  });
});

describe("formatPrincipal()", () => {
  it("tells principals apart that a plain join would not", () => {
    const lines = [
      formatPrincipal({ kind: "key", keyId: "a" }),
      formatPrincipal({ kind: "pinned-leaf", keyId: "a" }),
      formatPrincipal({ kind: "keyless", issuer: "a", subject: "b c" }),
      formatPrincipal({ kind: "keyless", issuer: "a b", subject: "c" }),
      formatPrincipal({ kind: "authority", authority: "a", subject: "b c" }),
    ];
    assert.equal(new Set(lines).size, lines.length);
  });
});

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
  return copy;
}
