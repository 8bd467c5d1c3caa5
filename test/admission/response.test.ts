// What goes back to the API server, within the limits that it has (kubernetes.md §1).
import assert from "node:assert/strict";
import { allowResponse, denyResponse, pinResponse } from "../../src/admission/response.ts";
import type { Finding } from "../../src/policy/verdict.ts";
import { IMAGE, imageVerdict, result, ruleVerdict } from "./verdicts.ts";

const UID = "705ab4f5";
const NOTHING = { verdicts: [], exceptions: [] } as const;
const finding: Finding = { subject: "rule", code: "NoSignatureFound", reason: "none" };
const passed = (): ReturnType<typeof result> => result(ruleVerdict({ outcome: "Pass", rule: "passed" }));

function warningsOf(warnings: readonly string[]): readonly string[] | undefined {
  return allowResponse(UID, NOTHING, warnings).response.warnings;
}

describe("allowResponse()", () => {
  it("is a v1 AdmissionReview with the request's uid, and nothing else where nothing was asked", () => {
    assert.deepEqual(allowResponse(UID, NOTHING, []), {
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      response: { uid: UID, allowed: true, auditAnnotations: { decision: "allow" } },
    });
  });

  it("tells the audit log which rules looked at which images", () => {
    const cluster = { ...passed(), policy: { kind: "ClusterImageVerifyPolicy", name: "all" } as const };
    const { auditAnnotations } = allowResponse(
      UID,
      { verdicts: [imageVerdict([passed(), cluster])], exceptions: [] },
      [],
    ).response;
    assert.deepEqual(auditAnnotations, {
      decision: "allow",
      policies: "prod/signed/passed=Pass,/all/passed=Pass",
      images: IMAGE,
    });
    for (const key of Object.keys(auditAnnotations ?? {})) assert.match(key, /^[A-Za-z0-9._-]{1,63}$/);
  });

  it("tells the audit log which exception took which rule off", () => {
    const use = { exception: "hotfix", reason: "x", until: 0, rule: "acme", image: IMAGE };
    const policy = { kind: "ImageVerifyPolicy", namespace: "prod", name: "signed" } as const;
    const exceptions = [{ ...use, policy }];
    for (const { response } of [
      allowResponse(UID, { verdicts: [], exceptions }, []),
      denyResponse(UID, { message: "no", verdicts: [], exceptions }, []),
    ]) {
      assert.equal(response.auditAnnotations?.["exceptions"], "hotfix:prod/signed/acme");
    }
  });

  it("keeps audit annotations short", () => {
    const many = Array.from({ length: 50 }, (_, i) => imageVerdict([passed()], { image: `${IMAGE}${i}` }));
    assert.equal(
      allowResponse(UID, { verdicts: many, exceptions: [] }, []).response.auditAnnotations?.["images"]?.length,
      1024,
    );
  });
});

describe("denyResponse()", () => {
  it("is 403 Forbidden with the whole text, and a cause for each field of each denied image", () => {
    const denied = imageVerdict([result(ruleVerdict({ findings: [finding, finding] }))], {
      fields: ["/spec/containers/0/image", "/spec/volumes/12/image/reference"],
    });
    const { response } = denyResponse(UID, { message: "one\ntwo", verdicts: [denied], exceptions: [] }, []);
    const message = `${IMAGE}: NoSignatureFound`;
    assert.deepEqual([response.uid, response.allowed], [UID, false]);
    assert.deepEqual(response.status, {
      code: 403,
      reason: "Forbidden",
      message: "one\ntwo",
      details: {
        causes: [
          { field: "spec.containers[0].image", reason: "FieldValueForbidden", message },
          { field: "spec.volumes[12].image.reference", reason: "FieldValueForbidden", message },
        ],
      },
    });
    assert.equal(response.auditAnnotations?.["decision"], "deny");
  });

  it("names no cause for an image that passed, or for which is only warned", () => {
    const warned = result(ruleVerdict({ findings: [finding] }), { failureAction: "Warn" });
    const verdicts = [imageVerdict([passed()]), imageVerdict([warned]), imageVerdict([passed(), result()])];
    const { status } = denyResponse(UID, { message: "no", verdicts, exceptions: [] }, []).response;
    assert.deepEqual(
      status?.details.causes.map(({ message }) => message),
      [`${IMAGE}: `],
    );
  });

  it("names the cause of an image that no cluster policy is about, where that denies", () => {
    const causes = (unmatched: "Warn" | "Deny"): readonly unknown[] | undefined => {
      const verdicts = [imageVerdict([], { unmatched })];
      return denyResponse("1", { message: "m", verdicts, exceptions: [] }, []).response.status?.details.causes;
    };
    const message = `${IMAGE}: ImageUnmatched`;
    assert.deepEqual(causes("Deny"), [{ field: "spec.containers[0].image", reason: "FieldValueForbidden", message }]);
    assert.deepEqual(causes("Warn"), []);
    const { auditAnnotations } = allowResponse(
      "1",
      { verdicts: [imageVerdict([], { unmatched: "Warn" })], exceptions: [] },
      [],
    ).response;
    assert.equal(auditAnnotations?.["unmatched"], IMAGE);
  });

  it("says when to try again where that may help", () => {
    const denial = { message: "no", ...NOTHING, retryAfterSeconds: 5 };
    assert.equal(denyResponse(UID, denial, []).response.status?.details.retryAfterSeconds, 5);
  });

  it("may warn as well", () => {
    assert.deepEqual(denyResponse(UID, { message: "no", ...NOTHING }, ["careful"]).response.warnings, ["careful"]);
  });
});

describe("pinResponse()", () => {
  it("replaces each field by RFC 6902", () => {
    const pins = [
      { field: "/spec/containers/0/image", value: `${IMAGE}` },
      { field: "/spec/volumes/1/image/reference", value: "b@sha256:1" },
    ];
    const { response } = pinResponse(UID, pins, []);
    assert.deepEqual([response.uid, response.allowed, response.patchType], [UID, true, "JSONPatch"]);
    assert.deepEqual(JSON.parse(Buffer.from(response.patch ?? "", "base64").toString()), [
      { op: "replace", path: "/spec/containers/0/image", value: IMAGE },
      { op: "replace", path: "/spec/volumes/1/image/reference", value: "b@sha256:1" },
    ]);
  });

  it("has neither patch nor patchType where there is nothing to pin", () => {
    assert.deepEqual(pinResponse(UID, [], []).response, { uid: UID, allowed: true });
  });
});

describe("warnings", () => {
  it("come once each, on one line without control characters", () => {
    const controls = "a\r\n\tb\u0000c\u0085d\u2028e\u007f";
    assert.deepEqual(warningsOf([controls, controls, "plain"]), ["a b c d e ", "plain"]);
    assert.equal(warningsOf([]), undefined);
  });

  it("are cut at 250 characters, between characters", () => {
    const [cut = ""] = warningsOf(["😀".repeat(300)]) ?? [];
    assert.equal(Array.from(cut).length, 250);
    assert.equal(cut, `${"😀".repeat(249)}…`);
    assert.deepEqual(warningsOf(["x".repeat(250)]), ["x".repeat(250)]);
  });

  it("stay together below what the API server takes whole, and say how many were left out", () => {
    const kept = warningsOf(Array.from({ length: 40 }, (_, i) => `${i} ${"x".repeat(290)}`)) ?? [];
    assert.ok(Array.from(kept.join("")).length <= 4096);
    assert.equal(kept.length, 17);
    assert.equal(kept.at(-1), "… and 24 more warnings");
  });
});
