/** The catalogue is the sum of its tables: none is left out, and no code stands in two, where one would hide the other. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { FAILURES } from "../../src/failure/catalogue.ts";

const FOLDER = new URL("../../src/failure/catalogue/", import.meta.url);

describe("FAILURES", () => {
  it("holds every code of every table exactly once", async () => {
    const files = readdirSync("src/failure/catalogue").map((name) => name.replace(/\.ts$/, ".js"));
    const tables = await Promise.all(files.map((name) => import(new URL(name, FOLDER).href)));
    const codes = tables.flatMap((table: object) =>
      Object.values(table).flatMap((entries: object) => Object.keys(entries)),
    );
    assert.deepEqual(codes.toSorted(), Object.keys(FAILURES).toSorted());
  });

  it("has a CamelCase code, a clause and a hint without final period for every reason", () => {
    for (const [code, { spec, hint }] of Object.entries(FAILURES)) {
      assert.match(code, /^[A-Z][A-Za-z0-9]+$/);
      assert.notEqual(spec, "", code);
      assert.match(hint, /[^.]$/, code);
    }
  });
});
