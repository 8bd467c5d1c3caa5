// Every field is live (policy-api.md §5): for each leaf of the schema, changing it changes what the policy does.
import assert from "node:assert/strict";
import { celOf } from "../../src/policy/cel/values.ts";
import { compilePolicy, type CompiledPolicy } from "../../src/policy/compile.ts";
import { evaluateRule } from "../../src/policy/evaluate.ts";
import { validatePolicy } from "../../src/policy/validate.ts";
import { effectOf } from "../../src/policy/verdict.ts";
import { evaluateWrittenDigest } from "../../src/policy/written-digest.ts";
import { attestationRule, attestedBy, judge } from "./attestations.ts";
import { ENTRY_CHANGES, KEY_SOURCES } from "./entry-changes.ts";
import { ROOTS, signedByKey } from "./instance.ts";
import { onPlatforms } from "./platforms.ts";
import {
  KEYS,
  NOW,
  UNREAD,
  candidate,
  entry,
  evidence,
  image,
  policy,
  reviewed,
  rule,
  type Json,
} from "./resources.ts";
import { schemaLeaves } from "./schema-leaves.ts";

/** Two specs that differ in one leaf alone, and what differs in consequence. */
interface Change {
  readonly before: Json;
  readonly after: Json;
  readonly observe: (compiled: CompiledPolicy) => unknown;
  /** Both are refused, and what is said of it differs. */
  readonly isRefused?: true;
}

const TAGGED = image("ghcr.io/acme/app");
const LABELS = new Map([["env", "prod"]]);

const POD = {
  labels: [LABELS],
  template: "Job" as const,
  facts: () => ({ request: celOf(new Map([["name", "web"]])) }),
};

const first = (compiled: CompiledPolicy): CompiledPolicy["rules"][number] => {
  const [found] = compiled.rules;
  assert.ok(found);
  return found;
};
const verdict = (compiled: CompiledPolicy): ReturnType<typeof evaluateRule> =>
  evaluateRule(first(compiled), evidence([candidate("x", KEYS.a)]), NOW);
const effect =
  (places: readonly (typeof UNREAD)[]) =>
  (compiled: CompiledPolicy): string =>
    effectOf({
      policy: compiled.id,
      failureAction: compiled.failureAction,
      failurePolicy: compiled.failurePolicy,
      verdict: evaluateRule(first(compiled), evidence([], places), NOW),
    });
const covers = (compiled: CompiledPolicy): boolean => first(compiled).covers(TAGGED);
const applies = (compiled: CompiledPolicy): boolean => compiled.appliesTo(reviewed("any", LABELS, POD));

const rules = (more: Json): Json => ({ verifyImages: [rule(more)] });
const oneEntry = (written: Json): Json => rules({ attestors: [{ entries: [written] }] });
const asking = (written: string): Json => ({ match: { conditions: [{ name: "one", expression: written }] } });
/** A denial says which condition cannot be read. */
const unreadable = (name: string): Json => ({ name, expression: "request." });
const decided = (verdict: Json): Json => rules({ attestors: undefined, static: verdict });
const logged = entry("one", KEYS.a, { insecureIgnoreTlog: false });

/** An attestation by key a, about a scan with one finding. */
const scanned = [attestedBy(KEYS.a, { findings: 1 }), attestedBy(KEYS.b, { findings: 0 })];
const scannedTwice = [1, 0].map((findings, i) => attestedBy(KEYS.a, { findings }, { subject: `bundle ${i}` }));
const attested = (more: Json, rule: Json = {}): Json => ({ verifyImages: [attestationRule(more, rule)] });
const condition = (written: Json): Json => attested({ conditions: [written] });
const validation = (written: Json): Json => attested({}, { validations: [written] });
const statements = (compiled: CompiledPolicy): readonly string[] => {
  const { outcome, findings } = judge(first(compiled), scanned);
  return [outcome, ...findings.map(({ reason }) => reason)];
};
const SOMEBODY = [{ entries: [{ name: "dev", keyless: { issuer: "https://login.acme.io", subject: "dev@acme.io" } }] }];
const FALSE = { expression: "false" };
/** Of one of the two selectors of `match`. */
function selectorChanges(field: string): Readonly<Record<string, Change>> {
  const change = (leaf: string, before: Json, after: Json): readonly [string, Change] => [
    `match.${field}.${leaf}`,
    { before: { match: { [field]: before } }, after: { match: { [field]: after } }, observe: applies },
  ];
  const expression = (written: Json): Json => ({ matchExpressions: [{ key: "env", values: ["prod"], ...written }] });
  const exists = (key: string): Json => ({ matchExpressions: [{ key, operator: "Exists" }] });
  const isProd = expression({ operator: "In" });
  return Object.fromEntries([
    change("matchLabels.*", { matchLabels: { env: "prod" } }, { matchLabels: { env: "test" } }),
    change("matchExpressions[].key", exists("env"), exists("zone")),
    change("matchExpressions[].operator", isProd, expression({ operator: "NotIn" })),
    change("matchExpressions[].values[]", isProd, expression({ operator: "In", values: ["test"] })),
  ]);
}

