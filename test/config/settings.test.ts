// What holds for all pods, told in readiness. That it counts is shown by liveness.test.ts.
import assert from "node:assert/strict";
import { settingsDetail } from "../../src/config/settings.ts";

describe("settingsDetail()", () => {
  it("says what happens to images of no policy, and who is left out", () => {
    assert.equal(
      settingsDetail({ unmatchedImages: "Allow", excludeNamespaces: [] }),
      "images that no cluster policy is about: Allow; excluded namespaces: none",
    );
    assert.equal(
      settingsDetail({ unmatchedImages: "Deny", excludeNamespaces: ["dev", "test"] }),
      "images that no cluster policy is about: Deny; excluded namespaces: dev, test",
    );
  });
});
