// What a place answers becomes read, absent or unread; a defect does not.
import assert from "node:assert/strict";
import { answer, askObject, askPlace, joinGathered, type Gathered } from "../../src/app/places.ts";
import { VerificationFailure } from "../../src/failure/failure.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import { UnavailableError } from "../../src/ports/unavailable.ts";

const failing = (error: Error) => (): Promise<Gathered> => Promise.reject(error);
const failure = (code: FailureCode): VerificationFailure => new VerificationFailure(code, "Cannot look");

describe("askPlace()", () => {
  it("gives what was found", async () => {
    const found = answer("tag", "read", "2 found");
    assert.equal(await askPlace("tag", () => Promise.resolve(found)), found);
  });

  const absent = [
    ["ManifestNotFound", "absent"],
    // Failing open on these would be a bypass.
    ["RegistryUnauthorized", "access refused"],
  ] as const;
  for (const [code, detail] of absent) {
    it(`takes ${code} for absent`, async () => {
      assert.deepEqual(await askPlace("tag", failing(failure(code))), answer("tag", "absent", detail));
    });
  }

  it("keeps what is unusable as a refused candidate", async () => {
    const { places, candidates } = await askPlace("tag", failing(failure("ManifestMalformed")));
    assert.deepEqual(places, [{ place: "tag", state: "read", detail: "unusable" }]);
    assert.deepEqual(
      candidates.map(({ subject, entity }) => [subject, !entity.ok && entity.failure.code]),
      [["tag", "ManifestMalformed"]],
    );
  });

  for (const cause of ["RegistryUnreachable", "RegistryThrottled", "RegistryError", "DeadlineSpent"] as const) {
    it(`takes ${cause} for unread`, async () => {
      assert.deepEqual(await askPlace("tag", failing(new UnavailableError(cause, "host answers nothing"))), {
        places: [{ place: "tag", state: "unread", detail: "not read: host answers nothing", cause }],
        candidates: [],
      });
    });
  }

  it("lets a defect fly", async () => {
    await assert.rejects(askPlace("tag", failing(new TypeError("a bug"))), TypeError);
  });
});

describe("askObject()", () => {
  it("refuses one object for what is wrong with it, absent and forbidden included", async () => {
    for (const code of ["BlobNotFound", "ManifestNotFound", "RegistryUnauthorized", "BundleSubjectMismatch"] as const) {
      const { places, candidates } = await askObject("bundle", failing(failure(code)));
      assert.deepEqual(places, []);
      assert.deepEqual(
        candidates.map(({ entity }) => !entity.ok && entity.failure.code),
        [code],
      );
    }
  });

  it("leaves one unread that could not be fetched, and lets a defect fly", async () => {
    const { places } = await askObject("bundle", failing(new UnavailableError("RegistryError", "503")));
    assert.deepEqual(places, [{ place: "bundle", state: "unread", detail: "not read: 503", cause: "RegistryError" }]);
    await assert.rejects(askObject("bundle", failing(new TypeError("a bug"))), TypeError);
  });
});

describe("joinGathered()", () => {
  it("keeps all, in order", () => {
    const joined = joinGathered([answer("a", "read", "1"), answer("b", "absent", "none")]);
    assert.deepEqual(
      joined.places.map(({ place }) => place),
      ["a", "b"],
    );
    assert.deepEqual(joinGathered([]), { places: [], candidates: [] });
  });
});
