// Entries of every variant against real signatures of an instance in memory: who passes, who counts, and what nobody can
// tell (policy-api.md §2.4, §4 steps 7 and 8; verification-spec §10, traps 32 to 35).
import assert from "node:assert/strict";
import { parsePublicKeyPem } from "../../src/crypto/public-key.ts";
import { compilePolicy } from "../../src/policy/compile.ts";
import type { Candidate } from "../../src/policy/evidence.ts";
import { evaluateRule } from "../../src/policy/evaluate.ts";
import { NO_SECRET } from "../../src/policy/key-secret.ts";
import type { KeyAnswer } from "../../src/policy/key-source.ts";
import { effectOf, type RuleVerdict } from "../../src/policy/verdict.ts";
import { ISSUER, mailSigner, ROOT, ROOTS, RUN, runSigner, signedBy, signedByKey, SUBJECT } from "./instance.ts";
import {
  candidate,
  compiledRule,
  entry,
  evidence,
  KEYS,
  NOW,
  policy,
  READ,
  rule,
  UNREAD,
  type Json,
} from "./resources.ts";

const identity = (name: string, subject = SUBJECT, more: Json = {}): Json => ({
  name,
  keyless: { issuer: ISSUER, subject },
  ...more,
});
const workflow = (name: string, more: Json = {}): Json => ({
  name,
  githubActions: { repository: "acme/app", refs: ["refs/heads/main"], ...more },
});
const logged = (name: string, key = KEYS.a, more: Json = {}): Json =>
  entry(name, key, { insecureIgnoreTlog: false, ...more });

function judge(set: Json, candidates: readonly Candidate[], places = [READ]): RuleVerdict {
  return evaluateRule(compiledRule({ attestors: [set] }, ROOTS), evidence(candidates, places), NOW);
}

function codes({ outcome, findings }: RuleVerdict): string {
  return [outcome, ...new Set(findings.map(({ code }) => code))].join(" ");
}

const dev = signedBy(mailSigner());
const ops = signedBy(mailSigner("ops@acme.io"));
const release = signedBy(runSigner());
const byKey = signedByKey(KEYS.a.privateKey);

const FOREIGN = "https://other.example";

describe("policy/evaluate: one entry", () => {
  const table: readonly [string, Json, Candidate, string][] = [
    ["an identity's own signature", identity("dev"), dev, "Pass"],
    ["another subject's", identity("dev"), ops, "Fail IdentitySubjectMismatch"],
    [
      "the same address by another issuer",
      identity("dev"),
      signedBy(mailSigner(SUBJECT, FOREIGN)),
      "Fail IdentityIssuerMismatch",
    ],
    ["a key's", identity("dev"), byKey, "Fail SignerCertificateMissing"],
    ["an identity's for a key", logged("release"), dev, "Fail SignatureInvalid"],
    ["a key's with its log entry", logged("release"), byKey, "Pass"],
    [
      "a key's without a log entry",
      logged("release"),
      signedByKey(KEYS.a.privateKey, { isLogged: false }),
      "Fail LogEntryMissing",
    ],
    [
      "an identity's without a log entry",
      identity("dev"),
      signedBy(mailSigner(), { isLogged: false }),
      "Fail LogEntryMissing",
    ],
    [
      "an identity's that is stamped in place of logged",
      identity("dev", SUBJECT, { insecureIgnoreTlog: true, requireTimestamp: true }),
      signedBy(mailSigner(), { isLogged: false, isStamped: true }),
      "Pass",
    ],
    [
      "an identity's at an instance that stamps",
      identity("dev", SUBJECT, { trustRoot: "github" }),
      signedBy(mailSigner(), { isLogged: false, isStamped: true }),
      "Pass",
    ],
    [
      "a logged one where a stamp is asked for besides",
      identity("dev", SUBJECT, { requireTimestamp: true }),
      dev,
      "Fail TimestampMissing",
    ],
    ["a certificate without SCT", identity("dev"), signedBy(mailSigner(SUBJECT, ISSUER, false)), "Fail SctMissing"],
    [
      "a key outside of its window",
      logged("old", KEYS.a, { keys: { publicKeys: KEYS.a.pem, validUntil: "2026-01-01T00:00:00Z" } }),
      byKey,
      "Fail KeyOutsideWindow",
    ],
    ["a workflow's", workflow("ci"), release, "Pass"],
    [
      "a pull request's, by an expression that would take it",
      workflow("ci", { refs: ["*"] }),
      signedBy(runSigner({ 14: "refs/pull/7/merge", 20: "pull_request" })),
      "Fail IdentityExtensionMismatch",
    ],
    [
      "a reusable workflow's that is not named",
      workflow("ci"),
      signedBy(runSigner({}, "https://github.com/evil/wf/.github/workflows/x.yml@refs/heads/main")),
      "Fail IdentitySubjectMismatch",
    ],
    [
      "a self-hosted runner's",
      workflow("ci", { runnerEnvironment: "github-hosted" }),
      signedBy(runSigner({ 11: "self-hosted" })),
      "Fail IdentityExtensionMismatch",
    ],
    [
      "an annotation that is signed",
      identity("dev", SUBJECT, { annotations: { env: "prod" } }),
      signedBy(mailSigner(), { annotations: { env: "prod" } }),
      "Pass",
    ],
    [
      "an annotation that is missing",
      identity("dev", SUBJECT, { annotations: { env: "prod" } }),
      dev,
      "Fail AnnotationMissing",
    ],
  ];
  for (const [name, written, candidate, expected] of table) {
    it(`${name}: ${expected}`, () => assert.equal(codes(judge({ entries: [written] }, [candidate])), expected));
  }

  it("wants all criteria of one entry on one signature", () => {
    const written = identity("dev", SUBJECT, { annotations: { env: "prod" } });
    const elsewhere = signedBy(mailSigner("ops@acme.io"), { annotations: { env: "prod" } });
    assert.equal(judge({ entries: [written] }, [dev, elsewhere]).outcome, "Fail");
  });

  it("says who signed, and whom the policy wants", () => {
    const [finding] = judge({ entries: [identity("dev")] }, [ops]).findings;
    assert.equal(finding?.reason, 'Cannot accept subject "ops@acme.io", want "dev@acme.io"');
    assert.equal(finding.entry, "dev");
    assert.ok((finding.hint ?? "").length > 20);
  });
});

