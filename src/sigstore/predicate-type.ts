/** cosign's short names of predicate types (verification-spec §2.5). A type is compared exactly: no prefix, no version. */

const ALIASES: ReadonlyMap<string, string> = new Map([
  ["custom", "https://cosign.sigstore.dev/attestation/v1"],
  ["slsaprovenance", "https://slsa.dev/provenance/v0.2"],
  ["slsaprovenance02", "https://slsa.dev/provenance/v0.2"],
  ["slsaprovenance1", "https://slsa.dev/provenance/v1"],
  ["spdx", "https://spdx.dev/Document"],
  ["spdxjson", "https://spdx.dev/Document"],
  ["cyclonedx", "https://cyclonedx.org/bom"],
  ["link", "https://in-toto.io/Link/v1"],
  ["vuln", "https://cosign.sigstore.dev/attestation/vuln/v1"],
  ["openvex", "https://openvex.dev/ns"],
]);
/** RFC 3986 §3: a scheme, and printable ASCII behind it. */
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$/;

/** The URI that an alias stands for, or a URI itself; undefined for any other text. */
export function predicateTypeOf(name: string): string | undefined {
  return ALIASES.get(name) ?? (URI.test(name) ? name : undefined);
}
