/** One test a rule of verification-spec §4.6: a sound promise with exactly one thing broken, signed anew. */
import assert from "node:assert/strict";
import { encodeHex } from "../../src/encoding/hex.ts";
import { concatBytes } from "../../src/encoding/text.ts";
import { verifyScts, type CertificateTransparencyLog, type VerifiedSct } from "../../src/x509/sct.ts";
import { bitString, nul, octetString } from "../support/der-writer.ts";
import { failsWith, isAccepted } from "../support/failures.ts";
import { makeIntermediate, makeLeaf, makeRoot, type CertificateParts } from "../support/x509/certificate.ts";
import { PROMISED_AT, sctList, TestCtLog, type SctParts } from "../support/x509/ct-log.ts";
import { extension, EXTENSION, fulcioExtensions, poison } from "../support/x509/extension.ts";
import { testKey } from "../support/x509/key.ts";

const root = makeRoot();
const intermediate = makeIntermediate(root);
const log = new TestCtLog();
const second = new TestCtLog({ privateKey: testKey("RSA-2048", "second ct log") });
const stranger = new TestCtLog({ privateKey: testKey("P-256", "foreign ct log") });
const logs = [log.trusted, second.trusted];

function verify(parts: CertificateParts, known = logs): readonly VerifiedSct[] {
  return verifyScts(makeLeaf(intermediate, parts).parsed, intermediate.parsed, known);
}

function promised(parts: SctParts, known?: readonly CertificateTransparencyLog[]): readonly VerifiedSct[] {
  return verify({ promises: [log.promise(parts)] }, known === undefined ? logs : [...known]);
}

describe("verifyScts()", () => {
  it("gives the log and the time of a promise", () => {
    assert.deepEqual(verify({ promises: [log.promise()] }), [{ logId: encodeHex(log.keyId), time: PROMISED_AT }]);
  });

  it("accepts logs with RSA keys, and promises with extensions, as static logs make them", () => {
    assert.equal(verify({ promises: [second.promise()] }).length, 1);
    assert.equal(promised({ extensions: Uint8Array.of(0, 0, 5, 1, 2, 3, 4, 5) }).length, 1);
  });

  it("counts distinct logs, not promises", () => {
    const again = log.promise({ timestamp: BigInt(PROMISED_AT + 1) });
    const verified = verify({ promises: [log.promise(), again, second.promise()] });
    assert.deepEqual(
      verified.map(({ logId }) => logId),
      [log.keyId, second.keyId].map(encodeHex),
    );
  });

  it("passes over promises of unknown logs, sound or not", () => {
    const broken = stranger.promise({ signature: () => new Uint8Array(3) });
    assert.equal(verify({ promises: [stranger.promise(), broken, log.promise()] }).length, 1);
  });

  it("reads a list anywhere among the extensions", () => {
    for (const sctIndex of [0, 3]) assert.equal(verify({ promises: [log.promise()], sctIndex }).length, 1);
  });
});

describe("verifyScts() refuses", () => {
  it("reject list: SCT: none", () => {
    failsWith("SctMissing", () => verify({}));
  });

  it("reject list: precert poison, though the promise is sound", () => {
    failsWith("SctPoisoned", () => verify({ extra: [poison()], promises: [log.promise()] }));
    failsWith("SctPoisoned", () => verify({ extra: [extension(EXTENSION.poison, nul())], promises: [log.promise()] }));
  });

  it("reject list: unknown log only, and so below threshold", () => {
    failsWith("SctLogUnknown", () => verify({ promises: [stranger.promise()] }));
    failsWith("SctLogUnknown", () => verify({ promises: [log.promise()] }, []));
    failsWith("SctLogUnknown", () => promised({ logId: new Uint8Array(32) }));
  });

  it("reject list: outside log window; its ends belong to it (trap 10)", () => {
    const at = (start: number, end: number): readonly CertificateTransparencyLog[] => [
      { ...log.trusted, validFor: { start, end } },
    ];
    assert.equal(promised({}, at(PROMISED_AT, PROMISED_AT)).length, 1);
    failsWith("SctOutsideLogWindow", () => promised({}, at(PROMISED_AT + 1, PROMISED_AT + 2)));
    failsWith("SctOutsideLogWindow", () => promised({}, at(PROMISED_AT - 2, PROMISED_AT - 1)));
  });

  it("reject list: outside log window and unknown log, and so below threshold", () => {
    const early = { ...log.trusted, validFor: { end: 0 } };
    failsWith("SctOutsideLogWindow", () => verify({ promises: [stranger.promise(), log.promise()] }, [early]));
    assert.equal(verify({ promises: [log.promise(), second.promise()] }, [early, second.trusted]).length, 1);
  });

  const otherTbs = makeLeaf(intermediate, { serialNumber: 99 }).precertificateTbs;
  const unsound: Readonly<Record<string, SctParts>> = {
    "bad signature": { signature: (signature) => signature.map((byte, i) => (i === 10 ? byte ^ 1 : byte)) },
    "bad signature: none": { signature: () => new Uint8Array() },
    "bad signature: over another certificate": { precertificate: (own) => ({ ...own, tbs: otherTbs }) },
    "bad signature: over another time": {
      edit: (sct) => sct.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
    },
    "wrong issuer key": { precertificate: (own) => ({ ...own, issuerSpki: root.spki }) },
    "bad signature: by an algorithm that its key is not for": { signatureCode: 1 },
    "bad signature: by an algorithm that logs do not use": { signatureCode: 7 },
    "bad signature: by anonymous": { signatureCode: 0 },
    "bad signature: with SHA-1": { hashCode: 2 },
    "bad signature: with SHA-512": { hashCode: 6 },
  };
  for (const [what, parts] of Object.entries(unsound)) {
    it(`reject list: ${what}`, () => {
      failsWith("SctSignatureInvalid", () => promised(parts));
    });
  }

  it("reject list: SCT: bad signature of a known log, beside a good one of another", () => {
    const bad = log.promise({ signature: () => Uint8Array.of(1) });
    failsWith("SctSignatureInvalid", () => verify({ promises: [second.promise(), bad] }));
  });

  it("reject list: wrong issuer key: of another authority of the same Name", () => {
    const leaf = makeLeaf(intermediate, { promises: [log.promise()] }).parsed;
    const namesake = makeIntermediate(root, { key: testKey("P-256", "namesake") }).parsed;
    failsWith("SctSignatureInvalid", () => verifyScts(leaf, namesake, logs));
  });

  it("reject list: SCT: bad signature, over a certificate without another extension besides (trap 10)", () => {
    const bare = makeLeaf(intermediate, { extensions: { subjectKeyId: undefined } }).precertificateTbs;
    failsWith("SctSignatureInvalid", () => promised({ precertificate: (own) => ({ ...own, tbs: bare }) }));
    const extensions = fulcioExtensions({ 8: "https://another.example" });
    const other = makeLeaf(intermediate, { extensions }).precertificateTbs;
    failsWith("SctSignatureInvalid", () => promised({ precertificate: (own) => ({ ...own, tbs: other }) }));
  });

  it("two lists (trap 10)", () => {
    const extra = [extension(EXTENSION.sctList, octetString(sctList([])))];
    failsWith("CertificateExtensionDuplicate", () => verify({ promises: [log.promise()], extra }));
  });
});

