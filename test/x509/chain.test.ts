/** One test a rule of verification-spec §4.2: a sound chain with exactly one thing broken, all above it signed anew. */
import assert from "node:assert/strict";
import { parseCertificate } from "../../src/x509/certificate.ts";
import { isSignedBy, verifyChain, type CertificateAuthority, type Purpose } from "../../src/x509/chain.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { octetString, sequence } from "../support/der-writer.ts";
import { failsWith } from "../support/failures.ts";
import {
  authorityOf,
  ISSUED_AT,
  LEAF_MS,
  makeIntermediate,
  makeLeaf,
  makeRoot,
  makeTimestampLeaf,
  type CertificateParts,
  type TestCertificate,
} from "../support/x509/certificate.ts";
import {
  authorityKeyId,
  basicConstraints,
  extendedKeyUsage,
  extension,
  EXTENSION,
  keyUsage,
  poison,
  PURPOSE,
  subjectAltName,
  subjectKeyId,
} from "../support/x509/extension.ts";
import { testKey, type KeyKind, type SignatureHash } from "../support/x509/key.ts";
import { distinguishedName, generalName } from "../support/x509/name.ts";

const root = makeRoot();
const intermediate = makeIntermediate(root);
const leaf = makeLeaf(intermediate);
const authority = authorityOf([intermediate, root]);
const AT = [ISSUED_AT + 1000];
const YEAR_MS = 31_536_000_000;

interface Link {
  readonly leaf: TestCertificate;
  readonly authority: CertificateAuthority;
}

/** A chain of three; each part says what differs in one of its certificates. */
function chainOf(parts: { root?: CertificateParts; intermediate?: CertificateParts; leaf?: CertificateParts }): Link {
  const top = makeRoot(parts.root);
  const middle = makeIntermediate(top, parts.intermediate);
  return { leaf: makeLeaf(middle, parts.leaf), authority: authorityOf([middle, top]) };
}

function verify(link: Link, times: readonly number[] = AT, purpose: Purpose = "codeSigning"): void {
  const { issuer, authority: by } = verifyChain(link.leaf.parsed, [link.authority], times, purpose);
  assert.equal(by, link.authority);
  assert.equal(issuer, link.authority.chain[0]);
}

function refuses(code: FailureCode, link: Link, times: readonly number[] = AT): void {
  failsWith(code, () => verifyChain(link.leaf.parsed, [link.authority], times, "codeSigning"));
}

describe("verifyChain()", () => {
  it("accepts a leaf of a sound authority and says which, and by whose key", () => {
    verify({ leaf, authority });
  });

  it("accepts keys of every kind, each with the hashes that are allowed", () => {
    for (const key of ["P-256", "P-384", "P-521", "RSA-2048", "Ed25519"] as KeyKind[]) {
      for (const hash of ["sha256", "sha384", "sha512"] as SignatureHash[]) {
        const parts = { key, hash };
        verify(chainOf({ root: parts, intermediate: parts, leaf: parts }));
      }
    }
  });

  it("accepts an authority of one certificate, and one of three", () => {
    verify({ leaf: makeLeaf(root), authority: authorityOf([root]) });
    const extensions = { basicConstraints: basicConstraints(true, 1) };
    const upper = makeIntermediate(root, { extensions, subject: distinguishedName({ commonName: "upper" }) });
    const key = testKey("P-256", "lower");
    const lower = makeIntermediate(upper, { key });
    verify({ leaf: makeLeaf(lower), authority: authorityOf([lower, upper, root]) });
  });

  it("takes the last certificate as anchor, self-signed or not", () => {
    verify({ leaf, authority: authorityOf([intermediate]) });
  });

  it("is a defect without a time", () => {
    assert.throws(() => verifyChain(leaf.parsed, [authority], [], "codeSigning"), /needs a time/);
  });
});

