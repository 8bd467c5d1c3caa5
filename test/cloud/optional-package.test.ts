// Packages of vendors: one that is not there is named, and every other failure stays what it is.
import assert from "node:assert/strict";
import { CloudError } from "../../src/cloud/http.ts";
import { loadPackage } from "../../src/cloud/optional-package.ts";

describe("cloud/optional-package", () => {
  it("gives what is imported, as a whole that Node or the bundle calls the default", async () => {
    const whole = { a: 1 };
    assert.equal(await loadPackage("x", () => Promise.resolve(whole)), whole);
    assert.equal(await loadPackage<object>("x", () => Promise.resolve({ default: whole })), whole);
  });

  it("names a package that is not installed", async () => {
    const name = "@sealgate-tests/absent";
    for (const load of [
      async (): Promise<object> => (await import(name)) as object,
      (): Promise<never> => Promise.reject(Object.assign(new Error("x"), { code: "MODULE_NOT_FOUND" })),
    ]) {
      await assert.rejects(loadPackage(name, load), (error) => {
        assert.ok(error instanceof CloudError);
        assert.equal(error.message, `the optional package ${name} is not installed`);
        return true;
      });
    }
  });

  it("leaves what a package itself throws", async () => {
    await assert.rejects(
      loadPackage("x", () => Promise.reject(new TypeError("a bug"))),
      TypeError,
    );
  });
});