/** A true prefix: signatures differ in length from run to run. */
function prefix(bytes: Uint8Array, length: number): Uint8Array {
  return bytes.subarray(0, Math.min(length, bytes.length - 1));
}

describe("lists of promises", () => {
  const sct = log.promise()({ tbs: new Uint8Array(), issuerSpki: new Uint8Array() });
  const malformed: Readonly<Record<string, { sctListValue: (scts: readonly Uint8Array[]) => Uint8Array }>> = {
    "no promise (trap 10)": { sctListValue: () => octetString(sctList([])) },
    "nothing in the OCTET STRING": { sctListValue: () => octetString(new Uint8Array()) },
    nothing: { sctListValue: () => new Uint8Array() },
    "no OCTET STRING around it": { sctListValue: sctList },
    "another type around it": { sctListValue: (scts) => bitString(sctList(scts)) },
    "bytes after the OCTET STRING": {
      sctListValue: (scts) => concatBytes(octetString(sctList(scts)), Uint8Array.of(0)),
    },
    "bytes after the list": { sctListValue: (scts) => octetString(concatBytes(sctList(scts), Uint8Array.of(0))) },
    "a promise of no bytes": { sctListValue: (scts) => octetString(sctList([...scts, new Uint8Array()])) },
    "17 promises": { sctListValue: (scts) => octetString(sctList(Array<readonly Uint8Array[]>(17).fill(scts).flat())) },
  };
  for (const [what, parts] of Object.entries(malformed)) {
    it(`reject list: list malformed: ${what}`, () => {
      failsWith("SctMalformed", () => verify({ promises: [log.promise()], ...parts }));
    });
  }

  const promises: Readonly<Record<string, SctParts>> = {
    "version 2": { version: 1 },
    "a time beyond 2^53": { timestamp: 2n ** 53n },
    "bytes after the signature": { edit: (bytes) => concatBytes(bytes, Uint8Array.of(0)) },
    "a log id of 31 bytes": { logId: new Uint8Array(31) },
  };
  for (const [what, parts] of Object.entries(promises)) {
    it(`reject list: list malformed: ${what}`, () => {
      failsWith("SctMalformed", () => promised(parts));
    });
  }

  it("take 16 promises", () => {
    const all = Array.from({ length: 15 }, () => stranger.promise());
    assert.equal(verify({ promises: [...all, log.promise()] }).length, 1);
  });

  it("reject list: list malformed: every prefix of a promise", () => {
    for (let length = 0; length < sct.length; length++) {
      failsWith("SctMalformed", () => promised({ edit: (bytes) => prefix(bytes, length) }));
    }
  });

  it("reject list: list malformed: every prefix of the list", () => {
    for (let length = 0; length < sct.length + 4; length++) {
      const sctListValue = (scts: readonly Uint8Array[]): Uint8Array => octetString(prefix(sctList(scts), length));
      failsWith("SctMalformed", () => verify({ promises: [log.promise()], sctListValue }));
    }
  });

  it("are refused with a byte too many anywhere", () => {
    for (let at = 0; at <= sct.length + 2; at++) {
      for (const byte of [0x00, 0xff]) {
        const sctListValue = (scts: readonly Uint8Array[]): Uint8Array => {
          const list = sctList(scts);
          return octetString(concatBytes(list.subarray(0, at), Uint8Array.of(byte), list.subarray(at)));
        };
        assert.equal(
          isAccepted(() => verify({ promises: [log.promise()], sctListValue })),
          false,
          `${byte} at ${at}`,
        );
      }
    }
  });
});
