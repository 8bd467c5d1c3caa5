// attestors[] (policy-api.md §2.4): sets of signers, and what the signature of each must bring.
import { certificates } from "./certificates.mjs";
import { githubActions } from "./github-actions.mjs";
import { keyless } from "./keyless.mjs";
import { keys } from "./keys.mjs";
import { flag, name, objectName } from "./text.mjs";

const isTrue = (field) => `(has(self.${field}) && self.${field})`;

const oneVariant = {
  rule: "(has(self.keys) ? 1 : 0) + (has(self.keyless) ? 1 : 0) + (has(self.githubActions) ? 1 : 0) + (has(self.certificates) ? 1 : 0) == 1",
  message: "must have exactly one of keys, keyless, githubActions, certificates",
};
const noLogNoTime = {
  rule: `!${isTrue("insecureIgnoreTlog")} || ${isTrue("requireTimestamp")} || has(self.keys) || (has(self.certificates) && has(self.certificates.insecureUseCurrentTime) && self.certificates.insecureUseCurrentTime)`,
  message:
    "must not be true for a certificate, unless requireTimestamp or certificates.insecureUseCurrentTime is: nothing else would prove when it signed",
  fieldPath: ".insecureIgnoreTlog",
};
const noLogNoWindow = {
  rule: `!${isTrue("insecureIgnoreTlog")} || ${isTrue("requireTimestamp")} || !has(self.keys) || (!has(self.keys.validFrom) && !has(self.keys.validUntil))`,
  message:
    "must not be true for a key with validFrom or validUntil, unless requireTimestamp is: nothing else would prove when it signed",
  fieldPath: ".insecureIgnoreTlog",
};
const onlyFulcioHasScts = {
  rule: "!has(self.insecureIgnoreSCT) || has(self.keyless) || has(self.githubActions)",
  message: "must be written with keyless and githubActions only: no other signature could bring one",
  fieldPath: ".insecureIgnoreSCT",
};

const annotations = {
  type: "object",
  minProperties: 1,
  maxProperties: 16,
  description: "Annotations that the signed payload must hold, each with exactly this value. None when it is absent.",
  "x-kubernetes-validations": [
    { rule: "self.all(k, size(k) >= 1 && size(k) <= 128)", message: "must have keys of 1 to 128 characters" },
  ],
  additionalProperties: {
    type: "string",
    maxLength: 1024,
    description: "The value that the annotation must have, exactly.",
  },
};

const entry = {
  type: "object",
  description: "One signer that the set accepts, and what its signature must bring. One variant must be written.",
  required: ["name"],
  "x-kubernetes-validations": [oneVariant, noLogNoTime, noLogNoWindow, onlyFulcioHasScts],
  properties: {
    name: name("Name of the signer, a DNS label that is unique in its set. Messages show it."),
    party: name(
      "Name of the party that signs by this entry, a DNS label. Entries of one party are alternatives, and count once. Default: the entry's name.",
    ),
    keys,
    keyless,
    githubActions,
    certificates,
    annotations,
    trustRoot: objectName(
      "Name of the trust root that this signer's signatures are verified with, for example github. Default: the rule's.",
    ),
    insecureIgnoreTlog: flag(
      "No entry of a transparency log is asked for or looked at, whatever the trust root requires. Default: false.",
    ),
    insecureIgnoreSCT: flag(
      "The certificate needs no proof that a certificate transparency log has it, whatever the trust root requires. Default: false.",
    ),
    requireTimestamp: flag(
      "At least one time stamp of RFC 3161 must be verified, beside what the trust root requires. Default: false.",
    ),
  },
};

const MAX_ENTRIES = 16;
const POSITIONS = Array.from({ length: MAX_ENTRIES }, (_, i) => i).join(", ");

export const attestorSet = {
  type: "object",
  description: "A set of signers, of which a number must have signed.",
  required: ["entries"],
  "x-kubernetes-validations": [
    {
      // The list of one list is there to give its element a name
      rule: `!has(self.count) || [self.entries.map(e, has(e.party) ? e.party : e.name)].all(p, self.count <= size([${POSITIONS}].filter(i, i < size(p) && p.indexOf(p[i]) == i)))`,
      message: "count must not be above the number of parties",
      fieldPath: ".count",
    },
  ],
  properties: {
    count: {
      type: "integer",
      format: "int32",
      minimum: 1,
      maximum: MAX_ENTRIES,
      description:
        "How many parties must be met, each by a signature of a different signer. All of them when it is absent.",
    },
    entries: {
      type: "array",
      minItems: 1,
      maxItems: MAX_ENTRIES,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      description: "The signers of the set, by name. Each is a party of its own unless party says otherwise.",
      items: entry,
    },
  },
};