const LIVE: Readonly<Record<string, Change>> = {
  failureAction: { before: { failureAction: "Enforce" }, after: { failureAction: "Warn" }, observe: effect([]) },
  failurePolicy: { before: { failurePolicy: "Fail" }, after: { failurePolicy: "Ignore" }, observe: effect([UNREAD]) },
  verifiedWithin: {
    before: { failurePolicy: "IgnoreIfVerified", verifiedWithin: "12h" },
    after: { failurePolicy: "IgnoreIfVerified", verifiedWithin: "1d" },
    observe: ({ verifiedWithin }) => verifiedWithin,
  },
  timeoutSeconds: {
    before: { timeoutSeconds: 1 },
    after: { timeoutSeconds: 30 },
    observe: ({ timeout }) => timeout,
  },
  ...selectorChanges("namespaceSelector"),
  ...selectorChanges("objectSelector"),
  "match.podControllers[]": {
    before: { match: { podControllers: ["Job"] } },
    after: { match: { podControllers: ["CronJob"] } },
    observe: applies,
  },
  "match.conditions[].name": {
    before: { match: { conditions: [unreadable("one")] } },
    after: { match: { conditions: [unreadable("two")] } },
    observe: (compiled) => verdict(compiled).findings,
    isRefused: true,
  },
  "match.conditions[].expression": {
    before: asking("request.name == 'web'"),
    after: asking("request.name == 'db'"),
    observe: applies,
  },
  "verifyImages[].name": {
    before: rules({ name: "one" }),
    after: rules({ name: "two" }),
    observe: (compiled) => verdict(compiled).rule,
  },
  "verifyImages[].imageReferences[]": {
    before: rules({ imageReferences: ["ghcr.io/acme/*"] }),
    after: rules({ imageReferences: ["quay.io/acme/*"] }),
    observe: covers,
  },
  "verifyImages[].skipImageReferences[]": {
    before: rules({ skipImageReferences: ["ghcr.io/acme/sandbox/*"] }),
    after: rules({ skipImageReferences: ["ghcr.io/acme/app"] }),
    observe: covers,
  },
  "verifyImages[].static.action": {
    before: decided({ action: "Pass" }),
    after: decided({ action: "Fail" }),
    observe: (compiled) => verdict(compiled).outcome,
  },
  "verifyImages[].static.message": {
    before: decided({ action: "Fail", message: "not from here" }),
    after: decided({ action: "Fail", message: "from acme alone" }),
    observe: (compiled) => verdict(compiled).findings.map(({ reason }) => reason),
  },
  "verifyImages[].mutateDigest": {
    before: rules({ mutateDigest: true }),
    after: rules({ mutateDigest: false }),
    observe: (compiled) => first(compiled).mutateDigest,
  },
  "verifyImages[].verifyDigest": {
    before: rules({ verifyDigest: true }),
    after: rules({ verifyDigest: false }),
    observe: (compiled) => evaluateWrittenDigest(first(compiled), TAGGED)?.outcome,
  },
  "verifyImages[].platforms": {
    before: rules({ platforms: "Index" }),
    after: rules({ platforms: "EachPlatform" }),
    observe: (compiled) => onPlatforms(first(compiled), { index: [candidate("x", KEYS.a)], platforms: [[]] }).outcome,
  },
  "verifyImages[].source.repository": {
    before: rules({ source: { repository: "ghcr.io/acme/signatures" } }),
    after: rules({ source: { repository: "ghcr.io/acme/attested" } }),
    observe: (compiled) => first(compiled).source,
  },
  "verifyImages[].source.secrets[]": {
    before: rules({ source: { repository: "ghcr.io/acme/signatures", secrets: ["one"] } }),
    after: rules({ source: { repository: "ghcr.io/acme/signatures", secrets: ["two"] } }),
    observe: (compiled) => first(compiled).sourceSecrets,
  },
  "verifyImages[].imageRegistryCredentials.secrets[]": {
    before: rules({ imageRegistryCredentials: { secrets: ["one"] } }),
    after: rules({ imageRegistryCredentials: { secrets: ["two"] } }),
    observe: (compiled) => first(compiled).pullSecrets,
  },
  "verifyImages[].attestors[].count": {
    before: rules({ attestors: [{ count: 1, entries: [entry("a", KEYS.a), entry("b", KEYS.b)] }] }),
    after: rules({ attestors: [{ count: 2, entries: [entry("a", KEYS.a), entry("b", KEYS.b)] }] }),
    observe: (compiled) => verdict(compiled).outcome,
  },
  "verifyImages[].attestors[].entries[].name": {
    before: oneEntry(entry("one", KEYS.b)),
    after: oneEntry(entry("two", KEYS.b)),
    observe: (compiled) => verdict(compiled).findings.map((finding) => finding.entry),
  },
  "verifyImages[].attestors[].entries[].party": {
    before: rules({ attestors: [{ entries: [entry("a", KEYS.a), entry("b", KEYS.b, { party: "b" })] }] }),
    after: rules({ attestors: [{ entries: [entry("a", KEYS.a), entry("b", KEYS.b, { party: "a" })] }] }),
    observe: (compiled) => verdict(compiled).outcome,
  },
  "verifyImages[].attestations[].name": {
    before: attested({ name: "scan", predicateTypes: ["spdx"] }),
    after: attested({ name: "vuln", predicateTypes: ["spdx"] }),
    observe: statements,
  },
  "verifyImages[].attestations[].predicateTypes[]": {
    before: attested({ predicateTypes: ["vuln"] }),
    after: attested({ predicateTypes: ["spdx"] }),
    observe: statements,
  },
  "verifyImages[].attestations[].match": {
    before: attested({ match: "All", conditions: [{ expression: "predicate.findings == 0" }] }),
    after: attested({ match: "Any", conditions: [{ expression: "predicate.findings == 0" }] }),
    observe: (compiled) => judge(first(compiled), scannedTwice).outcome,
  },
  "verifyImages[].attestations[].maxAge": {
    before: attested({ maxAge: "7d", attestors: SOMEBODY }),
    after: attested({ maxAge: "8d", attestors: SOMEBODY }),
    observe: (compiled) => first(compiled).attestations[0]?.maxAge,
  },
  "verifyImages[].attestations[].platforms": {
    before: attested({}, { platforms: "EachPlatform" }),
    after: attested({ platforms: "Index" }, { platforms: "EachPlatform" }),
    observe: (compiled) => onPlatforms(first(compiled), { index: scanned, platforms: [[]] }).outcome,
  },
  "verifyImages[].attestations[].conditions[].expression": {
    before: condition({ expression: "predicate.findings == 1" }),
    after: condition({ expression: "predicate.findings == 0" }),
    observe: statements,
  },
  "verifyImages[].attestations[].conditions[].message": {
    before: condition({ ...FALSE, message: "one" }),
    after: condition({ ...FALSE, message: "two" }),
    observe: statements,
  },
  "verifyImages[].validations[].expression": {
    before: validation({ expression: "attestations.vuln.size() == 1" }),
    after: validation({ expression: "attestations.vuln.size() == 2" }),
    observe: statements,
  },
  "verifyImages[].validations[].message": {
    before: validation({ ...FALSE, message: "one" }),
    after: validation({ ...FALSE, message: "two" }),
    observe: statements,
  },
  "verifyImages[].trustRoot": {
    before: rules({ trustRoot: "sigstore-public-good", attestors: [{ entries: [logged] }] }),
    after: rules({ trustRoot: "github", attestors: [{ entries: [logged] }] }),
    observe: (compiled) => evaluateRule(first(compiled), evidence([signedByKey(KEYS.a.privateKey)]), NOW).outcome,
  },
};

