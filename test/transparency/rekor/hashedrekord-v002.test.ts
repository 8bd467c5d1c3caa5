/** hashedrekord 0.0.2: every kind of key, each member of the body changed alone. */
import { createHash, generateKeyPairSync } from "node:crypto";
import type { FailureCode } from "../../../src/failure/catalogue.ts";
import {
  BY_KEY,
  checkEdited,
  editedFailsWith,
  ENVELOPE,
  MESSAGE,
  signatureOf,
  spkiOf,
  withMember,
} from "../fixtures.ts";

const NAME = "hashedrekord 0.0.2";
const same = (spec: unknown): unknown => spec;
const at = (...path: (string | number)[]): (string | number)[] => ["hashedRekordV002", ...path];

describe("checkHashedrekordV002()", () => {
  const keys = {
    "P-256": generateKeyPairSync("ec", { namedCurve: "P-256" }),
    "P-384": generateKeyPairSync("ec", { namedCurve: "P-384" }),
    "P-521": generateKeyPairSync("ec", { namedCurve: "P-521" }),
    Ed25519: generateKeyPairSync("ed25519"),
    RSA: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  };
  for (const [name, pair] of Object.entries(keys)) {
    it(`takes message and envelope by a key of ${name}`, () => {
      for (const content of [MESSAGE, ENVELOPE]) {
        checkEdited(NAME, same, signatureOf(content, { kind: "key", spki: spkiOf(pair) }));
      }
    });
  }

  it("takes an envelope by the digest of the bytes that it signs, and not by that of its payload", () => {
    const digest = createHash("sha256").update('{"_type":"statement"}').digest("base64");
    checkEdited(NAME, same, signatureOf(ENVELOPE));
    const edit = (spec: unknown): unknown => withMember(spec, at("data", "digest"), digest);
    editedFailsWith("LogDigestMismatch", NAME, edit, signatureOf(ENVELOPE));
  });

  it("takes SHA-256 by a P-384 key under the name for that", () => {
    const logged = signatureOf(MESSAGE, { kind: "key", spki: spkiOf(keys["P-384"]) });
    const digest = createHash("sha256").update("simple signing payload").digest("base64");
    const data = (spec: unknown): unknown => withMember(spec, at("data"), { algorithm: "SHA2_256", digest });
    const details = at("signature", "verifier", "keyDetails");
    checkEdited(NAME, (spec) => withMember(data(spec), details, "PKIX_ECDSA_P384_SHA_256"), logged);
    editedFailsWith("LogDigestAlgorithmMismatch", NAME, data, logged);
  });

  it("refuses a digest by a key that signs none", () => {
    const logged = signatureOf(MESSAGE, { kind: "key", spki: spkiOf(keys.Ed25519) });
    const edit = (spec: unknown): unknown =>
      withMember(spec, at("signature", "verifier", "keyDetails"), "PKIX_ED25519");
    editedFailsWith("LogKeyDetailsMismatch", NAME, edit, logged);
  });

  it("refuses another hash than the one that the bundle names", () => {
    const content = { kind: "message", message: Buffer.from("simple signing payload"), algorithm: "sha512" } as const;
    editedFailsWith("LogDigestAlgorithmMismatch", NAME, same, signatureOf(content, BY_KEY));
  });

  const digest64 = Buffer.alloc(64).toString("base64");
  const rows: Readonly<Record<string, [FailureCode, (string | number)[], unknown]>> = {
    "another signature": ["LogSignatureMismatch", at("signature", "content"), "AQI="],
    "no signature": ["LogBodyMalformed", at("signature"), undefined],
    "another digest": ["LogDigestMismatch", at("data", "digest"), Buffer.alloc(32).toString("base64")],
    "a digest of another length": ["LogBodyMalformed", at("data", "digest"), digest64],
    "another hash than the key's": [
      "LogDigestAlgorithmMismatch",
      at("data"),
      { algorithm: "SHA2_512", digest: digest64 },
    ],
    "a hash by another name": ["LogDigestAlgorithmUnsupported", at("data", "algorithm"), "sha256"],
    "another certificate": ["LogSignerMismatch", at("signature", "verifier", "x509Certificate", "rawBytes"), "AQI="],
    "no verifier": ["LogBodyMalformed", at("signature", "verifier"), undefined],
    "a name of another key": ["LogKeyDetailsMismatch", at("signature", "verifier", "keyDetails"), "PKIX_ED25519"],
    "a member more in data": ["LogBodyMemberUnknown", at("data", "x"), 1],
    "a member more in signature": ["LogBodyMemberUnknown", at("signature", "x"), 1],
    "a member more in verifier": ["LogBodyMemberUnknown", at("signature", "verifier", "x"), 1],
    "a member more in the certificate": [
      "LogBodyMemberUnknown",
      at("signature", "verifier", "x509Certificate", "x"),
      1,
    ],
    "a member more in hashedRekordV002": ["LogBodyMemberUnknown", at("x"), 1],
    "a member more in spec": ["LogBodyMemberUnknown", ["x"], 1],
  };
  for (const [name, [code, path, value]] of Object.entries(rows)) {
    it(`refuses ${name}`, () => void editedFailsWith(code, NAME, (spec) => withMember(spec, path, value)));
  }

  it("refuses members in another order", () => {
    const swap = ({ hashedRekordV002 }: Record<string, unknown>): unknown => {
      const { data, signature } = hashedRekordV002 as Record<string, unknown>;
      return { hashedRekordV002: { signature, data } };
    };
    editedFailsWith("LogBodyNotCanonical", NAME, swap);
  });
});
