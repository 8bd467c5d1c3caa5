// Errors of AWS's SDK as clauses: status and code, never a message.
import assert from "node:assert/strict";
import { asCloudError, clauseOf, refusalIn } from "../../../src/cloud/aws/refusal.ts";
import { CloudError, CloudOutage } from "../../../src/cloud/http.ts";

const answered = (name: string, status: unknown): Error =>
  Object.assign(new Error("pl4nted"), { name, $metadata: { httpStatusCode: status } });

describe("cloud/aws/refusal", () => {
  it("knows the answer of a service by its status", () => {
    assert.deepEqual(refusalIn(answered("NotFoundException", 400)), { status: 400, code: "NotFoundException" });
    assert.equal(refusalIn(answered("TimeoutError", undefined)), undefined);
    assert.equal(refusalIn(Object.assign(new Error("x"), { $metadata: undefined })), undefined);
    for (const other of [new Error("x"), "x", undefined]) assert.equal(refusalIn(other), undefined);
  });

  it("says no code that is none", () => {
    assert.equal(clauseOf(refusalIn(answered("pl4nted <html>", 500)) ?? assert.fail()), "AWS answered 500 (no code)");
  });

  const cases: readonly [unknown, string][] = [
    [answered("ThrottlingException", 400), "AWS answered 400 (ThrottlingException)"],
    [
      Object.assign(new Error("pl4nted"), { name: "CredentialsProviderError" }),
      "there is no identity of AWS that could be used",
    ],
    [Object.assign(new Error("pl4nted"), { name: "AbortError" }), "AWS took too long"],
    [new Error("pl4nted"), "AWS gave no answer that can be used"],
    ["pl4nted", "AWS gave no answer that can be used"],
    [new CloudError("as it was"), "as it was"],
  ];
  for (const [error, clause] of cases) {
    it(`says "${clause}"`, () => assert.equal(asCloudError(error).message, clause));
  }

  it("tells what another time may answer from what is refused", () => {
    const isOutage = (error: unknown): boolean => asCloudError(error) instanceof CloudOutage;
    assert.deepEqual(
      [500, 503, 429, 408, 400, 403].map((status) => isOutage(answered("InternalFailure", status))),
      [true, true, true, true, false, false],
    );
    assert.ok(isOutage(answered("ThrottlingException", 400)));
    assert.ok(isOutage(Object.assign(new Error("x"), { name: "TimeoutError" })));
    assert.ok(!isOutage(Object.assign(new Error("x"), { name: "CredentialsProviderError" })));
  });
});
