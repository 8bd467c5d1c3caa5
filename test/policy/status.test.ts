// What the status says of each kind: whether it is in force, why not, and what asks for less.
import assert from "node:assert/strict";
import { compilePolicy, type CompiledPolicy } from "../../src/policy/compile.ts";
import { compileException } from "../../src/policy/exception.ts";
import {
  exceptionStatus,
  isPolicyReady,
  policyStatus,
  trustRootStatus,
  type Condition,
  type StatusContent,
  type Written,
} from "../../src/policy/status.ts";
import { exception } from "./exceptions.ts";
import { ROOTS } from "./instance.ts";
import { NOW, policy, rule, type Json } from "./resources.ts";
import { compiledRoot, inlineOf } from "./trust-roots.ts";

const NOTHING: Written = { droppedFields: [], relaxations: [] };
const AROUND = { isTooMany: false, longestMs: 9500, areTemplatesSent: true };
const SOMEBODY = { name: "dev", keyless: { issuer: "https://login.acme.io", subject: "dev@acme.io" } };

const compiled = (spec: Json = {}): CompiledPolicy => compilePolicy(policy(spec), ROOTS);
const naming = (trustRoot: string, name: string): Json =>
  rule({ name, trustRoot, attestors: [{ entries: [SOMEBODY] }] });

/** "True Compiled: message" of one condition. */
function shown({ conditions }: StatusContent, type: Condition["type"] = "Ready"): string {
  const found = conditions.find((condition) => condition.type === type);
  return found === undefined ? "none" : `${found.status} ${found.reason}: ${found.message}`;
}

describe("policyStatus()", () => {
  const of = (spec: Json, written = NOTHING, isTooMany = false): string =>
    shown(policyStatus(compiled(spec), written, { ...AROUND, isTooMany }));

  it("is ready when it compiles", () => {
    assert.equal(of({}), "True Compiled: 1 rule is in force (Enforce)");
    assert.equal(
      of({ failureAction: "Audit", verifyImages: [rule({ name: "a" }), rule({ name: "b" })] }),
      "True Compiled: 2 rules are in force (Audit)",
    );
  });

  it("names what does not compile, each once and no more than five", () => {
    assert.match(
      of({ verifyImages: [rule({ imageReferences: ["UPPER"] })] }),
      /^False PolicyInvalid: spec\.verifyImages\[0\]\.imageReferences\[0\]: /u,
    );
    assert.match(
      of({ failureAction: "Sometimes", verifyImages: [rule({ name: "a" }), rule({ name: "b" })] }),
      /^False PolicyInvalid: spec\.failureAction: [^;]*$/u,
    );
    const imageReferences = Array.from({ length: 8 }, (_, i) => `UPPER${i}`);
    assert.match(of({ verifyImages: [rule({ imageReferences })] }), /; and 3 more$/u);
  });

  it("names roots that are missing before those that are not ready", () => {
    assert.equal(
      of({ verifyImages: [naming("late", "a"), naming("nobody", "b")] }),
      'False TrustRootMissing: rule a, entry dev: TrustRootNotReady "late"; rule b, entry dev: TrustRootMissing "nobody"',
    );
    assert.match(of({ verifyImages: [naming("late", "a")] }), /^False TrustRootNotReady: rule a, /u);
  });

  it("says when its namespace has too many rules", () => {
    assert.match(of({}, NOTHING, true), /^False TooManyRules: /u);
  });

  it("tells what was dropped, beside whatever else there is to say", () => {
    const written = { ...NOTHING, droppedFields: ["spec.required", "spec.rules"] };
    assert.equal(
      of({}, written),
      "True Compiled: 1 rule is in force (Enforce); dropped, since the kind does not have them: spec.required; spec.rules",
    );
    assert.match(of({ failureAction: "Sometimes" }, written), /^False PolicyInvalid: .*; dropped, .*spec\.rules$/u);
    assert.deepEqual(policyStatus(compiled(), written, AROUND).droppedFields, written.droppedFields);
  });

  it("is relaxed by what asks for less", () => {
    const strict = policyStatus(compiled(), NOTHING, AROUND);
    assert.equal(shown(strict, "Relaxed"), "False NothingRelaxed: nothing in it asks for less");
    assert.deepEqual(strict.relaxations, []);
    const relaxations = Array.from({ length: 70 }, (_, i) => `spec.x${i}: true`);
    const relaxed = policyStatus(compiled(), { ...NOTHING, relaxations }, AROUND);
    assert.equal(
      shown(relaxed, "Relaxed"),
      "True AsksForLess: spec.x0: true; spec.x1: true; spec.x2: true; spec.x3: true; spec.x4: true; and 65 more",
    );
    assert.equal(relaxed.relaxations?.length, 64);
  });

  it("says whether a policy's own time is more than a request has", () => {
    const capped = (spec: Json): string => shown(policyStatus(compiled(spec), NOTHING, AROUND), "TimeoutCapped");
    assert.equal(capped({}), "none");
    assert.equal(capped({ timeoutSeconds: 9 }), "False RequestsAreLongEnough: a request may spend 9s on it");
    assert.equal(capped({ timeoutSeconds: 10 }), "True RequestsAreShorter: asks for 10s, requests have 9.5s at most");
  });

  it("says whether the templates are checked that a policy lists", () => {
    const unchecked = (podControllers: readonly string[] | undefined, areTemplatesSent = false): string => {
      const spec = podControllers === undefined ? {} : { match: { podControllers: [...podControllers] } };
      return shown(policyStatus(compiled(spec), NOTHING, { ...AROUND, areTemplatesSent }), "TemplatesUnchecked");
    };
    assert.deepEqual([unchecked(undefined), unchecked([])], ["none", "none"]);
    assert.equal(
      unchecked(["Job", "CronJob"]),
      "True TemplatesAreNotSent: templates are not sent to be checked (podControllers of the configuration): Job, CronJob; pods are",
    );
    assert.equal(unchecked(["Job"], true), "False TemplatesAreSent: templates are checked: Job");
  });

  it("tells of a policy that is ready", () => {
    assert.deepEqual([compiled(), compiled({ failureAction: "Sometimes" })].map(isPolicyReady), [true, false]);
    assert.equal(isPolicyReady(compiled({ verifyImages: [naming("nobody", "a")] })), false);
  });

  it("is as long as the kind's schema has room for", () => {
    const field = `spec.${"x".repeat(600)}`;
    const { conditions, relaxations } = policyStatus(
      compiled(),
      { droppedFields: Array<string>(9).fill(field), relaxations: [field] },
      AROUND,
    );
    assert.ok(conditions.every(({ message }) => message.length <= 4096));
    assert.ok(relaxations?.every((each) => each.length <= 512));
  });
});

