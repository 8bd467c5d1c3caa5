/** hashedrekord 0.0.1: each member of the body changed alone. */
import { createHash } from "node:crypto";
import type { FailureCode } from "../../../src/failure/catalogue.ts";
import type { LoggedSignature } from "../../../src/transparency/entry.ts";
import {
  BY_KEY,
  checkEdited,
  editedFailsWith,
  ENVELOPE,
  FITTING,
  MESSAGE,
  signatureOf,
  withMember,
} from "../fixtures.ts";

const NAME = "hashedrekord 0.0.1";
const MESSAGE_BYTES = Buffer.from("simple signing payload");
const sha512 = { algorithm: "sha512", value: createHash("sha512").update(MESSAGE_BYTES).digest("hex") };
const same = (spec: unknown): unknown => spec;

describe("checkHashedrekordV001()", () => {
  it("takes a message signed by a certificate, and by a key", () => {
    checkEdited(NAME, same);
    checkEdited(NAME, same, signatureOf(MESSAGE, BY_KEY));
  });

  it("takes another hash of the same message", () => {
    checkEdited(NAME, (spec) => withMember(spec, ["data", "hash"], sha512));
  });

  it("takes the digest alone, where the message is not at hand", () => {
    const digest = createHash("sha256").update(MESSAGE_BYTES).digest();
    const logged = signatureOf({ kind: "digest", algorithm: "sha256", digest });
    const hash = { algorithm: "sha256", value: digest.toString("hex") };
    checkEdited(NAME, (spec) => withMember(spec, ["data", "hash"], hash), logged);
  });

  it("refuses to be about an envelope, even by the digest of the bytes that it signs", () => {
    const signed = 'DSSEv1 28 application/vnd.in-toto+json 21 {"_type":"statement"}';
    const value = createHash("sha256").update(signed).digest("hex");
    const edit = (spec: unknown): unknown => withMember(spec, ["data", "hash", "value"], value);
    editedFailsWith("LogKindUnfit", NAME, edit, signatureOf(ENVELOPE));
  });

  const rows: Readonly<Record<string, [FailureCode, (string | number)[], unknown]>> = {
    "another signature": ["LogSignatureMismatch", ["signature", "content"], "AQI="],
    "no signature": ["LogBodyMalformed", ["signature", "content"], undefined],
    "a signature that is not base64": ["LogBodyMalformed", ["signature", "content"], "AQI"],
    "no key": ["LogBodyMalformed", ["signature", "publicKey"], undefined],
    "a key without content": ["LogBodyMalformed", ["signature", "publicKey"], {}],
    "a key that is no PEM": ["LogBodyMalformed", ["signature", "publicKey", "content"], "AQI="],
    "another digest": ["LogDigestMismatch", ["data", "hash", "value"], "ab".repeat(32)],
    "an empty digest": ["LogBodyMalformed", ["data", "hash", "value"], ""],
    "a digest in upper case": ["LogBodyMalformed", ["data", "hash", "value"], "AB".repeat(32)],
    "SHA-1": ["LogDigestAlgorithmUnsupported", ["data", "hash", "algorithm"], "sha1"],
    "no hash": ["LogBodyMalformed", ["data", "hash"], undefined],
    "no data": ["LogBodyMalformed", ["data"], undefined],
    "a data that is null": ["LogBodyMalformed", ["data"], null],
  };
  for (const [name, [code, path, value]] of Object.entries(rows)) {
    it(`refuses ${name}`, () => void editedFailsWith(code, NAME, (spec) => withMember(spec, path, value)));
  }

  it("refuses another hash than the one that the annotation or the bundle names", () => {
    const logged: LoggedSignature = signatureOf({ kind: "message", message: MESSAGE_BYTES, algorithm: "sha256" });
    checkEdited(NAME, same, logged);
    const edit = (spec: unknown): unknown => withMember(spec, ["data", "hash"], sha512);
    editedFailsWith("LogDigestAlgorithmMismatch", NAME, edit, logged);
  });

  it("refuses an entry about another certificate or key", () => {
    const pem = Buffer.from("-----BEGIN PUBLIC KEY-----\nAQI=\n-----END PUBLIC KEY-----\n").toString("base64");
    const edit = (spec: unknown): unknown => withMember(spec, ["signature", "publicKey", "content"], pem);
    editedFailsWith("LogSignerMismatch", NAME, edit, FITTING[NAME]);
    editedFailsWith("LogSignerMismatch", NAME, edit, signatureOf(MESSAGE, BY_KEY));
  });
});
