/**
 * What `sealgate verify` prints of an image that it verified: as text, which checks were made and which were not asked
 * for; as json, what cosign v2 prints, a list of the signed payloads with the facts that were proven beside them.
 */
import type { VerifiedImage } from "../app/verify-image.ts";
import { toPlain } from "../encoding/json.ts";
import { quoted } from "../failure/failure.ts";
import type { ImageReference } from "../oci/reference.ts";
import { isUnavailable } from "../policy/compile-entry.ts";
import type { CompiledRule } from "../policy/compile.ts";
import type { RuleVerdict } from "../policy/verdict.ts";
import type { VerifiedEntity } from "../verify/evidence.ts";
import type { Requirement } from "../verify/requirement.ts";
import type { VerifyFlags } from "./verify-flags.ts";

export function asText(
  { image, places }: VerifiedImage,
  verdict: RuleVerdict,
  rule: CompiledRule,
  flags: VerifyFlags,
): string {
  const requirement = requirementOf(rule);
  return [
    `Verified ${image}`,
    "These checks were made on each signature:",
    "  - the digest is our own hash of the manifest's bytes",
    "  - the signed payload names this digest and is an image signature",
    ...annotationChecks(requirement),
    ...witnessChecks(requirement, flags),
    ...verdict.evidence.flatMap(signatureLines),
    `looked in: ${places.map(({ place, detail }) => `${place} (${detail})`).join(", ")}`,
    "",
  ].join("\n");
}

/** The rule of the command line has one entry, and one that passed had its trust root. */
function requirementOf({ sets }: CompiledRule): Requirement {
  const requirement = sets[0]?.entries[0]?.requirement;
  if (requirement === undefined || isUnavailable(requirement)) throw new Error("nothing was asked, and it passed");
  return requirement;
}

function annotationChecks({ content }: Requirement): readonly string[] {
  const annotations = content.kind === "signature" ? [...(content.annotations ?? [])] : [];
  return annotations.map(
    ([name, value]) => `  - the signed payload has the annotation ${quoted(name)}: ${quoted(value)}`,
  );
}

function witnessChecks({ signer, thresholds }: Requirement, flags: VerifyFlags): readonly string[] {
  const log =
    thresholds.logs > 0 ? "a transparency log has this very signature" : "a transparency log was not asked for";
  const stamp = thresholds.timestamps > 0 ? ["  - a timestamp authority of the trust root stamped the signature"] : [];
  if (signer.kind === "key") {
    return [`  - the signature was made by the key in ${flags.key ?? ""}`, `  - ${log}`, ...stamp];
  }
  const promise =
    thresholds.certificateLogs > 0
      ? "a certificate transparency log promised to publish the certificate"
      : "certificate transparency was not asked for";
  return [
    "  - the signature was made by the certificate's key",
    `  - ${log}`,
    ...stamp,
    "  - the certificate leads to an authority of the trust root, and was valid at every proven time",
    `  - ${promise}`,
    "  - the certificate names the subject and the issuer that were asked for",
  ];
}

/** Who, when, and where it is logged. */
function signatureLines({ principal, times, entries }: VerifiedEntity): readonly string[] {
  const who =
    principal.kind === "keyless"
      ? `${quoted(principal.subject)}, issuer ${quoted(principal.issuer)}`
      : `key ${principal.kind === "key" ? `(SHA-256 of its SPKI: ${principal.keyId})` : ""}`;
  return [
    `signed by ${who}`,
    ...times.map(({ instant, source }) => `  at ${new Date(instant).toISOString()} (${source})`),
    ...entries.map(({ logId, logIndex }) => `  logged as ${logIndex} in log ${logId}`),
  ];
}

/** cosign v2: one simple-signing payload a signature, with what was proven in `optional`. */
export function asCosignPrints({ repository }: ImageReference, verdict: RuleVerdict): string {
  const payloads = verdict.evidence.map((entity) => {
    const { digest, dockerReference } = entity.claims;
    const optional = optionalOf(entity);
    return {
      critical: {
        identity: { "docker-reference": dockerReference ?? `${repository.host}/${repository.path}` },
        image: { "docker-manifest-digest": digest },
        type: "cosign container image signature",
      },
      optional: Object.keys(optional).length === 0 ? null : optional,
    };
  });
  return `${JSON.stringify(payloads)}\n`;
}

/** Proven facts come last: an annotation of the signer's cannot stand in their place. */
function optionalOf({ principal, entries, claims }: VerifiedEntity): Record<string, unknown> {
  const [entry] = entries;
  return {
    ...(toPlain(claims.annotations) as Record<string, unknown>),
    ...(entry && { Bundle: { Payload: bundlePayload(entry) } }),
    ...(principal.kind === "keyless" && { Issuer: principal.issuer, Subject: principal.subject }),
  };
}

function bundlePayload({ logId, logIndex, integratedTime }: VerifiedEntity["entries"][number]): object {
  return {
    ...(integratedTime !== undefined && { integratedTime: integratedTime / 1000 }),
    logIndex: Number(logIndex),
    logID: logId,
  };
}
