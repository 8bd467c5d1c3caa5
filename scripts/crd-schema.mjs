// The one source of the policy kinds, with crd-schema/: scripts/crds.mjs makes crds/*.yaml and src/policy/*.generated.ts
// from it. A structural OpenAPI v3 schema with CEL rules (policy-api.md §2 and §3). Everything has a maximum, since the
// API server refuses rules whose estimated cost it cannot bound. Nothing that is not implemented is in it.
import { attestations, validations } from "./crd-schema/attestations.mjs";
import { attestorSet } from "./crd-schema/attestors.mjs";
import { imageReferences, skipImageReferences } from "./crd-schema/image-patterns.mjs";
import { keys, namespacedKeys } from "./crd-schema/keys.mjs";
import { match, namespacedMatch } from "./crd-schema/match.mjs";
import { platforms } from "./crd-schema/platforms.mjs";
import { source } from "./crd-schema/source.mjs";
import { imageRegistryCredentials } from "./crd-schema/registry-credentials.mjs";
import { standsAlone, staticVerdict } from "./crd-schema/static-verdict.mjs";
import { flag, name, objectName } from "./crd-schema/text.mjs";

const rule = {
  type: "object",
  description: "What is asked of the images that the rule covers.",
  required: ["name", "imageReferences"],
  "x-kubernetes-validations": [
    {
      rule: "has(self.attestors) || has(self.attestations) || has(self.static) || (has(self.mutateDigest) && self.mutateDigest) || (has(self.verifyDigest) && self.verifyDigest)",
      message: "must ask for something: attestors, attestations, static, mutateDigest: true or verifyDigest: true",
    },
    standsAlone,
  ],
  properties: {
    name: name("Name of the rule, a DNS label that is unique in the policy. Every message shows it."),
    imageReferences,
    skipImageReferences,
    static: staticVerdict,
    mutateDigest: flag(
      "Writes the verified digest into the pod, as host/path:tag@digest. True under Enforce and false under Warn and Audit when it is absent.",
    ),
    verifyDigest: flag(
      "Refuses an image of a pod that has no digest when the validating webhook sees it. True under Enforce and false under Warn and Audit when it is absent.",
    ),
    imageRegistryCredentials,
    trustRoot: objectName(
      "Name of the trust root that signatures are verified with, for example sigstore-public-good or github. Default: sigstore-public-good.",
    ),
    platforms: platforms("signatures and attestations", "Default: Index."),
    source,
    attestors: {
      type: "array",
      minItems: 1,
      maxItems: 4,
      "x-kubernetes-list-type": "atomic",
      description: "Sets of signers. Every set must pass. None when it is absent.",
      items: attestorSet,
    },
    attestations,
    validations,
  },
};

const spec = {
  type: "object",
  description: "Rules over images. Every rule of every policy that applies to an image must pass.",
  required: ["verifyImages"],
  "x-kubernetes-validations": [
    {
      rule: "self.failureAction != 'Enforce' || self.failurePolicy != 'Ignore' || self.verifyImages.all(r, r.imageReferences.all(p, !p.matches('^([*]$|[^/]*[*?][^/]*/)')))",
      message:
        "failurePolicy must be Fail under Enforce when a pattern has a wildcard in its host: the pod's author would pick a registry that does not answer",
      fieldPath: ".failurePolicy",
    },
    {
      rule: "!has(self.verifiedWithin) || self.failurePolicy == 'IgnoreIfVerified'",
      message: "must be written with failurePolicy IgnoreIfVerified alone: no other policy remembers anything",
      fieldPath: ".verifiedWithin",
    },
  ],
  properties: {
    failureAction: {
      type: "string",
      enum: ["Enforce", "Warn", "Audit"],
      default: "Enforce",
      description:
        "What a failed verification does: Enforce denies the pod, Warn admits it with a warning, Audit admits it. All three are reported.",
    },
    failurePolicy: {
      type: "string",
      enum: ["Fail", "Ignore", "IgnoreIfVerified"],
      default: "Fail",
      description:
        "What happens under Enforce when a registry could not be asked: Fail denies the pod, Ignore admits it with a warning, IgnoreIfVerified does so for a digest that the rule passed within verifiedWithin. It never softens a failed verification. Default: Fail.",
    },
    verifiedWithin: {
      type: "string",
      minLength: 2,
      maxLength: 8,
      pattern: "^[1-9][0-9]{0,6}[smhd]$",
      "x-kubernetes-validations": [
        {
          rule: "int(self.substring(0, size(self) - 1)) * (self.endsWith('d') ? 86400 : self.endsWith('h') ? 3600 : self.endsWith('m') ? 60 : 1) <= 604800",
          message: "must be at most 168h",
        },
      ],
      description:
        "For how long IgnoreIfVerified rests on what a rule passed, for example 12h: an integer and s, m, h or d, at most 168h. Remembered in memory, by each replica for itself. Default: 24h.",
    },
    timeoutSeconds: {
      type: "integer",
      format: "int32",
      minimum: 1,
      maximum: 30,
      description:
        "Seconds that a request may spend on this policy, from 1 to 30; never more than the webhook has. When they are spent it is undetermined. Default: what the webhook has.",
    },
    match,
    verifyImages: {
      type: "array",
      minItems: 1,
      maxItems: 16,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      description: "The rules of the policy, by name.",
      items: rule,
    },
  },
};

/** Spec of the cluster kind; the namespaced kind is the same but for other namespaces, of which it knows nothing. */
export const clusterSpec = spec;
export const namespacedSpec = replaced(
  { ...spec, properties: { ...spec.properties, match: namespacedMatch } },
  keys,
  namespacedKeys,
);

/** A copy of `node` with `after` wherever `before` stands. */
function replaced(node, before, after) {
  if (node === before) return after;
  if (Array.isArray(node)) return node.map((item) => replaced(item, before, after));
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([member, value]) => [member, replaced(value, before, after)]));
}
