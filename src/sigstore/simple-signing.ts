/**
 * Simple signing, the payload of legacy cosign signatures (verification-spec §2.1). Read only from bytes that a
 * signature covers. What stands under `critical` must be understood in full: an unknown member there is refused, and a
 * second `Critical` is too, since readers that fold case would take that one. Other members beside it say nothing.
 *
 *   {"critical": {"identity": {"docker-reference": string},
 *                 "image": {"docker-manifest-digest": "sha256:…"},
 *                 "type": "cosign container image signature"},
 *    "optional": null or object}
 */
import { parseDigest, type Digest } from "../crypto/digest.ts";
import { asObject, asString, unknownMember } from "../encoding/guard.ts";
import { parseJson, type JsonObject } from "../encoding/json.ts";
import { malformed } from "../failure/attempt.ts";
import { quoted, VerificationFailure } from "../failure/failure.ts";

export interface SimpleSigning {
  readonly digest: Digest;
  /** Where the signer pushed to. Never decides: mirrors and new tags are normal. */
  readonly dockerReference: string;
  /** `optional`: the signer's annotations. */
  readonly annotations: JsonObject;
}

const TYPE = "cosign container image signature";
const MEMBERS = ["critical", "optional"];

/** Fails with PayloadMalformed, PayloadMemberUnknown or PayloadTypeMismatch. */
export function parseSimpleSigning(payload: Uint8Array): SimpleSigning {
  return malformed("PayloadMalformed", "simple-signing payload", () => {
    const root = asObject(parseJson(payload, { roundIntegers: true }), "payload");
    refuseOtherCase(root);
    const critical = criticalObject(root, "critical", ["identity", "image", "type"]);
    checkType(asString(critical.get("type"), "critical.type"));
    const identity = criticalObject(critical, "identity", ["docker-reference"]);
    const image = criticalObject(critical, "image", ["docker-manifest-digest"]);
    return {
      digest: parseDigest(asString(image.get("docker-manifest-digest"), "critical.image.docker-manifest-digest")),
      dockerReference: asString(identity.get("docker-reference"), "critical.identity.docker-reference"),
      annotations: asObject(root.get("optional") ?? new Map(), "optional"),
    };
  });
}

function refuseOtherCase(root: JsonObject): void {
  const other = [...root.keys()].find((name) => !MEMBERS.includes(name) && MEMBERS.includes(name.toLowerCase()));
  if (other === undefined) return;
  throw new VerificationFailure(
    "PayloadMemberUnknown",
    `Cannot honour the member ${quoted(other)} of the signed payload, want ${quoted(other.toLowerCase())}`,
  );
}

function criticalObject(parent: JsonObject, name: string, allowed: readonly string[]): JsonObject {
  const object = asObject(parent.get(name), name);
  const unknown = unknownMember(object, allowed);
  if (unknown === undefined) return object;
  throw new VerificationFailure(
    "PayloadMemberUnknown",
    `Cannot honour the member ${quoted(unknown)} of ${name} in the signed payload, want only ${allowed.map(quoted).join(", ")}`,
  );
}

function checkType(type: string): void {
  if (type === TYPE) return;
  throw new VerificationFailure(
    "PayloadTypeMismatch",
    `Cannot accept critical.type ${quoted(type)}, want ${quoted(TYPE)}`,
    { actual: quoted(type), expected: TYPE },
  );
}
