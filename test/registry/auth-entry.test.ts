/** One entry of a docker configuration; what may stand in one is told row by row in keyring.test.ts. */
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { readAuthEntry, readAuthJson } from "../../src/registry/auth-entry.ts";
import { refuses } from "../support/failures.ts";

describe("readAuthEntry()", () => {
  it("reads what parseJson() gave", () => {
    const entry = new Map([["auth", Buffer.from("u:p").toString("base64")]]);
    assert.deepEqual(readAuthEntry(entry, "entry 1"), { username: "u", password: "p" });
  });

  it("names the place of what is wrong, not what stands there", () => {
    refuses(/^entry 1, auth is not base64 of UTF-8 text$/, () =>
      readAuthEntry(new Map([["auth", "pl4nted!"]]), "entry 1"),
    );
    refuses(/^entry 1 is a string, want an object$/, () => readAuthEntry("pl4nted", "entry 1"));
  });
});

describe("readAuthJson()", () => {
  it("repeats nothing of a document that is broken", () => {
    refuses(/^it is not valid JSON$/, () => readAuthJson(encodeUtf8('{"pl4nted": 1, "pl4nted": 2}'), "it"));
  });
});
