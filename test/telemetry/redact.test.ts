// The last look at a log line: credentials by the names they go by, at any depth, and errors without their causes' words.
import assert from "node:assert/strict";
import { describeError, redact } from "../../src/telemetry/redact.ts";

describe("redact()", () => {
  const headers = { Authorization: "Basic pl4nted", "Set-Cookie": ["pl4nted"], accept: "text" };

  it("blots out headers and passwords wherever they are", () => {
    const line = redact({
      request: { headers, body: [{ password: "pl4nted", user: "robot" }] },
      credential: { identityToken: "pl4nted", secretAccessKey: "pl4nted" },
      "X-Vault-Token": "pl4nted",
    });
    assert.doesNotMatch(JSON.stringify(line), /pl4nted/);
    assert.deepEqual(line, {
      request: {
        headers: { Authorization: "[redacted]", "Set-Cookie": "[redacted]", accept: "text" },
        body: [{ password: "[redacted]", user: "robot" }],
      },
      credential: { identityToken: "[redacted]", secretAccessKey: "[redacted]" },
      "X-Vault-Token": "[redacted]",
    });
  });

  it("leaves what holds none as it is, and changes nothing of what it was given", () => {
    const fields = { uid: "1", images: { web: { verdict: "Pass" } }, count: 0, none: null, key: undefined };
    assert.equal(redact(fields), fields);
    redact({ headers });
    assert.equal(headers.Authorization, "Basic pl4nted");
  });

  it("ends, however deep an object is, or where it names itself", () => {
    const circle: Record<string, unknown> = { password: "pl4nted" };
    circle["self"] = circle;
    assert.doesNotMatch(JSON.stringify(redact(circle)), /pl4nted/);
  });
});

describe("describeError()", () => {
  it("keeps kind, code, message and stack of a defect, and the kinds alone of its causes", () => {
    const cause = Object.assign(new RangeError("pl4nted"), { code: "ECONNRESET", $response: { body: "pl4nted" } });
    const error = Object.assign(new TypeError("a bug", { cause }), {
      config: { headers: { authorization: "pl4nted" } },
    });
    const described = describeError(error) as Record<string, unknown>;
    const { stack, ...rest } = described;
    assert.deepEqual(rest, { type: "TypeError", message: "a bug", cause: "RangeError (ECONNRESET)" });
    assert.match(String(stack), /redact\.test/);
    assert.doesNotMatch(JSON.stringify(described), /pl4nted/);
  });

  it("says of what is no error its type alone", () => {
    assert.deepEqual(describeError("pl4nted"), { type: "string" });
    const { cause } = describeError(new Error("x", { cause: "pl4nted" })) as { cause: unknown };
    assert.equal(cause, "string");
    const coded = Object.assign(new Error("x"), { code: "E_X" });
    assert.equal((describeError(coded) as { code: unknown }).code, "E_X");
  });

  it("stands for errors among the fields", () => {
    const line = redact({ err: new TypeError("a bug", { cause: new Error("pl4nted") }) });
    assert.doesNotMatch(JSON.stringify(line), /pl4nted/);
  });
});
