// AdmissionReview v1: what the API server sends is read, and what is malformed is refused with a status, never allowed.
import assert from "node:assert/strict";
import { AdmissionError } from "../../src/admission/error.ts";
import { MAX_REVIEW_BYTES, parseAdmissionReview, uidOf } from "../../src/admission/request.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { admissionReview, encodeReview, pod, requestOf, type Members } from "../support/reviews.ts";

const POD = pod({ web: "ghcr.io/acme/web:1" });

function refusal(bytes: Uint8Array): AdmissionError {
  try {
    parseAdmissionReview(bytes);
  } catch (error) {
    assert.ok(error instanceof AdmissionError, String(error));
    return error;
  }
  return assert.fail("want a refusal, got a request");
}

function without(review: Members, member: string): Members {
  const { [member]: _, ...request } = review["request"] as Members;
  return { ...review, request };
}

describe("parseAdmissionReview()", () => {
  it("reads what is asked, by whom, of what", () => {
    const request = requestOf(POD, { dryRun: true, subResource: "ephemeralcontainers", operation: "UPDATE" });
    const { uid, operation, kind, resource, subResource, namespace, name, user, dryRun } = request;
    assert.deepEqual(
      { uid, operation, kind, resource, subResource, namespace, name, user, dryRun },
      {
        uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
        operation: "UPDATE",
        kind: { group: "", version: "v1", kind: "Pod" },
        resource: "pods",
        subResource: "ephemeralcontainers",
        namespace: "prod",
        name: "web",
        user: { username: "alice", groups: ["system:authenticated"] },
        dryRun: true,
      },
    );
    assert.equal(request.object?.get("kind"), "Pod");
    assert.equal(request.oldObject, undefined);
  });

  it("takes what the API server may leave out: name, groups, user, subresource, dryRun", () => {
    let review = admissionReview(POD, { userInfo: {}, subResource: "" });
    for (const member of ["name", "dryRun", "options", "requestKind", "oldObject"]) review = without(review, member);
    const request = parseAdmissionReview(encodeReview(review));
    assert.deepEqual([request.name, request.dryRun, request.subResource], ["", false, undefined]);
    assert.deepEqual(request.user, { username: "", groups: [] });
    const anonymous = parseAdmissionReview(encodeReview(without(review, "userInfo")));
    assert.deepEqual(anonymous.user.groups, []);
  });

  it("ignores members that it does not know", () => {
    const review = { ...admissionReview(POD, { fromTheFuture: { a: [1] } }), more: true };
    assert.equal(parseAdmissionReview(encodeReview(review)).operation, "CREATE");
  });

  it("takes a pod with integers beyond 2^53, since the API server does", () => {
    const text = JSON.stringify(admissionReview(pod({ web: "a" }, { securityContext: { runAsUser: 42 } })));
    const review = encodeUtf8(text.replace('"runAsUser":42', '"runAsUser":9223372036854775807'));
    assert.equal(parseAdmissionReview(review).operation, "CREATE");
  });

  it("takes a deletion, which has no object", () => {
    assert.equal(requestOf(null, { operation: "DELETE", oldObject: POD }).object, undefined);
  });

  const malformed: Readonly<Record<string, readonly [unknown, RegExp]>> = {
    "a list": [[], /AdmissionReview is a list, want an object/],
    "nothing but null": [null, /AdmissionReview is null/],
    "no apiVersion": [{ kind: "AdmissionReview", request: {} }, /apiVersion is absent/],
    "another version": [
      { ...admissionReview(POD), apiVersion: "admission.k8s.io/v1beta1" },
      /it is "AdmissionReview" of "admission.k8s.io\/v1beta1", want "AdmissionReview" of "admission.k8s.io\/v1"/,
    ],
    "another kind": [{ ...admissionReview(POD), kind: "ConversionReview" }, /it is "ConversionReview" of/],
    "a kind with a line break": [{ ...admissionReview(POD), kind: "A\nB" }, /it is "A\\u\{a\}B" of/],
    "no request": [{ kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1" }, /request is absent/],
    "a response for a request": [{ ...admissionReview(POD), request: null }, /request is null/],
    "no uid": [without(admissionReview(POD), "uid"), /request.uid is absent/],
    "an empty uid": [admissionReview(POD, { uid: "" }), /request.uid is empty/],
    "a number as uid": [admissionReview(POD, { uid: 1 }), /request.uid is the number 1/],
    "no operation": [without(admissionReview(POD), "operation"), /request.operation is absent/],
    "an unknown operation": [admissionReview(POD, { operation: "create" }), /request.operation is not CREATE, UPDATE/],
    "no kind": [without(admissionReview(POD), "kind"), /request.kind is absent/],
    "a kind without a name": [
      admissionReview(POD, { kind: { group: "", version: "v1" } }),
      /request.kind.kind is absent/,
    ],
    "no resource": [without(admissionReview(POD), "resource"), /request.resource is absent/],
    "a resource without a name": [admissionReview(POD, { resource: {} }), /request.resource.resource is absent/],
    "a namespace that is a list": [admissionReview(POD, { namespace: [] }), /request.namespace is a list/],
    "groups that are a string": [
      admissionReview(POD, { userInfo: { groups: "system:nodes" } }),
      /request.userInfo.groups is a string/,
    ],
    "a group that is a number": [admissionReview(POD, { userInfo: { groups: [1] } }), /groups\[0\] is the number 1/],
    "a creation without an object": [admissionReview(null), /request.object is null, want an object/],
    "an update without an object": [
      admissionReview(null, { operation: "UPDATE", oldObject: POD }),
      /request.object is null, want an object/,
    ],
    "an object that is a string": [admissionReview("pod"), /request.object is a string/],
    "an old object that is a list": [admissionReview(POD, { oldObject: [] }), /request.oldObject is a list/],
  };
  for (const [what, [review, message]] of Object.entries(malformed)) {
    it(`refuses with 400: ${what}`, () => {
      const error = refusal(encodeReview(review));
      assert.equal(error.status, 400);
      assert.match(error.message, /^Cannot read AdmissionReview: /);
      assert.match(error.message, message);
    });
  }

  const texts: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
    "an empty body": [new Uint8Array(), /want a JSON value/],
    "a page of HTML": [encodeUtf8("<html>"), /want a JSON value/],
    "two documents": [encodeUtf8("{}{}"), /data after the JSON value/],
    "a member written twice": [encodeUtf8('{"kind":"a","kind":"b"}'), /duplicate member at character 12/],
    "bytes that are not UTF-8": [new Uint8Array([0x22, 0xff, 0x22]), /not valid UTF-8/],
    "what is nested too deep": [encodeUtf8(`${"[".repeat(101)}${"]".repeat(101)}`), /nested deeper than 100/],
    "what is nested deep enough to break a stack": [encodeUtf8("[".repeat(1_000_000)), /nested deeper than 100/],
  };
  for (const [what, [bytes, message]] of Object.entries(texts)) {
    it(`refuses with 400: ${what}`, () => {
      const error = refusal(bytes);
      assert.equal(error.status, 400);
      assert.match(error.message, message);
    });
  }

  it("refuses with 400 every truncation", () => {
    const bytes = encodeReview(admissionReview(POD));
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(refusal(bytes.subarray(0, length)).status, 400, `${length} bytes`);
    }
  });

  it("refuses with 400 more than 250,000 values, and takes two objects of 100,000", () => {
    const filled = (count: number): Members => ({ ...POD, filler: Array.from({ length: count }, () => 0) });
    const review = (count: number): Uint8Array =>
      encodeReview(admissionReview(filled(count), { operation: "UPDATE", oldObject: filled(count) }));
    assert.equal(parseAdmissionReview(review(100_000)).operation, "UPDATE");
    const error = refusal(review(125_000));
    assert.equal(error.status, 400);
    assert.match(error.message, /more than 250000 values/);
    assert.equal(error.uid, "705ab4f5-6393-11e8-b7cc-42010a800002");
  });

  it("refuses with 413 more than 7 MiB, and takes as much", () => {
    const padded = (length: number): Uint8Array => {
      const bytes = encodeReview(admissionReview(POD));
      const whole = new Uint8Array(length).fill(0x20);
      whole.set(bytes);
      return whole;
    };
    assert.equal(MAX_REVIEW_BYTES, 7 * 1024 * 1024);
    assert.equal(parseAdmissionReview(padded(MAX_REVIEW_BYTES)).operation, "CREATE");
    const error = refusal(padded(MAX_REVIEW_BYTES + 1));
    assert.equal(error.status, 413);
    assert.match(error.message, /more than 7340032 bytes/);
    assert.equal(error.uid, "705ab4f5-6393-11e8-b7cc-42010a800002");
  });
});

describe("uidOf()", () => {
  const start = (text: string): string | undefined => uidOf(Buffer.from(text));
  const kind = '"kind":"AdmissionReview",';
  const version = '"apiVersion":"admission.k8s.io/v1",';

  it("is that of a review, whatever comes behind it", () => {
    assert.equal(start(`{${kind}${version}"request":{"uid":"7-a","object":<`), "7-a");
    assert.equal(start(`{${version}${kind}"request":{"uid":"7-a"`), "7-a");
  });

  it("is none where it is not the first that is written", () => {
    for (const text of [
      "",
      `{${kind}"request":{"uid":"7-a"`,
      `{${kind}${version}"request":{"object":{"uid":"7-a"`,
      `{${kind}${version}"request":{"uid":"7-a`,
      `{${kind}${version}"request":{"uid":""`,
      ` {${kind}${version}"request":{"uid":"7-a"`,
    ]) {
      assert.equal(start(text), undefined, text);
    }
  });
});
