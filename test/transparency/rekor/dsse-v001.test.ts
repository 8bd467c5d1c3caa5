/** dsse 0.0.1: each member of the body changed alone. */
import type { FailureCode } from "../../../src/failure/catalogue.ts";
import {
  BY_KEY,
  checkEdited,
  editedFailsWith,
  ENVELOPE,
  MESSAGE,
  signatureOf,
  UPLOADED_ENVELOPE,
  withMember,
} from "../fixtures.ts";

const NAME = "dsse 0.0.1";
const other = { algorithm: "sha256", value: "ab".repeat(32) };
const same = (spec: unknown): unknown => spec;

describe("checkDsseV001()", () => {
  it("takes an envelope of a bundle, signed by a certificate, and by a key", () => {
    checkEdited(NAME, same);
    checkEdited(NAME, same, signatureOf(ENVELOPE, BY_KEY));
  });

  it("holds the hash of the envelope against the text that was uploaded, where there is one", () => {
    const edit = (spec: unknown): unknown => withMember(spec, ["envelopeHash"], other);
    checkEdited(NAME, same, signatureOf(UPLOADED_ENVELOPE));
    editedFailsWith("LogEnvelopeHashMismatch", NAME, edit, signatureOf(UPLOADED_ENVELOPE));
    checkEdited(NAME, edit, signatureOf(ENVELOPE));
  });

  const rows: Readonly<Record<string, [FailureCode, (string | number)[], unknown]>> = {
    "another signature": ["LogSignatureMismatch", ["signatures", 0, "signature"], "AQI="],
    "no signature": ["LogSignatureCount", ["signatures"], []],
    "two signatures": ["LogSignatureCount", ["signatures"], [{}, {}]],
    "signatures that are no list": ["LogBodyMalformed", ["signatures"], {}],
    "a signature without verifier": ["LogBodyMalformed", ["signatures", 0, "verifier"], undefined],
    "a verifier that is no PEM": ["LogBodyMalformed", ["signatures", 0, "verifier"], "AQI="],
    "another payload": ["LogPayloadHashMismatch", ["payloadHash"], other],
    "no payloadHash": ["LogBodyMalformed", ["payloadHash"], undefined],
    "an empty payloadHash": ["LogBodyMalformed", ["payloadHash", "value"], ""],
    "a payloadHash of MD5": ["LogDigestAlgorithmUnsupported", ["payloadHash", "algorithm"], "md5"],
    "no envelopeHash": ["LogBodyMalformed", ["envelopeHash"], undefined],
  };
  for (const [name, [code, path, value]] of Object.entries(rows)) {
    it(`refuses ${name}`, () => void editedFailsWith(code, NAME, (spec) => withMember(spec, path, value)));
  }

  it("refuses an entry of another signer", () => {
    const pem = Buffer.from("-----BEGIN PUBLIC KEY-----\nAQI=\n-----END PUBLIC KEY-----\n").toString("base64");
    editedFailsWith("LogSignerMismatch", NAME, (spec) => withMember(spec, ["signatures", 0, "verifier"], pem));
  });

  it("refuses to be about a message", () => void editedFailsWith("LogKindUnfit", NAME, same, signatureOf(MESSAGE)));
});
