/** Rules 4 to 10 of verification-spec §4.2 (chain.test.ts has 1 to 3): who may issue what, and by which algorithms. */
import { verifyChain } from "../../src/x509/chain.ts";
import { octetString, sequence } from "../support/der-writer.ts";
import { failsWith } from "../support/failures.ts";
import {
  authorityOf,
  makeIntermediate,
  makeLeaf,
  makeRoot,
  makeTimestampLeaf,
  type CertificateParts,
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
import { type KeyKind } from "../support/x509/key.ts";
import { generalName } from "../support/x509/name.ts";
import { AT, authority, chainOf, intermediate, leaf, refuses, root, verify } from "./chain-fixtures.ts";

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

describe("rule 5, of who calls the webhook", () => {
  const check = (extensions: CertificateParts["extensions"]): unknown =>
    verifyChain(makeLeaf(root, { extensions: extensions ?? {} }).parsed, [authorityOf([root])], AT, "clientAuth");

  it("wants clientAuth, perhaps with others, and takes nothing in its place", () => {
    check({ extendedKeyUsage: extendedKeyUsage([PURPOSE.clientAuth]) });
    check({ extendedKeyUsage: extendedKeyUsage([PURPOSE.serverAuth, PURPOSE.clientAuth]) });
    for (const purposes of [[PURPOSE.serverAuth], [PURPOSE.codeSigning], [PURPOSE.any]]) {
      failsWith("CertificatePurposeMissing", () => check({ extendedKeyUsage: extendedKeyUsage(purposes) }));
    }
    failsWith("CertificatePurposeMissing", () => check({ extendedKeyUsage: undefined }));
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
