/** Policies and exceptions that a seed decides: few enough names that one replaces another, and every kind of entry, condition and validation. */
import type { ExceptionResource } from "../../../src/policy/exception.ts";
import type { PolicyResource } from "../../../src/policy/types.ts";
import type { Members } from "../../support/reviews.ts";
import type { Random } from "../../support/x509/seeded.ts";
import { PULL_SECRETS } from "./credentials.ts";
import { DAY, DEV, HOUR, OWN_ROOT_PEM, REPOSITORIES, SCANNER, START } from "./world.ts";

/** Where a policy says which key, without saying which it is now. */
export const KEY_SLOTS = ["release", "qa"] as const;
export type KeySlot = (typeof KEY_SLOTS)[number];
export const slotText = (slot: KeySlot): string => `key slot ${slot}`;

/** Names of trust roots, of which one may be missing. */
export const ROOT_NAMES = ["acme", "other"] as const;

const ACTIONS = ["Enforce", "Enforce", "Enforce", "Warn", "Audit"] as const;
const ISSUER = "https://accounts.example";
const POLICY_NAMES = ["first", "second", "third"];
const RULE_NAMES = ["one", "two"];

/** A member that is written in about one of `n` cases. */
function perhaps(random: Random, n: number, members: () => Members): Members {
  return random.below(n) === 0 ? members() : {};
}

export function randomPolicy(random: Random): PolicyResource {
  const isOfNamespace = random.below(4) === 0;
  const resource: unknown = {
    apiVersion: "sealgate.dev/v1alpha1",
    kind: isOfNamespace ? "ImageVerifyPolicy" : "ClusterImageVerifyPolicy",
    metadata: { name: random.pick(POLICY_NAMES), ...(isOfNamespace && { namespace: "prod" }) },
    spec: {
      failureAction: random.pick(ACTIONS),
      ...randomFailurePolicy(random),
      ...(isOfNamespace ? {} : perhaps(random, 4, () => ({ match: { namespaceSelector: { matchLabels: LABELS } } }))),
      verifyImages: RULE_NAMES.slice(0, 1 + random.below(2)).map((name) => randomRule(random, name)),
    },
  };
  return resource as PolicyResource;
}

const LABELS = { env: "prod" };

function randomFailurePolicy(random: Random): Members {
  const failurePolicy = random.pick(["Fail", "Ignore", "IgnoreIfVerified", "IgnoreIfVerified"]);
  const isShorter = failurePolicy === "IgnoreIfVerified" && random.below(2) === 0;
  return { failurePolicy, ...(isShorter && { verifiedWithin: random.pick(["30m", "2h"]) }) };
}

function randomRule(random: Random, name: string): Members {
  // A host is written out: Ignore under Enforce takes no wildcard there
  const head = { name, imageReferences: ["HOST/acme/*"] };
  if (random.below(12) === 0) return { ...head, static: { action: random.pick(["Pass", "Fail"]) } };
  const attestations = random.below(2) === 0 ? [randomAttestation(random)] : undefined;
  const attestors = attestations === undefined || random.below(2) === 0 ? [randomSet(random)] : undefined;
  return {
    ...head,
    trustRoot: random.pick(ROOT_NAMES),
    ...(attestors && { attestors }),
    ...(attestations && { attestations }),
    ...perhaps(random, 3, () => ({ verifyDigest: random.below(2) === 0, mutateDigest: random.below(2) === 0 })),
    ...perhaps(random, 4, () => ({ validations: [{ expression: random.pick(VALIDATIONS) }] })),
    ...perhaps(random, 2, () => ({ platforms: random.pick(["EachPlatform", "IndexOrEachPlatform"]) })),
    ...perhaps(random, 4, () => ({ source: { repository: `HOST/acme/r${random.below(REPOSITORIES)}` } })),
    ...perhaps(random, 3, () => ({ imageRegistryCredentials: { secrets: [PULL_SECRETS.rule] } })),
  };
}

const VALIDATIONS = [
  "signatures.all(s, s.signer.kind == 'key')",
  "image.tag != '2'",
  `now < timestamp('${at(2 * HOUR)}')`,
  "signatures.size() > 0",
];

function at(offset: number): string {
  return new Date(START + offset).toISOString();
}

function randomSet(random: Random): Members {
  const entries = Array.from({ length: 1 + random.below(2) }, (_, i) => randomEntry(random, `entry-${i}`));
  return { ...perhaps(random, 1 + random.below(2), () => ({ count: 1 })), entries };
}

function randomEntry(random: Random, name: string): Members {
  const keys = (): Members => ({ name, keys: randomKey(random) });
  switch (random.below(6)) {
    case 0:
    case 1:
      return { ...keys(), insecureIgnoreTlog: true };
    case 2:
      return keys();
    case 3:
    case 4:
      return {
        name,
        certificates: { roots: OWN_ROOT_PEM, subjectRegExp: ".*", insecureUseCurrentTime: true },
        insecureIgnoreTlog: true,
      };
    default:
      return { name, keyless: { issuer: ISSUER, subject: DEV }, ...perhaps(random, 3, () => ({ trustRoot: "other" })) };
  }
}

/** Written out, or in the Secret of that name. */
function randomKey(random: Random): Members {
  const slot = random.pick(KEY_SLOTS);
  return random.below(2) === 0 ? { publicKeys: slotText(slot) } : { secret: { name: slot } };
}

function randomAttestation(random: Random): Members {
  const types = random.pick([["vuln"], ["vuln"], ["vuln"], ["spdxjson"]]);
  const isOfScanner = types[0] === "vuln";
  const entry = isOfScanner
    ? { name: "scanner", keyless: { issuer: ISSUER, subject: SCANNER } }
    : { name: "builder", keys: { publicKeys: slotText("release") } };
  const dated = (): Members => ({
    ...perhaps(random, 2, () => ({ maxAge: random.pick(["2h", "1d", "7d"]) })),
    match: random.pick(["All", "Any", "Latest"]),
  });
  return {
    name: "scan",
    predicateTypes: types,
    attestors: [{ entries: [entry] }],
    ...(isOfScanner ? dated() : {}),
    ...perhaps(random, 2, () => ({ conditions: [{ expression: random.pick(CONDITIONS) }] })),
  };
}

const CONDITIONS = [
  "predicate.severity == 'LOW'",
  "timestamp(predicate.expires) > now",
  "image.tag == '1' || image.tag == ''",
  "signer.subject.endsWith('@acme.io')",
  "now - signer.time < duration('36h')",
];

export function randomException(random: Random, now: number): ExceptionResource {
  const expires = new Date(now + random.pick([5 * 60_000, HOUR, DAY])).toISOString();
  const resource: unknown = {
    apiVersion: "sealgate.dev/v1alpha1",
    kind: "ImageVerifyException",
    metadata: { name: `ex-${random.below(3)}`, creationTimestamp: new Date(now).toISOString() },
    spec: {
      policies: POLICY_NAMES.slice(random.below(2)).map((name) => ({
        name,
        ...perhaps(random, 3, () => ({ rules: [random.pick(RULE_NAMES)] })),
      })),
      namespaces: [random.pick(["prod", "prod", "test"])],
      images: [random.pick(["*", "*", "HOST/acme/r0"])],
      reason: "the pipeline is down",
      expires,
    },
  };
  return resource as ExceptionResource;
}
