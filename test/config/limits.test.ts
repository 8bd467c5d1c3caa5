// The defaults of bounds are those of the application and within what the schema takes; liveness.test.ts shows that each counts.
import assert from "node:assert/strict";
import { IMAGE_LIMITS } from "../../src/app/verify-image.ts";
import { PROOF_LIFETIMES } from "../../src/app/proof-cache.ts";
import {
  CACHES,
  DEFAULT_CACHES,
  DEFAULT_LIMITS,
  LIMITS,
  lifetimesOf,
  printedCaches,
  readCaches,
} from "../../src/config/limits.ts";
import { compileSchema } from "../support/schema.ts";

describe("config: limits and caches", () => {
  it("have defaults that are those of the application", () => {
    assert.deepEqual(DEFAULT_LIMITS, { ...IMAGE_LIMITS, perHost: 16 });
    assert.deepEqual(lifetimesOf(DEFAULT_CACHES), PROOF_LIFETIMES);
  });

  it("have defaults that may be written", () => {
    assert.deepEqual(compileSchema(LIMITS)(DEFAULT_LIMITS), []);
    assert.deepEqual(compileSchema(CACHES)(printedCaches(DEFAULT_CACHES)), []);
    assert.deepEqual(readCaches(printedCaches(DEFAULT_CACHES)), { value: DEFAULT_CACHES, errors: [] });
  });

  it("are refused where they are longer than a change may go unseen", () => {
    const written = { pass: "25h", fail: "61m", undetermined: "301s", tag: "61s" };
    assert.deepEqual(
      readCaches(written).errors.map(({ path, message }) => `${path} ${message}`),
      [
        'caches.pass is "25h", want at most 24h',
        'caches.fail is "61m", want at most 1h',
        'caches.undetermined is "301s", want at most 5m',
        'caches.tag is "61s", want at most 60s',
      ],
    );
    assert.deepEqual(readCaches({ pass: "24h", fail: "1h", undetermined: "5m", tag: "1m" }).errors, []);
  });

  it("keep no digest of a tag where none may be kept", () => {
    const { value, errors } = readCaches({ tag: "0s" });
    assert.deepEqual([value.tag, errors], [0, []]);
    assert.equal(printedCaches(value).tag, "0s");
  });
});