describe("rule 1: the window of the authority", () => {
  it("reject list: CA window, at any of the times; its ends belong to it", () => {
    const validFor = { start: ISSUED_AT, end: ISSUED_AT + 2000 };
    const windowed = authorityOf([intermediate, root], validFor);
    verify({ leaf, authority: windowed }, [validFor.start, validFor.end]);
    refuses("CertificateAuthorityOutsideWindow", { leaf, authority: windowed }, [validFor.start, validFor.end + 1]);
    const later = authorityOf([intermediate, root], { start: ISSUED_AT + 1 });
    refuses("CertificateAuthorityOutsideWindow", { leaf, authority: later }, [ISSUED_AT]);
  });

  it("wants one authority for all times", () => {
    const before = authorityOf([intermediate, root], { end: ISSUED_AT });
    const after = authorityOf([intermediate, root], { start: ISSUED_AT + 1 });
    const check = (...times: number[]): unknown => verifyChain(leaf.parsed, [before, after], times, "codeSigning");
    check(ISSUED_AT);
    check(ISSUED_AT + 1);
    failsWith("CertificateAuthorityOutsideWindow", () => check(ISSUED_AT, ISSUED_AT + 1));
  });
});

describe("rule 2: names and signatures from leaf to anchor", () => {
  it("reject list: no path to a CA of the selected root", () => {
    failsWith("CertificateIssuerUnknown", () => verifyChain(leaf.parsed, [], AT, "codeSigning"));
    failsWith("CertificateIssuerUnknown", () => verifyChain(leaf.parsed, [authorityOf([])], AT, "codeSigning"));
    refuses("CertificateIssuerUnknown", { leaf, authority: authorityOf([root]) });
  });

  it("reject list: name mismatch, even of one that reads the same", () => {
    const issuerName = distinguishedName({ organization: "sigstore.example", commonName: "intermediatE" });
    refuses("CertificateIssuerUnknown", chainOf({ leaf: { issuerName } }));
    const otherForm = distinguishedName({ organization: "sigstore.example", commonName: "intermediate" }, (text) =>
      Buffer.concat([Buffer.of(0x13, text.length), Buffer.from(text)]),
    );
    refuses("CertificateIssuerUnknown", chainOf({ leaf: { issuerName: otherForm } }));
  });

  it("reject list: wrong signature", () => {
    const flip = (signature: Uint8Array): Uint8Array => signature.map((byte, i) => (i === 20 ? byte ^ 1 : byte));
    refuses("CertificateSignatureInvalid", chainOf({ leaf: { signature: flip } }));
    refuses("CertificateSignatureInvalid", chainOf({ leaf: { signature: () => new Uint8Array() } }));
    const changed = Uint8Array.from(leaf.der);
    const serialNumberAt = Buffer.from(changed).indexOf(Buffer.from("a003020102020103", "hex")) + 7;
    changed[serialNumberAt] = 9;
    failsWith("CertificateSignatureInvalid", () =>
      verifyChain(parseCertificate(changed), [authority], AT, "codeSigning"),
    );
  });

  it("reject list: wrong signature, by another authority of the same Name (trap 7)", () => {
    const impostor = makeIntermediate(root, {
      key: testKey("P-256", "impostor"),
      extensions: { subjectKeyId: undefined },
    });
    const forged = makeLeaf(impostor, { extensions: { authorityKeyId: undefined } });
    refuses("CertificateSignatureInvalid", { leaf: forged, authority });
  });

  it("finds the authority that signed among two of one Name, in either order (trap 7)", () => {
    const key = testKey("P-384", "second root");
    const second = makeRoot({ key, extensions: { subjectKeyId: undefined } });
    const authorities = [authorityOf([root]), authorityOf([second])];
    for (const issuer of [root, second]) {
      const issued = makeLeaf(issuer, { extensions: { authorityKeyId: undefined } }).parsed;
      for (const order of [authorities, authorities.toReversed()]) {
        assert.equal(verifyChain(issued, order, AT, "codeSigning").issuer, issuer.parsed);
      }
    }
  });

  it("tells of the authority that came nearest, in either order", () => {
    const other = authorityOf([makeRoot({ key: "P-384", extensions: { subjectKeyId: undefined } })]);
    const late = authorityOf([root], { start: ISSUED_AT + YEAR_MS });
    const issued = makeLeaf(root).parsed;
    for (const order of [
      [other, late],
      [late, other],
    ]) {
      failsWith("CertificateAuthorityOutsideWindow", () => verifyChain(issued, order, AT, "codeSigning"));
    }
  });

  it("reject list: wrong signature or name between the authority's own certificates", () => {
    const stranger = makeRoot({ key: testKey("P-256", "stranger"), extensions: { subjectKeyId: undefined } });
    refuses("CertificateChainBroken", { leaf, authority: authorityOf([intermediate, stranger]) });
    const renamed = makeRoot({ subject: distinguishedName({ commonName: "renamed" }) });
    refuses("CertificateChainBroken", { leaf, authority: authorityOf([intermediate, renamed]) });
    refuses("CertificateChainBroken", { leaf: makeLeaf(root), authority: authorityOf([root, intermediate]) });
  });

  it("remembers that an authority is broken", () => {
    const broken = authorityOf([intermediate, intermediate]);
    refuses("CertificateChainBroken", { leaf, authority: broken });
    refuses("CertificateChainBroken", { leaf, authority: broken });
  });
});

