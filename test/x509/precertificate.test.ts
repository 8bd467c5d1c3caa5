import assert from "node:assert/strict";
import { encodeHex } from "../../src/encoding/hex.ts";
import { tbsWithoutSctList } from "../../src/x509/precertificate.ts";
import { context, contextPrimitive, integer, octetString, oid, sequence } from "../support/der-writer.ts";
import { failsWith } from "../support/failures.ts";
import {
  makeCertificate,
  makeLeaf,
  makeRoot,
  type CertificateParts,
  type Issuer,
  type TestCertificate,
} from "../support/x509/certificate.ts";
import { TestCtLog } from "../support/x509/ct-log.ts";
import { extension, EXTENSION } from "../support/x509/extension.ts";

const root = makeRoot();
const log = new TestCtLog();

/** The cut certificate is what the log saw, byte by byte; the builder wrote that without cutting. */
function isWhatTheLogSaw(
  parts: CertificateParts,
  make: (issuer: Issuer, parts: CertificateParts) => TestCertificate = makeLeaf,
): void {
  const { parsed, precertificateTbs } = make(root, { promises: [log.promise()], ...parts });
  assert.ok(parsed.extensions.has(EXTENSION.sctList));
  assert.equal(encodeHex(tbsWithoutSctList(parsed.tbs)), encodeHex(precertificateTbs));
}

describe("tbsWithoutSctList()", () => {
  for (const sctIndex of [0, 1, 2, 5]) {
    it(`cuts a list at place ${sctIndex} and leaves every other byte in its order`, () => {
      isWhatTheLogSaw({ sctIndex });
    });
  }

  it("drops the whole member when the list was the only extension", () => {
    isWhatTheLogSaw({}, makeCertificate);
  });

  it("keeps unique ids before the extensions", () => {
    isWhatTheLogSaw({
      uniqueIds: [contextPrimitive(1, Uint8Array.of(0, 1)), contextPrimitive(2, Uint8Array.of(0, 2))],
    });
  });

  it("keeps two lengths right that the cut makes shorter by a byte", () => {
    // with the list the members need lengths of two bytes, without it of one or none
    for (const size of [1, 30, 60, 90, 120, 150, 200, 230]) {
      const filler = extension("1.2.3", new Uint8Array(size));
      isWhatTheLogSaw({ extra: [filler], issuerName: sequence() }, makeCertificate);
    }
  });

  it("keeps what a model would smooth: a name in an old string, a key usage that is not minimal", () => {
    const odd = extension(EXTENSION.keyUsage, Uint8Array.of(3, 2, 0, 0x80), true);
    isWhatTheLogSaw({ extensions: { keyUsage: odd } });
  });

  const other = extension("1.2.3", new Uint8Array());
  const list = extension(EXTENSION.sctList, octetString(new Uint8Array()));
  const refused: Readonly<Record<string, Uint8Array>> = {
    "no extensions": sequence(integer(1)),
    "an empty member": sequence(integer(1), context(3)),
    "no list": sequence(integer(1), context(3, sequence(other))),
    "two lists": sequence(integer(1), context(3, sequence(list, other, list))),
    "an extension that is none": sequence(context(3, sequence(integer(1)))),
    "an extension without identifier": sequence(context(3, sequence(sequence()))),
    "no TBSCertificate": oid("1.2.3"),
  };
  for (const [what, tbs] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      failsWith("SctMalformed", () => tbsWithoutSctList(tbs));
    });
  }

  it("refuses a certificate that was never promised", () => {
    failsWith("SctMalformed", () => tbsWithoutSctList(makeLeaf(root).parsed.tbs));
  });
});
