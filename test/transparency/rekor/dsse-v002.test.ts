/** dsse 0.0.2: each member of the body changed alone. */
import { generateKeyPairSync } from "node:crypto";
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

const NAME = "dsse 0.0.2";
const same = (spec: unknown): unknown => spec;
const at = (...path: (string | number)[]): (string | number)[] => ["dsseV002", ...path];
const verifier = at("signatures", 0, "verifier");

describe("checkDsseV002()", () => {
  it("takes an envelope signed by a certificate, and by a key", () => {
    checkEdited(NAME, same);
    checkEdited(NAME, same, signatureOf(ENVELOPE, BY_KEY));
  });

  it("takes an envelope signed by pure Ed25519", () => {
    const logged = signatureOf(ENVELOPE, { kind: "key", spki: spkiOf(generateKeyPairSync("ed25519")) });
    checkEdited(NAME, (spec) => withMember(spec, [...verifier, "keyDetails"], "PKIX_ED25519"), logged);
  });

  const hash = { algorithm: "SHA2_256", digest: Buffer.alloc(32).toString("base64") };
  const rows: Readonly<Record<string, [FailureCode, (string | number)[], unknown]>> = {
    "another signature": ["LogSignatureMismatch", at("signatures", 0, "content"), "AQI="],
    "no signature": ["LogSignatureCount", at("signatures"), []],
    "two signatures": ["LogSignatureCount", at("signatures"), [{}, {}]],
    "another payload": ["LogPayloadHashMismatch", at("payloadHash"), hash],
    "a hash by another name": ["LogDigestAlgorithmUnsupported", at("payloadHash", "algorithm"), "SHA256"],
    "another certificate": ["LogSignerMismatch", [...verifier, "x509Certificate", "rawBytes"], "AQI="],
    "a name of another key": ["LogKeyDetailsMismatch", [...verifier, "keyDetails"], "PKIX_ECDSA_P521_SHA_512"],
    "no verifier": ["LogBodyMalformed", verifier, undefined],
    "a member more in dsseV002": ["LogBodyMemberUnknown", at("envelopeHash"), hash],
    "a member more in the signature": ["LogBodyMemberUnknown", at("signatures", 0, "keyid"), "x"],
    "a member more in spec": ["LogBodyMemberUnknown", ["x"], 1],
  };
  for (const [name, [code, path, value]] of Object.entries(rows)) {
    it(`refuses ${name}`, () => void editedFailsWith(code, NAME, (spec) => withMember(spec, path, value)));
  }

  it("refuses members in another order", () => {
    const swap = ({ dsseV002 }: Record<string, unknown>): unknown => {
      const { payloadHash, signatures } = dsseV002 as Record<string, unknown>;
      return { dsseV002: { signatures, payloadHash } };
    };
    editedFailsWith("LogBodyNotCanonical", NAME, swap);
  });

  it("refuses to be about a message", () => void editedFailsWith("LogKindUnfit", NAME, same, signatureOf(MESSAGE)));
});