describe("rule 3: validity at every time", () => {
  it("reject list: expired/not-yet-valid leaf at any verified time; its ends belong to it (trap 18)", () => {
    const end = ISSUED_AT + LEAF_MS;
    verify({ leaf, authority }, [ISSUED_AT, end]);
    refuses("CertificateNotValid", { leaf, authority }, [ISSUED_AT - 1]);
    refuses("CertificateNotValid", { leaf, authority }, [end + 1]);
    refuses("CertificateNotValid", { leaf, authority }, [ISSUED_AT, end + 1, end]);
  });

  const ended = { notAfter: ISSUED_AT - 1000 };
  const young = { notBefore: ISSUED_AT + YEAR_MS };
  for (const [which, parts] of Object.entries({
    "an expired issuing CA": { intermediate: ended },
    "an issuing CA that is not valid yet": { intermediate: young },
    "an expired anchor": { root: ended },
    "an anchor that is not valid yet": { root: young },
  })) {
    it(`reject list: expired/not-yet-valid CA at any verified time: ${which} (CVE-2026-24122)`, () => {
      refuses("CertificateAuthorityNotValid", chainOf(parts));
    });
  }

  it("reject list: expired CA at any verified time, though valid at the others", () => {
    const end = ISSUED_AT + 5000;
    const link = chainOf({ intermediate: { notAfter: end } });
    verify(link, [ISSUED_AT, end]);
    refuses("CertificateAuthorityNotValid", link, [ISSUED_AT, end + 1]);
  });

  it("reject list: expired leaf whose validity ends before it begins", () => {
    refuses("CertificateNotValid", chainOf({ leaf: { notAfter: ISSUED_AT - 1000 } }));
  });
});

describe("rule 4: who may issue", () => {
  it("reject list: leaf is CA", () => {
    refuses("CertificateLeafIsCa", chainOf({ leaf: { extensions: { basicConstraints: basicConstraints(true) } } }));
    verify(chainOf({ leaf: { extensions: { basicConstraints: basicConstraints(false) } } }));
  });

  it("reject list: leaf is CA, when an authority's own certificate is given for one (trap 8)", () => {
    refuses("CertificateLeafIsCa", { leaf: intermediate, authority: authorityOf([root]) });
    const extensions = { extendedKeyUsage: extendedKeyUsage([PURPOSE.codeSigning]) };
    const ambitious = makeRoot({ extensions });
    refuses("CertificateLeafIsCa", { leaf: ambitious, authority: authorityOf([ambitious]) });
  });

  for (const which of ["intermediate", "root"] as const) {
    it(`reject list: CA without cA/keyCertSign: the ${which}`, () => {
      for (const extensions of [
        { basicConstraints: undefined },
        { basicConstraints: basicConstraints(false) },
        { keyUsage: keyUsage(["digitalSignature", "cRLSign"]) },
      ]) {
        refuses("CertificateAuthorityNotCa", chainOf({ [which]: { extensions } }));
      }
      verify(chainOf({ [which]: { extensions: { keyUsage: undefined } } }));
    });
  }

  it("reject list: pathLen", () => {
    refuses(
      "CertificatePathTooLong",
      chainOf({ root: { extensions: { basicConstraints: basicConstraints(true, 0) } } }),
    );
    verify(chainOf({ root: { extensions: { basicConstraints: basicConstraints(true, 1) } } }));
  });

  it("reject list: pathLen counts a certificate that its own Name issued", () => {
    const top = makeRoot({ extensions: { basicConstraints: basicConstraints(true, 0) } });
    const middle = makeIntermediate(top, { subject: top.subject });
    refuses("CertificatePathTooLong", { leaf: makeLeaf(middle), authority: authorityOf([middle, top]) });
  });
});

