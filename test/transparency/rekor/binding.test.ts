/** The comparisons that bind an entry to a signature, each broken alone (CVE-2022-36056: vary each independently). */
import { createHash } from "node:crypto";
import { equal } from "node:assert/strict";
import { parseCertificate } from "../../../src/x509/certificate.ts";
import type { LoggedContent } from "../../../src/transparency/entry.ts";
import {
  checkAlgorithm,
  checkDigest,
  checkEnvelopeHash,
  checkMessage,
  checkPayloadHash,
  checkSignature,
  checkSigner,
  checkSignerPem,
  dsseOf,
} from "../../../src/transparency/rekor/binding.ts";
import { failsWith, refuses } from "../../support/failures.ts";
import { BY_CERTIFICATE, BY_KEY, BY_OTHER_KEY, ENVELOPE, MESSAGE, signatureOf } from "../fixtures.ts";

function pem(label: string, der: Uint8Array): Buffer {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return Buffer.from(`-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`);
}

function sha(
  algorithm: "sha256" | "sha384" | "sha512",
  bytes: Uint8Array | string,
): {
  algorithm: typeof algorithm;
  digest: Uint8Array;
} {
  return { algorithm, digest: createHash(algorithm).update(bytes).digest() };
}

describe("checkSignature()", () => {
  it("wants the same bytes", () => {
    const logged = signatureOf(MESSAGE);
    checkSignature(Uint8Array.from(logged.signature), logged);
    for (const other of [logged.signature.subarray(1), Buffer.concat([logged.signature, Buffer.of(0)]), Buffer.of()]) {
      failsWith("LogSignatureMismatch", () => checkSignature(other, logged));
    }
  });
});

describe("checkSignerPem()", () => {
  const { der } = BY_CERTIFICATE.kind === "certificate" ? BY_CERTIFICATE : { der: Buffer.of() };
  const [byCertificate, byKey] = [signatureOf(MESSAGE, BY_CERTIFICATE), signatureOf(MESSAGE, BY_KEY)];
  const other = signatureOf(MESSAGE, BY_OTHER_KEY);
  const chop = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte));

  it("takes the certificate that signed", () => checkSignerPem(pem("CERTIFICATE", der), byCertificate));
  it("takes the key that signed", () => checkSignerPem(pem("PUBLIC KEY", BY_KEY.spki), byKey));
  it("takes a certificate of the key that the rule names", () => checkSignerPem(pem("CERTIFICATE", der), byKey));

  it("refuses others", () => {
    failsWith("LogSignerMismatch", () => checkSignerPem(pem("CERTIFICATE", chop(der)), byCertificate));
    failsWith("LogSignerMismatch", () => checkSignerPem(pem("PUBLIC KEY", BY_KEY.spki), other));
    failsWith("LogSignerMismatch", () => checkSignerPem(pem("CERTIFICATE", der), other));
  });

  it("refuses the bare key of a certificate that signed", () => {
    failsWith("LogSignerMismatch", () => checkSignerPem(pem("PUBLIC KEY", BY_KEY.spki), byCertificate));
  });

  it("trap 4: refuses the same certificate with a byte behind it", () => {
    const longer = pem("CERTIFICATE", Buffer.concat([der, Buffer.of(0)]));
    failsWith("LogSignerMismatch", () => checkSignerPem(longer, byCertificate));
    failsWith("CertificateMalformed", () => checkSignerPem(longer, byKey));
  });

  it("refuses other labels, whatever they hold", () => {
    for (const label of ["PRIVATE KEY", "RSA PUBLIC KEY", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]) {
      failsWith("LogSignerMismatch", () => checkSignerPem(pem(label, BY_KEY.spki), byKey));
    }
  });

  const one = pem("CERTIFICATE", der).toString();
  const unreadable: Readonly<Record<string, string | Buffer>> = {
    "a chain": one + one,
    "text before it": `subject\n${one}`,
    "labels that differ": one.replace("END CERTIFICATE", "END PUBLIC KEY"),
    "bare base64": Buffer.from(der).toString("base64"),
    "bytes that are not UTF-8": Buffer.from([0xff]),
    nothing: "",
  };
  for (const [name, text] of Object.entries(unreadable)) {
    it(`refuses ${name}`, () => refuses(/PEM|UTF-8|base64/, () => checkSignerPem(Buffer.from(text), byCertificate)));
  }

  it("compares the key of the very certificate", () => equal(parseCertificate(der).spki.length, BY_KEY.spki.length));
});

describe("checkSigner()", () => {
  it("is a failure for another signer", () => {
    checkSigner(true);
    failsWith("LogSignerMismatch", () => checkSigner(false));
  });
});

describe("checkDigest()", () => {
  const message = Buffer.from("simple signing payload");
  const pae = `DSSEv1 28 application/vnd.in-toto+json 21 {"_type":"statement"}`;
  const only256: LoggedContent = { kind: "message", message, algorithm: "sha256" };
  const bare: LoggedContent = { kind: "digest", ...sha("sha256", message) };

  for (const algorithm of ["sha256", "sha384", "sha512"] as const) {
    it(`takes ${algorithm} of the message, and of the bytes that an envelope signs`, () => {
      checkDigest(sha(algorithm, message), MESSAGE);
      checkDigest(sha(algorithm, pae), ENVELOPE);
    });
  }

  it("takes the digest where there is no more", () => {
    checkDigest(sha("sha256", message), bare);
    checkDigest(sha("sha256", message), only256);
  });

  it("refuses the digest of anything else", () => {
    for (const content of [MESSAGE, only256, bare, ENVELOPE]) {
      failsWith("LogDigestMismatch", () => checkDigest(sha("sha256", "other"), content));
    }
    // the payload is not what an envelope signs
    failsWith("LogDigestMismatch", () => checkDigest(sha("sha256", '{"_type":"statement"}'), ENVELOPE));
  });

  it("refuses another algorithm where one is named, right digest or not", () => {
    failsWith("LogDigestAlgorithmMismatch", () => checkDigest(sha("sha512", message), only256));
    failsWith("LogDigestAlgorithmMismatch", () => checkDigest(sha("sha512", message), bare));
    checkAlgorithm("sha256", "sha256");
    failsWith("LogDigestAlgorithmMismatch", () => checkAlgorithm("sha256", "sha384"));
  });
});

describe("dsseOf(), checkMessage(), checkPayloadHash() and checkEnvelopeHash()", () => {
  it("want an envelope, or a message", () => {
    equal(dsseOf(signatureOf(ENVELOPE)), ENVELOPE);
    failsWith("LogKindUnfit", () => dsseOf(signatureOf(MESSAGE)));
    checkMessage(signatureOf(MESSAGE));
    failsWith("LogKindUnfit", () => checkMessage(signatureOf(ENVELOPE)));
    failsWith("LogKindUnfit", () => dsseOf(signatureOf({ kind: "digest", ...sha("sha256", "x") })));
  });

  it("compare the hash of the payload", () => {
    const content = dsseOf(signatureOf(ENVELOPE));
    checkPayloadHash(sha("sha256", content.payload), content);
    failsWith("LogPayloadHashMismatch", () => checkPayloadHash(sha("sha256", "other"), content));
  });

  it("compare the hash of the envelope", () => {
    checkEnvelopeHash(sha("sha512", "{}"), Buffer.from("{}"));
    failsWith("LogEnvelopeHashMismatch", () => checkEnvelopeHash(sha("sha256", "{}"), Buffer.from("{ }")));
  });
});
