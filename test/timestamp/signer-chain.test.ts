/** The chain of a token's signer at its time (verification-spec §6 steps 8 and 9): each rule broken alone. */
import assert from "node:assert/strict";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { verifyTimestamp } from "../../src/timestamp/timestamp.ts";
import { failsWith } from "../support/failures.ts";
import { STAMPED_AT, TestTimestampAuthority, type AuthorityOptions } from "../support/timestamp/authority.ts";
import { basicConstraints, extendedKeyUsage, keyUsage, PURPOSE } from "../support/x509/extension.ts";
import { SIGNATURE } from "./fixtures.ts";

describe("the chain of a signer", () => {
  const timeStamping = extendedKeyUsage([PURPOSE.timeStamping], true);
  const refused: Readonly<Record<string, readonly [FailureCode, AuthorityOptions]>> = {
    "reject list: chain/EKU/CA-flag (the signer is a CA)": [
      "CertificateLeafIsCa",
      { signer: { extensions: { basicConstraints: basicConstraints(true) } } },
    ],
    "reject list: chain/EKU/CA-flag (a signer for code)": [
      "CertificatePurposeMissing",
      { signer: { extensions: { extendedKeyUsage: extendedKeyUsage([PURPOSE.codeSigning], true) } } },
    ],
    "reject list: chain/EKU/CA-flag (a signer for any purpose)": [
      "CertificatePurposeMissing",
      { signer: { extensions: { extendedKeyUsage: extendedKeyUsage([PURPOSE.any], true) } } },
    ],
    "reject list: chain/EKU/CA-flag (a signer without purpose)": [
      "CertificatePurposeMissing",
      { signer: { extensions: { extendedKeyUsage: undefined } } },
    ],
    "reject list: chain/EKU/CA-flag (a purpose that is not critical)": [
      "CertificatePurposeNotExclusive",
      { signer: { extensions: { extendedKeyUsage: extendedKeyUsage([PURPOSE.timeStamping]) } } },
    ],
    "reject list: chain/EKU/CA-flag (an unknown purpose beside)": [
      "CertificatePurposeNotExclusive",
      { signer: { extensions: { extendedKeyUsage: extendedKeyUsage([PURPOSE.timeStamping, "1.2.3"], true) } } },
    ],
    "a key that may not sign": [
      "CertificateKeyUsageMissing",
      { signer: { extensions: { keyUsage: keyUsage(["keyCertSign"]) } } },
    ],
    "reject list: chain/EKU/CA-flag (an intermediate for code)": [
      "CertificateAuthorityPurpose",
      { intermediate: { extensions: { extendedKeyUsage: extendedKeyUsage([PURPOSE.codeSigning]) } } },
    ],
    "reject list: chain/EKU/CA-flag (an intermediate that is no CA)": [
      "CertificateAuthorityNotCa",
      { intermediate: { extensions: { basicConstraints: undefined } } },
    ],
    "reject list: chain/EKU/CA-flag (a certificate signed with SHA-1)": [
      "CertificateAlgorithmUnsupported",
      { signer: { hash: "sha1" } },
    ],
    "reject list: genTime outside chain, TSA window, leaf validity, or future (chain: before the signer)": [
      "CertificateNotValid",
      { signer: { notBefore: STAMPED_AT + 1000 } },
    ],
    "reject list: genTime outside chain, TSA window, leaf validity, or future (chain: after the signer)": [
      "CertificateNotValid",
      { signer: { notAfter: STAMPED_AT - 1000 } },
    ],
    "reject list: genTime outside chain, TSA window, leaf validity, or future (chain: after the intermediate)": [
      "CertificateAuthorityNotValid",
      { intermediate: { notAfter: STAMPED_AT - 1000 } },
    ],
    "reject list: genTime outside chain, TSA window, leaf validity, or future (chain: before the root)": [
      "CertificateAuthorityNotValid",
      { root: { notBefore: STAMPED_AT + 1000 } },
    ],
    "reject list: genTime outside chain, TSA window, leaf validity, or future (TSA window: before)": [
      "CertificateAuthorityOutsideWindow",
      { validFor: { start: STAMPED_AT + 1 } },
    ],
    "reject list: genTime outside chain, TSA window, leaf validity, or future (TSA window: after)": [
      "CertificateAuthorityOutsideWindow",
      { validFor: { end: STAMPED_AT - 1 } },
    ],
  };
  for (const [name, [code, options]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => {
      const own = new TestTimestampAuthority(options);
      failsWith(code, () => verifyTimestamp(own.stamp(SIGNATURE), SIGNATURE, [own.trusted]));
      const token = own.stamp(SIGNATURE, { certificates: [own.signer.der] });
      failsWith(code, () => verifyTimestamp(token, SIGNATURE, [own.trustedWithoutSigner]));
    });
  }

  const accepted: Readonly<Record<string, AuthorityOptions>> = {
    "an intermediate without purpose": { intermediate: { extensions: { extendedKeyUsage: undefined } } },
    "an intermediate for any purpose": {
      intermediate: { extensions: { extendedKeyUsage: extendedKeyUsage([PURPOSE.any]) } },
    },
    "an intermediate for two purposes": {
      intermediate: {
        extensions: { extendedKeyUsage: extendedKeyUsage([PURPOSE.codeSigning, PURPOSE.timeStamping]) },
      },
    },
    "certificates that were valid for that second alone, and a window of that millisecond": {
      root: { notBefore: STAMPED_AT, notAfter: STAMPED_AT },
      intermediate: { notBefore: STAMPED_AT, notAfter: STAMPED_AT },
      signer: { notBefore: STAMPED_AT, notAfter: STAMPED_AT, extensions: { extendedKeyUsage: timeStamping } },
      validFor: { start: STAMPED_AT, end: STAMPED_AT },
    },
  };
  for (const [name, options] of Object.entries(accepted)) {
    it(`takes ${name}`, () => {
      const own = new TestTimestampAuthority(options);
      assert.equal(verifyTimestamp(own.stamp(SIGNATURE), SIGNATURE, [own.trusted]).instant, STAMPED_AT);
    });
  }
});
