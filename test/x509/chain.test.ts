/** One test a rule of verification-spec §4.2: a sound chain with exactly one thing broken, all above it signed anew. */
import assert from "node:assert/strict";
import { parseCertificate } from "../../src/x509/certificate.ts";
import { isSignedBy, verifyChain } from "../../src/x509/chain.ts";
import { sequence } from "../support/der-writer.ts";
import { failsWith } from "../support/failures.ts";
import { authorityOf, ISSUED_AT, LEAF_MS, makeIntermediate, makeLeaf, makeRoot } from "../support/x509/certificate.ts";
import { basicConstraints } from "../support/x509/extension.ts";
import { testKey, type KeyKind, type SignatureHash } from "../support/x509/key.ts";
import { distinguishedName } from "../support/x509/name.ts";
import { AT, authority, chainOf, intermediate, leaf, refuses, root, verify } from "./chain-fixtures.ts";

const YEAR_MS = 31_536_000_000;

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
  it("reject list: expired/not-yet-valid leaf or CA at any verified time (leaf; its ends belong to it: trap 18)", () => {
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
    it(`reject list: expired/not-yet-valid leaf or CA at any verified time (${which}: CVE-2026-24122)`, () => {
      refuses("CertificateAuthorityNotValid", chainOf(parts));
    });
  }

  it("reject list: expired/not-yet-valid leaf or CA at any verified time (CA, though valid at the others)", () => {
    const end = ISSUED_AT + 5000;
    const link = chainOf({ intermediate: { notAfter: end } });
    verify(link, [ISSUED_AT, end]);
    refuses("CertificateAuthorityNotValid", link, [ISSUED_AT, end + 1]);
  });

  it("reject list: expired/not-yet-valid leaf or CA at any verified time (a leaf whose validity ends before it begins)", () => {
    refuses("CertificateNotValid", chainOf({ leaf: { notAfter: ISSUED_AT - 1000 } }));
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
