// Entries by party.
import assert from "node:assert/strict";
import { groupByParty } from "../../src/policy/party.ts";

describe("policy/party", () => {
  it("puts the entries of one party together, in the order they are written", () => {
    const entries = ["dev", "sec-new", "ops", "sec-old"];
    assert.deepEqual(
      groupByParty(entries, (name) => name.split("-")[0]),
      [["dev"], ["sec-new", "sec-old"], ["ops"]],
    );
    assert.deepEqual(
      groupByParty([], () => "a"),
      [],
    );
  });
});