describe("policy/evaluate: principals", () => {
  const anyone = (name: string): Json => ({ name, keyless: { issuer: ISSUER, subjectRegExp: ".*@acme\\.io" } });

  const table: readonly [string, Json, readonly Candidate[], string][] = [
    ["two entries, two identities", { entries: [anyone("one"), anyone("two")] }, [dev, ops], "Pass"],
    [
      "reject list: `count` satisfied by one principal twice (two entries, one identity)",
      { entries: [anyone("one"), anyone("two")] },
      [dev, signedBy(mailSigner())],
      "Fail",
    ],
    [
      "one address at two issuers",
      { entries: [identity("a"), { name: "b", keyless: { issuer: FOREIGN, subject: SUBJECT } }] },
      [dev, signedBy(mailSigner(SUBJECT, FOREIGN))],
      "Pass",
    ],
    ["a key and an identity", { entries: [logged("key"), identity("dev")] }, [byKey, dev], "Pass"],
    [
      "a narrow and a wide entry, in the one order that fits",
      { entries: [anyone("wide"), identity("narrow")] },
      [dev, ops],
      "Pass",
    ],
    ["one of an identity and a workflow", { count: 1, entries: [identity("dev"), workflow("ci")] }, [release], "Pass"],
    ["two of three", { count: 2, entries: [identity("dev"), workflow("ci"), logged("key")] }, [release, byKey], "Pass"],
    [
      "reject list: `count` satisfied by one principal twice (two of three by one of them)",
      { count: 2, entries: [identity("dev"), workflow("ci"), logged("key")] },
      [release, release],
      "Fail",
    ],
  ];
  for (const [name, set, candidates, expected] of table) {
    it(`${name}: ${expected}`, () => assert.equal(judge(set, candidates).outcome, expected));
  }
});