describe("rule 5: purposes", () => {
  const lacking: Readonly<Record<string, Uint8Array | undefined>> = {
    "no extKeyUsage (trap 9)": undefined,
    "another purpose": extendedKeyUsage([PURPOSE.serverAuth]),
    anyExtendedKeyUsage: extendedKeyUsage([PURPOSE.any]),
    "timeStamping: a signer of times is no signer of images (trap 9)": extendedKeyUsage([PURPOSE.timeStamping], true),
  };
  for (const [what, value] of Object.entries(lacking)) {
    it(`reject list: missing codeSigning: ${what}`, () => {
      refuses("CertificatePurposeMissing", chainOf({ leaf: { extensions: { extendedKeyUsage: value } } }));
    });
  }

  it("lets a leaf have further purposes, critical or not", () => {
    for (const critical of [true, false]) {
      const extensions = { extendedKeyUsage: extendedKeyUsage([PURPOSE.serverAuth, PURPOSE.codeSigning], critical) };
      verify(chainOf({ leaf: { extensions } }));
    }
  });

  it("reject list: missing codeSigning in a CA that has purposes", () => {
    const other = { extensions: { extendedKeyUsage: extendedKeyUsage([PURPOSE.timeStamping]) } };
    refuses("CertificateAuthorityPurpose", chainOf({ intermediate: other }));
    refuses("CertificateAuthorityPurpose", chainOf({ root: other }));
    for (const value of [undefined, extendedKeyUsage([PURPOSE.any])]) {
      verify(chainOf({ intermediate: { extensions: { extendedKeyUsage: value } } }));
    }
  });

  describe("for times", () => {
    const stamping = makeIntermediate(root, {
      extensions: { extendedKeyUsage: extendedKeyUsage([PURPOSE.timeStamping]) },
    });
    const stampers = authorityOf([stamping, root]);
    const check = (parts: CertificateParts): unknown =>
      verifyChain(makeTimestampLeaf(stamping, parts).parsed, [stampers], AT, "timeStamping");

    it("accepts a signer for that purpose alone, critical", () => {
      check({});
    });

    it("refuses a signer of images (trap 9)", () => {
      const extensions = { extendedKeyUsage: extendedKeyUsage([PURPOSE.codeSigning], true) };
      failsWith("CertificatePurposeMissing", () => check({ extensions }));
    });

    it("refuses one with a purpose besides, known or not, or that purpose twice", () => {
      for (const other of [PURPOSE.codeSigning, "1.2.3", PURPOSE.timeStamping]) {
        const extensions = { extendedKeyUsage: extendedKeyUsage([PURPOSE.timeStamping, other], true) };
        failsWith("CertificatePurposeNotExclusive", () => check({ extensions }));
      }
    });

    it("refuses one whose purpose is not critical", () => {
      const extensions = { extendedKeyUsage: extendedKeyUsage([PURPOSE.timeStamping]) };
      failsWith("CertificatePurposeNotExclusive", () => check({ extensions }));
    });

    it("refuses an authority for images, and remembers each purpose apart", () => {
      const open = makeTimestampLeaf(intermediate).parsed;
      failsWith("CertificateAuthorityPurpose", () => verifyChain(open, [authority], AT, "timeStamping"));
      verify({ leaf, authority });
    });

    it("refuses a CA as signer", () => {
      failsWith("CertificateLeafIsCa", () => check({ extensions: { basicConstraints: basicConstraints(true) } }));
    });
  });
});

describe("rule 6: the leaf's key usage", () => {
  it("wants digitalSignature where there is a key usage", () => {
    for (const usages of [["keyEncipherment"], ["keyCertSign"]] as const) {
      refuses("CertificateKeyUsageMissing", chainOf({ leaf: { extensions: { keyUsage: keyUsage(usages) } } }));
    }
    verify(chainOf({ leaf: { extensions: { keyUsage: undefined } } }));
  });
});

