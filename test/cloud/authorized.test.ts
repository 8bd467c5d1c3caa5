// A bearer token that is refused is asked for anew, once.
import assert from "node:assert/strict";
import { authorized, type Token } from "../../src/cloud/authorized.ts";
import { startFakeCloud, type FakeCloud } from "../support/cloud/fake-cloud.ts";

const { signal } = new AbortController();

describe("cloud/authorized", () => {
  let cloud: FakeCloud;
  before(async () => {
    cloud = await startFakeCloud();
  });
  afterEach(() => cloud.reset());
  after(async () => cloud.stop());

  /** t1, and t2 once that was dropped. */
  function token(): Token {
    let number = 1;
    return { get: () => Promise.resolve(`t${number}`), drop: () => void (number += 1) };
  }
  const asked = (): readonly unknown[] => cloud.asked.map(({ headers }) => headers["authorization"]);
  const call = { url: "https://api.example/", headers: { "x-a": "b" }, signal };

  it("is sent beside what else is", async () => {
    cloud.on("api.example", ({ headers }) => ({ json: { a: headers["x-a"] } }));
    const { object } = await authorized(cloud.http, token(), call);
    assert.equal(object?.get("a"), "b");
    assert.deepEqual(asked(), ["Bearer t1"]);
  });

  it("is renewed after 401, and not after 403", async () => {
    cloud.on("api.example", ({ headers }) => ({
      status: headers["authorization"] === "Bearer t1" ? 401 : 200,
      json: {},
    }));
    assert.equal((await authorized(cloud.http, token(), call)).status, 200);
    assert.deepEqual(asked(), ["Bearer t1", "Bearer t2"]);
    cloud.reset();
    cloud.on("api.example", () => ({ status: 403, json: {} }));
    assert.equal((await authorized(cloud.http, token(), call)).status, 403);
    assert.deepEqual(asked(), ["Bearer t1"]);
  });

  it("is renewed once and no more", async () => {
    cloud.on("api.example", () => ({ status: 401, json: {} }));
    assert.equal((await authorized(cloud.http, token(), call)).status, 401);
    assert.equal(cloud.asked.length, 2);
  });
});
