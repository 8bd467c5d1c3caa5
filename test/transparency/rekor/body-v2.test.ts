/** What the bodies of Rekor v2 share: their members and no others, the verifier by its own name, canonical bytes. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { parseJson, type JsonObject } from "../../../src/encoding/json.ts";
import { parseBody } from "../../../src/transparency/rekor/body.ts";
import {
  base64HashAt,
  checkCanonical,
  checkVerifier,
  onlyMembers,
  specOf,
  writeHash,
  writeSignature,
} from "../../../src/transparency/rekor/body-v2.ts";
import { failsWith, refuses } from "../../support/failures.ts";
import { BY_CERTIFICATE, BY_KEY, BY_OTHER_KEY, MESSAGE, signatureOf, spkiOf } from "../fixtures.ts";

function json(value: unknown): JsonObject {
  return parseJson(JSON.stringify(value)) as JsonObject;
}

describe("specOf() and onlyMembers()", () => {
  const body = (value: object): ReturnType<typeof parseBody> => parseBody(Buffer.from(JSON.stringify(value)));
  const good = { apiVersion: "0.0.2", kind: "dsse", spec: { dsseV002: { a: 1 } } };

  it("give the members of the format", () => {
    assert.equal(specOf(body(good), "dsseV002", ["a", "b"]).get("a"), 1);
  });

  it("refuse a member more on each level", () => {
    for (const more of [
      { ...good, uuid: "x" },
      { ...good, spec: { ...good.spec, x: 1 } },
      { ...good, spec: { dsseV002: { a: 1, x: 1 } } },
      { ...good, spec: { hashedRekordV002: {} } },
    ]) {
      failsWith("LogBodyMemberUnknown", () => specOf(body(more), "dsseV002", ["a"]));
    }
  });

  it("refuse what is no object", () => {
    refuses(/spec is absent/, () => specOf(body({ apiVersion: "0.0.2", kind: "dsse" }), "dsseV002", []));
    refuses(/x is a list/, () => onlyMembers([], [], "x"));
  });
});

describe("base64HashAt()", () => {
  const read = (hash: object): unknown => base64HashAt(json({ hash }), "hash");
  const digest = (bytes: number): string => Buffer.alloc(bytes, 7).toString("base64");

  for (const [name, algorithm, bytes] of [
    ["SHA2_256", "sha256", 32],
    ["SHA2_384", "sha384", 48],
    ["SHA2_512", "sha512", 64],
  ] as const) {
    it(`reads ${name}, and writes it again`, () => {
      const hash = { algorithm: name, digest: digest(bytes) };
      assert.deepEqual(read(hash), { algorithm, digest: Buffer.alloc(bytes, 7) });
      assert.deepEqual(writeHash({ algorithm, digest: Buffer.alloc(bytes, 7) }), hash);
    });
  }

  it("refuses other names, lengths and members", () => {
    for (const algorithm of ["sha256", "SHA1", "SHA3_256", ""]) {
      failsWith("LogDigestAlgorithmUnsupported", () => read({ algorithm, digest: digest(32) }));
    }
    for (const bytes of [0, 31, 33, 64]) refuses(/bytes/, () => read({ algorithm: "SHA2_256", digest: digest(bytes) }));
    failsWith("LogBodyMemberUnknown", () => read({ algorithm: "SHA2_256", digest: digest(32), value: "x" }));
    refuses(/base64/, () => read({ algorithm: "SHA2_256", digest: "ab".repeat(32) + "=" }));
  });
});

describe("checkVerifier()", () => {
  const [byCertificate, byKey] = [signatureOf(MESSAGE, BY_CERTIFICATE), signatureOf(MESSAGE, BY_KEY)];
  const raw = (bytes: Uint8Array): { rawBytes: string } => ({ rawBytes: Buffer.from(bytes).toString("base64") });
  const certificate = raw(BY_CERTIFICATE.kind === "certificate" ? BY_CERTIFICATE.der : Buffer.of());
  const key = raw(BY_KEY.spki);
  const keyDetails = "PKIX_ECDSA_P256_SHA_256";

  it("takes the certificate and the key that signed", () => {
    const details = { keyDetails, signedHash: "sha256" };
    assert.deepEqual(checkVerifier(json({ keyDetails, x509Certificate: certificate }), byCertificate), details);
    assert.deepEqual(checkVerifier(json({ keyDetails, publicKey: key }), byKey), details);
  });

  it("refuses others, and the one in place of the other", () => {
    for (const [verifier, logged] of [
      [{ keyDetails, publicKey: raw(BY_OTHER_KEY.spki) }, byKey],
      [{ keyDetails, publicKey: key }, byCertificate],
      [{ keyDetails, x509Certificate: certificate }, byKey],
      [{ keyDetails, x509Certificate: raw(Buffer.of()) }, byCertificate],
    ] as const) {
      failsWith("LogSignerMismatch", () => checkVerifier(json(verifier), logged));
    }
  });

  it("refuses both, neither, and members that it does not have", () => {
    refuses(/both or neither/, () => checkVerifier(json({ keyDetails }), byKey));
    refuses(/both or neither/, () =>
      checkVerifier(json({ keyDetails, publicKey: key, x509Certificate: certificate }), byKey),
    );
    failsWith("LogBodyMemberUnknown", () => checkVerifier(json({ keyDetails, publicKey: key, hint: "x" }), byKey));
    failsWith("LogBodyMemberUnknown", () => checkVerifier(json({ keyDetails, publicKey: { ...key, x: 1 } }), byKey));
    refuses(/keyDetails is absent/, () => checkVerifier(json({ publicKey: key }), byKey));
  });

  it("refuses a name that does not fit the key", () => {
    for (const name of ["PKIX_ECDSA_P384_SHA_384", "PKIX_ECDSA_P384_SHA_256", "PKIX_ED25519", "5", "", "__proto__"]) {
      failsWith("LogKeyDetailsMismatch", () => checkVerifier(json({ keyDetails: name, publicKey: key }), byKey));
    }
    const spki = spkiOf(generateKeyPairSync("rsa", { modulusLength: 2056 }));
    const logged = signatureOf(MESSAGE, { kind: "key", spki });
    const verifier = { keyDetails: "PKIX_RSA_PKCS1V15_2048_SHA256", publicKey: raw(spki) };
    failsWith("LogKeyDetailsMismatch", () => checkVerifier(json(verifier), logged));
  });
});

describe("writeSignature() and checkCanonical()", () => {
  it("write the members in order", () => {
    const logged = signatureOf(MESSAGE, BY_KEY);
    const rawBytes = Buffer.from(BY_KEY.spki).toString("base64");
    const content = Buffer.from(logged.signature).toString("base64");
    assert.equal(
      JSON.stringify(writeSignature(logged, "X")),
      `{"content":"${content}","verifier":{"keyDetails":"X","publicKey":{"rawBytes":"${rawBytes}"}}}`,
    );
  });

  it("want the very bytes", () => {
    const text = '{"apiVersion":"0.0.2","kind":"dsse","spec":{"dsseV002":"x"}}';
    checkCanonical(parseBody(Buffer.from(text)), { dsseV002: "x" });
    for (const other of [
      text.replace(":", ": "),
      `${text}\n`,
      '{"kind":"dsse","apiVersion":"0.0.2","spec":{"dsseV002":"x"}}',
      text.replace('"x"', '"\\u0078"'),
    ]) {
      failsWith("LogBodyNotCanonical", () => checkCanonical(parseBody(Buffer.from(other)), { dsseV002: "x" }));
    }
  });
});