describe("rule 7: critical extensions", () => {
  const unknown = extension("1.2.3.4", octetString(new Uint8Array()), true);
  for (const which of ["leaf", "intermediate", "root"] as const) {
    it(`reject list: unknown critical extension in the ${which}`, () => {
      refuses("CertificateCriticalExtension", chainOf({ [which]: { extra: [unknown] } }));
      verify(chainOf({ [which]: { extra: [extension("1.2.3.4", new Uint8Array())] } }));
    });
  }

  it("reject list: unknown critical extension: key identifiers, promises, the poison of a precertificate", () => {
    for (const extra of [
      extension(EXTENSION.subjectKeyId, octetString(leaf.keyId), true),
      extension(EXTENSION.authorityKeyId, sequence(), true),
      extension(EXTENSION.sctList, octetString(new Uint8Array()), true),
      poison(),
    ]) {
      const extensions = { subjectKeyId: undefined, authorityKeyId: undefined };
      refuses("CertificateCriticalExtension", chainOf({ leaf: { extensions, extra: [extra] } }));
    }
  });

  it("accepts the four that it understands, critical (trap 12: a critical otherName alone)", () => {
    const extensions = {
      basicConstraints: basicConstraints(false, undefined, true),
      extendedKeyUsage: extendedKeyUsage([PURPOSE.codeSigning], true),
      subjectAltName: subjectAltName([generalName.otherName("user!sigstore.example")], true),
    };
    verify(chainOf({ leaf: { extensions } }));
  });

  it("refuses authorities with name constraints, critical or not", () => {
    for (const critical of [true, false]) {
      const extra = [extension(EXTENSION.nameConstraints, sequence(), critical)];
      refuses("CertificateNameConstraints", chainOf({ intermediate: { extra } }));
      refuses("CertificateNameConstraints", chainOf({ root: { extra } }));
    }
  });

  it("reject list: unknown critical extension: name constraints mean nothing in a leaf", () => {
    const constraints = (critical: boolean): Uint8Array => extension(EXTENSION.nameConstraints, sequence(), critical);
    refuses("CertificateCriticalExtension", chainOf({ leaf: { extra: [constraints(true)] } }));
    verify(chainOf({ leaf: { extra: [constraints(false)] } }));
  });
});

describe("rule 9: key identifiers", () => {
  it("must be equal where both certificates have one", () => {
    const other = { extensions: { authorityKeyId: authorityKeyId(root.keyId) } };
    refuses("CertificateIssuerUnknown", chainOf({ leaf: other }));
    const unlike = { extensions: { subjectKeyId: subjectKeyId(Uint8Array.of(1)) } };
    refuses("CertificateIssuerUnknown", chainOf({ intermediate: unlike }));
    refuses("CertificateChainBroken", chainOf({ root: unlike }));
  });

  it("may be absent in either", () => {
    verify(chainOf({ leaf: { extensions: { authorityKeyId: undefined } } }));
    verify(chainOf({ intermediate: { extensions: { subjectKeyId: undefined } } }));
    verify(chainOf({ leaf: { extensions: { authorityKeyId: extension(EXTENSION.authorityKeyId, sequence()) } } }));
  });
});

describe("rule 10: algorithms", () => {
  for (const key of ["P-256", "RSA-2048"] as KeyKind[]) {
    it(`reject list: weak algorithm: SHA-1 with ${key}`, () => {
      const [parts, hash] = [{ key }, "sha1"] as const;
      refuses("CertificateAlgorithmUnsupported", chainOf({ intermediate: parts, leaf: { hash } }));
      refuses("CertificateAlgorithmUnsupported", chainOf({ root: parts, intermediate: { hash } }));
    });
  }

  it("lets an anchor sign itself by any algorithm, since nobody looks", () => {
    verify(chainOf({ root: { hash: "sha1" } }));
  });

  it("reject list: weak algorithm: an authority's key that is not supported", () => {
    const top = makeRoot({ key: "RSA-1024" });
    refuses("KeyUnsupported", { leaf: makeLeaf(top), authority: authorityOf([top]) });
  });

  it("reject list: weak algorithm: one of another kind than the authority's key", () => {
    const ecdsa = sequence(Uint8Array.of(6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2));
    const algorithms = { innerAlgorithm: ecdsa, outerAlgorithm: ecdsa };
    refuses("CertificateSignatureInvalid", chainOf({ intermediate: { key: "RSA-2048" }, leaf: algorithms }));
  });
});

describe("isSignedBy()", () => {
  it("goes by the key alone", () => {
    const expired = makeIntermediate(root, { notAfter: 0, subject: sequence() });
    assert.equal(isSignedBy(leaf.parsed, expired.parsed), true);
    assert.equal(isSignedBy(leaf.parsed, root.parsed), false);
    assert.equal(isSignedBy(makeLeaf(intermediate, { hash: "sha1" }).parsed, intermediate.parsed), false);
  });
});