describe("policy/evaluate: trust roots that are not at hand", () => {
  const missing = identity("dev", SUBJECT, { trustRoot: "nobody" });
  const late = identity("dev", SUBJECT, { trustRoot: "late" });

  it("leave an entry undetermined, with the root's name and what to do", () => {
    const verdict = judge({ entries: [missing] }, [dev]);
    assert.equal(verdict.outcome, "Undetermined");
    assert.deepEqual(verdict.causes, ["TrustRootMissing"]);
    assert.equal(verdict.summary, "0 of 1 required signatures accepted, and not every trust root was at hand");
    assert.deepEqual(verdict.findings, [
      {
        subject: 'trust root "nobody"',
        entry: "dev",
        code: "TrustRootMissing",
        reason: 'Cannot verify signatures with trust root "nobody": it does not exist',
        hint: "correct the name in trustRoot, or make a TrustRoot of that name",
      },
    ]);
  });

  it("are told apart from those that are not ready", () => {
    assert.deepEqual(judge({ entries: [late] }, []).causes, ["TrustRootNotReady"]);
  });

  it("do not undo what other entries pass", () => {
    const verdict = judge({ count: 1, entries: [missing, workflow("ci")] }, [release]);
    assert.equal(verdict.outcome, "Pass");
    assert.deepEqual(verdict.causes, []);
  });

  it("do not hide a failure that stands on its own", () => {
    const set = { entries: [missing, workflow("ci")] };
    assert.equal(judge(set, [dev]).outcome, "Fail");
  });

  it("are denied under Ignore, beside a registry that was not read as well", () => {
    for (const places of [[READ], [READ, UNREAD]]) {
      const verdict = judge({ entries: [missing] }, [], places);
      assert.equal(verdict.outcome, "Undetermined");
      const policy = { kind: "ClusterImageVerifyPolicy", name: "x" } as const;
      assert.equal(effectOf({ policy, failureAction: "Enforce", failurePolicy: "Ignore", verdict }), "deny");
    }
    const both = judge({ entries: [missing] }, [], [READ, UNREAD]);
    assert.deepEqual(both.causes, ["RegistryError", "TrustRootMissing"]);
    assert.match(both.summary, /, and not every place could be read, and not every trust root was at hand$/);
  });

  it("are no matter to a key that asks for neither log nor stamp", () => {
    const written = entry("release", KEYS.a, { trustRoot: "nobody" });
    assert.equal(judge({ entries: [written] }, [signedByKey(KEYS.a.privateKey, { isLogged: false })]).outcome, "Pass");
  });

  it("of a set that passes are no cause of another's", () => {
    const sets = [{ count: 1, entries: [missing, workflow("ci")] }, { entries: [late] }];
    const rule = compiledRule({ attestors: sets }, ROOTS);
    assert.deepEqual(evaluateRule(rule, evidence([release]), NOW).causes, ["TrustRootNotReady"]);
  });
});

describe("policy/evaluate: the current time", () => {
  it("is asked for by one kind of entry alone, and known of the rule", () => {
    const now = { roots: ROOT.pem, subject: RUN[9], insecureUseCurrentTime: true };
    const dependsOnNow = (written: Json): boolean =>
      compiledRule({ attestors: [{ entries: [{ name: "e", ...written }] }] }, ROOTS).dependsOnNow;
    assert.equal(dependsOnNow({ certificates: now }), true);
    assert.equal(dependsOnNow({ certificates: { ...now, insecureUseCurrentTime: false } }), false);
    assert.equal(dependsOnNow(identity("e", SUBJECT, { trustRoot: "nobody" })), false);
  });
});

describe("policy/evaluate: keys that are not at hand", () => {
  const stored = { name: "release", keys: { secret: { name: "gone" } }, insecureIgnoreTlog: true };
  const judgeStored = (answer: KeyAnswer, entries: readonly Json[] = [stored]): RuleVerdict => {
    const sources = { namespace: "system", isAllowed: () => false, find: () => answer };
    const written = policy({ verifyImages: [rule({ attestors: [{ count: 1, entries }] })] });
    const [compiled] = compilePolicy(written, ROOTS, sources).rules;
    assert.ok(compiled);
    return evaluateRule(compiled, evidence([candidate("x", KEYS.a)]), NOW);
  };

  it("leave an entry undetermined, with Secret and member, and are denied under Ignore", () => {
    const verdict = judgeStored(NO_SECRET);
    assert.equal(verdict.outcome, "Undetermined");
    assert.deepEqual(verdict.causes, ["KeyUnavailable"]);
    assert.equal(verdict.summary, "0 of 1 required signatures accepted, and not every key was at hand");
    assert.equal(
      verdict.findings[0]?.reason,
      'Cannot verify signatures with key "cosign.pub" of Secret "system/gone": the Secret does not exist',
    );
    const { id } = compilePolicy(policy(), ROOTS);
    assert.equal(effectOf({ policy: id, failureAction: "Enforce", failurePolicy: "Ignore", verdict }), "deny");
  });

  it("do not undo what other entries pass", () => {
    assert.equal(judgeStored(NO_SECRET, [stored, entry("other", KEYS.a)]).outcome, "Pass");
  });

  it("decide once they are there", () => {
    const key = (pem: string): KeyAnswer => ({ kind: "key", key: parsePublicKeyPem(pem) });
    assert.equal(judgeStored(key(KEYS.a.pem)).outcome, "Pass");
    assert.equal(judgeStored(key(KEYS.b.pem)).outcome, "Fail");
  });
});
