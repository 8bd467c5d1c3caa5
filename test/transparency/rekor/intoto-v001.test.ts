/** intoto 0.0.1: each member of the body changed alone, and nothing without the uploaded envelope. */
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

const NAME = "intoto 0.0.1";
const other = { algorithm: "sha256", value: "ab".repeat(32) };
const same = (spec: unknown): unknown => spec;

describe("checkIntotoV001()", () => {
  it("takes an uploaded envelope, signed by a certificate, and by a key", () => {
    checkEdited(NAME, same);
    checkEdited(NAME, same, signatureOf(UPLOADED_ENVELOPE, BY_KEY));
  });

  it("takes an old entry without payloadHash", () => {
    checkEdited(NAME, (spec) => withMember(spec, ["content", "payloadHash"], undefined));
  });

  it("refuses to prove the envelope of a bundle, whose uploaded text nobody has", () => {
    editedFailsWith("LogEnvelopeUnavailable", NAME, same, signatureOf(ENVELOPE));
  });

  it("refuses to be about a message", () => void editedFailsWith("LogKindUnfit", NAME, same, signatureOf(MESSAGE)));

  const key = Buffer.from("-----BEGIN PUBLIC KEY-----\nAQI=\n-----END PUBLIC KEY-----\n").toString("base64");
  const rows: Readonly<Record<string, [FailureCode, (string | number)[], unknown]>> = {
    "another envelope": ["LogEnvelopeHashMismatch", ["content", "hash"], other],
    "no hash of the envelope": ["LogBodyMalformed", ["content", "hash"], undefined],
    "another payload": ["LogPayloadHashMismatch", ["content", "payloadHash"], other],
    "a payloadHash that is null": ["LogBodyMalformed", ["content", "payloadHash"], null],
    "no content": ["LogBodyMalformed", ["content"], undefined],
    "another signer": ["LogSignerMismatch", ["publicKey"], key],
    "no signer": ["LogBodyMalformed", ["publicKey"], undefined],
  };
  for (const [name, [code, path, value]] of Object.entries(rows)) {
    it(`refuses ${name}`, () => void editedFailsWith(code, NAME, (spec) => withMember(spec, path, value)));
  }
});
