/** predicateTypeOf(): cosign's table of short names (verification-spec §2.5), and what is no type at all. */
import assert from "node:assert/strict";
import { predicateTypeOf } from "../../src/sigstore/predicate-type.ts";

describe("predicateTypeOf()", () => {
  const known: Readonly<Record<string, string>> = {
    custom: "https://cosign.sigstore.dev/attestation/v1",
    slsaprovenance: "https://slsa.dev/provenance/v0.2",
    slsaprovenance02: "https://slsa.dev/provenance/v0.2",
    slsaprovenance1: "https://slsa.dev/provenance/v1",
    spdx: "https://spdx.dev/Document",
    spdxjson: "https://spdx.dev/Document",
    cyclonedx: "https://cyclonedx.org/bom",
    link: "https://in-toto.io/Link/v1",
    vuln: "https://cosign.sigstore.dev/attestation/vuln/v1",
    openvex: "https://openvex.dev/ns",
    "https://in-toto.io/attestation/test-result/v0.1": "https://in-toto.io/attestation/test-result/v0.1",
    "urn:example:a": "urn:example:a",
  };
  for (const [name, uri] of Object.entries(known)) it(`takes ${name}`, () => assert.equal(predicateTypeOf(name), uri));

  for (const name of [
    "",
    "SPDX",
    "slsaprovenance2",
    "constructor",
    "https:",
    "https://a b",
    " https://a",
    "//a",
    "https://ä",
  ]) {
    it(`takes "${name}" for no type`, () => assert.equal(predicateTypeOf(name), undefined));
  }
});
