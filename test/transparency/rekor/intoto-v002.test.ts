/** intoto 0.0.2: each member of the body changed alone; what the client said of the envelope is not believed. */
import type { FailureCode } from "../../../src/failure/catalogue.ts";
import { BY_KEY, checkEdited, editedFailsWith, ENVELOPE, MESSAGE, signatureOf, withMember } from "../fixtures.ts";

const NAME = "intoto 0.0.2";
const other = { algorithm: "sha256", value: "ab".repeat(32) };
const same = (spec: unknown): unknown => spec;
const signature = ["content", "envelope", "signatures", 0];

describe("checkIntotoV002()", () => {
  it("takes an envelope signed by a certificate, and by a key", () => {
    checkEdited(NAME, same);
    checkEdited(NAME, same, signatureOf(ENVELOPE, BY_KEY));
  });

  const ignored: Readonly<Record<string, [(string | number)[], unknown]>> = {
    "a hash of the envelope by the client": [["content", "hash"], other],
    "no such hash": [["content", "hash"], undefined],
    "a hash that is no hash": [["content", "hash"], "x"],
    "a keyid": [[...signature, "keyid"], "SHA256:x"],
  };
  for (const [name, [path, value]] of Object.entries(ignored)) {
    it(`passes over ${name}`, () => checkEdited(NAME, (spec) => withMember(spec, path, value)));
  }

  const once = Buffer.from("the bytes of a signature").toString("base64");
  const key = Buffer.from("-----BEGIN PUBLIC KEY-----\nAQI=\n-----END PUBLIC KEY-----\n").toString("base64");
  const rows: Readonly<Record<string, [FailureCode, (string | number)[], unknown]>> = {
    "another signature": ["LogSignatureMismatch", [...signature, "sig"], Buffer.from("AQI=").toString("base64")],
    "a signature in base64 once": ["LogBodyMalformed", [...signature, "sig"], once],
    "a signature that is not text within": ["LogBodyMalformed", [...signature, "sig"], "/w=="],
    "no signature": ["LogSignatureCount", ["content", "envelope", "signatures"], []],
    "two signatures": ["LogSignatureCount", ["content", "envelope", "signatures"], [{}, {}]],
    "another signer": ["LogSignerMismatch", [...signature, "publicKey"], key],
    "no signer": ["LogBodyMalformed", [...signature, "publicKey"], undefined],
    "another payloadType": ["LogPayloadTypeMismatch", ["content", "envelope", "payloadType"], "text/plain"],
    "no payloadType": ["LogBodyMalformed", ["content", "envelope", "payloadType"], undefined],
    "another payload": ["LogPayloadHashMismatch", ["content", "payloadHash"], other],
    "no payloadHash": ["LogBodyMalformed", ["content", "payloadHash"], undefined],
    "no envelope": ["LogBodyMalformed", ["content", "envelope"], undefined],
  };
  for (const [name, [code, path, value]] of Object.entries(rows)) {
    it(`refuses ${name}`, () => void editedFailsWith(code, NAME, (spec) => withMember(spec, path, value)));
  }

  it("refuses to be about a message", () => void editedFailsWith("LogKindUnfit", NAME, same, signatureOf(MESSAGE)));
});
