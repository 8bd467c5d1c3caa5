/** rekord 0.0.1: as hashedrekord, and the format of the key. */
import type { FailureCode } from "../../../src/failure/catalogue.ts";
import { BY_KEY, checkEdited, editedFailsWith, ENVELOPE, MESSAGE, signatureOf, withMember } from "../fixtures.ts";

const NAME = "rekord 0.0.1";

describe("checkRekordV001()", () => {
  it("takes a message signed by a certificate, and by a key", () => {
    checkEdited(NAME, (spec) => spec);
    checkEdited(NAME, (spec) => spec, signatureOf(MESSAGE, BY_KEY));
  });

  const rows: Readonly<Record<string, [FailureCode, (string | number)[], unknown]>> = {
    "a PGP signature": ["LogFormatUnsupported", ["signature", "format"], "pgp"],
    "a minisign signature": ["LogFormatUnsupported", ["signature", "format"], "minisign"],
    "a format in upper case": ["LogFormatUnsupported", ["signature", "format"], "X509"],
    "no format": ["LogBodyMalformed", ["signature", "format"], undefined],
    "another signature": ["LogSignatureMismatch", ["signature", "content"], "AQI="],
    "another digest": ["LogDigestMismatch", ["data", "hash", "value"], "ab".repeat(32)],
    "no data": ["LogBodyMalformed", ["data"], undefined],
  };
  for (const [name, [code, path, value]] of Object.entries(rows)) {
    it(`refuses ${name}`, () => void editedFailsWith(code, NAME, (spec) => withMember(spec, path, value)));
  }

  it("refuses to be about an envelope", () => {
    editedFailsWith("LogKindUnfit", NAME, (spec) => spec, signatureOf(ENVELOPE));
  });
});