describe("policy liveness: ImageVerifyPolicy and ClusterImageVerifyPolicy", () => {
  it("has a change for every leaf of the schema, and for no other", () => {
    const entries = Object.keys(ENTRY_CHANGES).map((leaf) => `verifyImages[].attestors[].entries[].${leaf}`);
    const leaves = schemaLeaves();
    const tests = [...Object.keys(LIVE), ...entries];
    console.log(`      ${leaves.length} leaves, ${tests.length} tests`);
    assert.deepEqual(tests.toSorted(), leaves.toSorted());
  });

  for (const [leaf, { before, after, observe, isRefused = false }] of Object.entries(LIVE)) {
    it(`${leaf} changes what the policy does`, () => {
      assert.equal(validatePolicy(policy(before)).length > 0, isRefused);
      assert.notDeepEqual(observe(compilePolicy(policy(before), ROOTS)), observe(compilePolicy(policy(after), ROOTS)));
    });
  }

  for (const [leaf, { signature, met, unmet }] of Object.entries(ENTRY_CHANGES)) {
    it(`${leaf} of an entry decides over a signature`, () => {
      const outcome = (more: Json): string => {
        const text = JSON.stringify(policy(oneEntry({ name: "one", ...more })));
        const resource = JSON.parse(text) as ReturnType<typeof policy>;
        assert.deepEqual(validatePolicy(resource), []);
        const verdict = evaluateRule(first(compilePolicy(resource, ROOTS, KEY_SOURCES)), evidence([signature]), NOW);
        return [verdict.outcome, ...verdict.findings.map(({ code }) => code)].join(" ");
      };
      assert.equal(outcome(met), "Pass");
      assert.match(outcome(unmet), /^Fail /);
    });
  }
});