describe("exceptionStatus()", () => {
  const policies = [compiled({ verifyImages: [rule({ name: "acme" })] })];
  const of = (spec: Json, metadata: Json = {}, now = NOW): string =>
    shown(exceptionStatus(compileException(exception(spec, metadata)), NOTHING, policies, now));

  it("is ready while it takes something off", () => {
    assert.equal(of({}), "True InForce: its rules are taken off until 2026-06-30T00:00:00Z");
    assert.equal(
      of({ policies: [{ name: "signed" }] }),
      "True InForce: its rules are taken off until 2026-06-30T00:00:00Z",
    );
  });

  it("is over at its end, to the millisecond", () => {
    const end = Date.UTC(2026, 5, 30);
    assert.match(of({}, {}, end - 1), /^True InForce/u);
    assert.equal(of({}, {}, end), "False Expired: it ended at 2026-06-30T00:00:00Z");
  });

  it("names what is wrong with it", () => {
    assert.match(of({ images: ["gh*/x"] }), /^False ExceptionInvalid: spec\.images\[0\]: /u);
  });

  it("names the policies and rules that do not exist", () => {
    const missing = [
      { name: "signed", rules: ["acme", "other"] },
      { kind: "ImageVerifyPolicy", namespace: "prod", name: "signed" },
    ];
    assert.equal(
      of({ policies: missing }),
      'False RuleMissing: there is no rule "other" of ClusterImageVerifyPolicy "signed"; ImageVerifyPolicy "prod/signed"',
    );
  });

  it("says when it ends before it says", () => {
    assert.equal(
      of({ expires: "2027-06-01T00:00:00Z" }),
      "False ExpiresTooLate: expires is more than 90 days after it was made: it holds until 2026-08-28T00:00:00Z",
    );
  });
});

describe("trustRootStatus()", () => {
  const of = (spec: Json): string => shown(trustRootStatus(compiledRoot(spec), NOTHING));

  it("says what it holds, and what it left out", () => {
    assert.equal(
      of({ inline: inlineOf() }),
      "True Compiled: 1 certificate authorities, 1 time stamp authorities, 2 transparency logs, 1 certificate logs",
    );
    const root = JSON.parse(inlineOf()) as { tlogs: { hashAlgorithm: string }[] };
    const [first, ...others] = root.tlogs;
    const inline = JSON.stringify({ ...root, tlogs: [{ ...first, hashAlgorithm: "SHA2_512" }, ...others] });
    assert.match(
      of({ inline }),
      /1 transparency logs, 1 certificate logs; tlogs\[0\] of the trust root is left out: /u,
    );
  });

  it("says what is wrong", () => {
    assert.match(of({ inline: "{}" }), /^False TrustRootInvalid: spec\.inline: /u);
    assert.match(
      shown(trustRootStatus(compiledRoot({ github: {} }), { droppedFields: ["spec.tuf"] })),
      /^True Compiled: .*; dropped, since the kind does not have them: spec\.tuf$/u,
    );
  });
});
