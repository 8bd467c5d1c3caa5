// What is printed of an image that was verified; the text is held in verify.test.ts, through the command.
import assert from "node:assert/strict";
import { asCosignPrints, asText } from "../../src/cli/verify-output.ts";
import type { VerifiedEntity } from "../../src/verify/evidence.ts";
import { parseImageReference } from "../../src/oci/reference.ts";
import type { CompiledRule } from "../../src/policy/compile.ts";
import { ruleVerdict } from "../admission/verdicts.ts";

const REFERENCE = parseImageReference("ghcr.io/acme/web:1");
const DIGEST = `sha256:${"1".repeat(64)}`;

/** Only verify() makes one; here its shape is the matter. */
function entity(more: object): VerifiedEntity {
  const claims = { digest: DIGEST, annotations: new Map([["env", "prod"]]) };
  return {
    principal: { kind: "key", keyId: "ab" },
    times: [],
    entries: [],
    claims,
    ...more,
  } as unknown as VerifiedEntity;
}

function printed(evidence: readonly VerifiedEntity[]): unknown {
  const text = asCosignPrints(REFERENCE, ruleVerdict({ outcome: "Pass", evidence }));
  assert.match(text, /^[^\n]*\n$/);
  return JSON.parse(text);
}

const CRITICAL = {
  identity: { "docker-reference": "ghcr.io/acme/web" },
  image: { "docker-manifest-digest": DIGEST },
  type: "cosign container image signature",
};

describe("asCosignPrints()", () => {
  it("is a list with one payload a signature", () => {
    const optional = { env: "prod" };
    assert.deepEqual(printed([entity({}), entity({})]), [
      { critical: CRITICAL, optional },
      { critical: CRITICAL, optional },
    ]);
    assert.deepEqual(printed([]), []);
  });

  it("has null where the signer said nothing and nothing was proven", () => {
    const claims = { digest: DIGEST, annotations: new Map(), dockerReference: "pushed/here" };
    const identity = { "docker-reference": "pushed/here" };
    assert.deepEqual(printed([entity({ claims })]), [{ critical: { ...CRITICAL, identity }, optional: null }]);
  });

  it("lets no annotation stand in the place of what was proven", () => {
    const claims = {
      digest: DIGEST,
      annotations: new Map([
        ["Issuer", "forged"],
        ["Subject", "forged"],
        ["Bundle", "forged"],
      ]),
    };
    const principal = { kind: "keyless", issuer: "https://issuer", subject: "dev" };
    const entries = [
      { logId: "cd", logIndex: 7n, integratedTime: 2_000 },
      { logId: "ef", logIndex: 8n },
    ];
    const [payload] = printed([entity({ claims, principal, entries })]) as [{ optional: unknown }];
    assert.deepEqual(payload.optional, {
      Issuer: "https://issuer",
      Subject: "dev",
      Bundle: { Payload: { integratedTime: 2, logIndex: 7, logID: "cd" } },
    });
  });
});

describe("asText()", () => {
  it("has nothing to print of a rule that asked for nothing", () => {
    const rule = { sets: [] } as unknown as CompiledRule;
    const flags = { output: "text" } as unknown as Parameters<typeof asText>[3];
    const image = { image: "a", places: [], verdicts: [] };
    assert.throws(
      () => asText(image, ruleVerdict({ outcome: "Pass" }), rule, flags),
      /nothing was asked, and it passed/,
    );
  });
});
