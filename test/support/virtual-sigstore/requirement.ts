/** What a policy would ask of the signatures of the virtual instance, compiled. */
import { parsePublicKeySpki } from "../../../src/crypto/public-key.ts";
import type { TrustMaterial } from "../../../src/sigstore/trusted-root.ts";
import type { TextMatcher } from "../../../src/verify/identity.ts";
import type { Requirement } from "../../../src/verify/requirement.ts";
import type { Identity } from "./identity.ts";
import type { Signer } from "./signer.ts";

/** As the public instance asks of certificates: one log, one promise, one time. */
const WITNESSED = { logs: 1, certificateLogs: 1, times: 1, timestamps: 0 };

type Changes = Partial<Pick<Requirement, "content" | "thresholds">>;

/** A keyless signature as `identity`. */
export function keylessRequirement(trust: TrustMaterial, identity: Identity, changes: Changes = {}): Requirement {
  const subject = exactly(identity.subject);
  return {
    signer: {
      kind: "keyless",
      identity: { issuer: exactly(identity.issuer), subject: () => subject, extensions: new Map() },
    },
    content: { kind: "signature" },
    trust,
    thresholds: WITNESSED,
    ...changes,
  };
}

/** A signature by this signer's key, logged; RSA with the padding that it uses. */
export function keyRequirement(trust: TrustMaterial, { spki, how }: Signer, changes: Changes = {}): Requirement {
  const { padding: rsaPadding } = how;
  return {
    signer: { kind: "key", key: parsePublicKeySpki(spki), ...(rsaPadding && { rsaPadding }) },
    content: { kind: "signature" },
    trust,
    thresholds: { ...WITNESSED, certificateLogs: 0, times: 0 },
    ...changes,
  };
}

function exactly(text: string): TextMatcher {
  return { wanted: JSON.stringify(text), matches: (value) => value === text };
}
