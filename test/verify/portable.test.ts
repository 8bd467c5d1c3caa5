/** A requirement that travelled as data answers what it did before: for the real vectors, and for each kind of signer. */
import assert from "node:assert/strict";
import { attempt } from "../../src/failure/attempt.ts";
import type { SignedEntity } from "../../src/verify/entity.ts";
import { portableRequirement, requirementFrom } from "../../src/verify/portable.ts";
import type { Requirement } from "../../src/verify/requirement.ts";
import { verify } from "../../src/verify/verifier.ts";
import { artifactOf, entitiesOf } from "../vectors/entities.ts";
import { requirementOf } from "../vectors/requirements.ts";
import { readVectors } from "../vectors/vector.ts";

const NOW = Date.UTC(2026, 8, 1);
const HOLDS_ENTITIES = ["bundle", "legacy-image-signature", "legacy-signature-parts", "legacy-blob-bundle"];

/** As another thread would have it. */
function travelled(entity: SignedEntity, requirement: Requirement): Requirement {
  return requirementFrom(structuredClone(portableRequirement(entity, requirement)));
}

/** What it says, with what nobody promises to be equal taken away: the error's own stack and cause. */
function answerOf(work: () => unknown): unknown {
  const result = attempt(work);
  if (result.ok) return result.value;
  const { code, message, detail } = result.failure;
  return { code, message, detail };
}

describe("portableRequirement()", () => {
  const cases = readVectors()
    .filter(({ kind }) => HOLDS_ENTITIES.includes(kind))
    .flatMap((vector) => {
      const artifact = artifactOf(vector);
      if (artifact === undefined) return [];
      const requirement = requirementOf(vector);
      const entities = entitiesOf(vector).map((parse) => attempt(parse));
      return entities.flatMap((entity) => (entity.ok ? [{ artifact, requirement, entity: entity.value }] : []));
    });

  it("answers the same for every real vector that can be read, evidence and reasons alike", () => {
    const kinds = new Map<string, number>();
    for (const { entity, requirement, artifact } of cases) {
      const here = answerOf(() => verify(entity, requirement, artifact, NOW));
      const there = answerOf(() => verify(structuredClone(entity), travelled(entity, requirement), artifact, NOW));
      assert.deepEqual(there, here);
      kinds.set(requirement.signer.kind, (kinds.get(requirement.signer.kind) ?? 0) + 1);
    }
    assert.deepEqual([...kinds.keys()].toSorted(), ["authority", "key", "keyless", "pinned-leaf"]);
  });

  it("accepts no text that the matcher does not: the reason is the same", () => {
    const nobody = { wanted: "nobody", matches: () => false };
    let seen = 0;
    for (const { entity, requirement, artifact } of cases) {
      if (requirement.signer.kind === "key") continue;
      const { signer } = requirement;
      const refused: Requirement["signer"] =
        signer.kind === "keyless"
          ? { kind: "keyless", identity: { issuer: nobody, subject: () => nobody, extensions: new Map() } }
          : { ...signer, subject: nobody };
      const strict = { ...requirement, signer: refused };
      const here = answerOf(() => verify(entity, strict, artifact, NOW));
      assert.deepEqual(
        answerOf(() => verify(entity, travelled(entity, strict), artifact, NOW)),
        here,
      );
      if ((here as { code?: string }).code?.startsWith("Identity") === true) seen += 1;
    }
    assert.ok(seen > 10, `${seen} were refused for their identity`);
  });

  it("holds an extension against what the certificate says", () => {
    const found = cases.find(({ requirement: { signer }, entity, artifact, requirement }) => {
      return signer.kind === "keyless" && attempt(() => verify(entity, requirement, artifact, NOW)).ok;
    });
    assert.ok(found?.requirement.signer.kind === "keyless");
    const { entity, artifact, requirement } = found;
    const { identity } = found.requirement.signer;
    for (const accepted of [true, false]) {
      const matcher = { wanted: "a trigger", matches: () => accepted };
      const extensions = new Map([["buildTrigger", matcher] as const]);
      const asked: Requirement = { ...requirement, signer: { kind: "keyless", identity: { ...identity, extensions } } };
      const here = answerOf(() => verify(entity, asked, artifact, NOW));
      assert.deepEqual(
        answerOf(() => verify(entity, travelled(entity, asked), artifact, NOW)),
        here,
      );
      if (!accepted) assert.equal((here as { code?: string }).code, "IdentityExtensionMismatch");
    }
  });

  it("answers the same of certificates that name nobody, or not as the signer must be named", () => {
    const anybody = { wanted: "anybody", matches: () => true };
    const identity = {
      issuer: anybody,
      subject: () => anybody,
      extensions: new Map([["buildTrigger", anybody] as const]),
    };
    const authorities = cases.flatMap(({ requirement: { signer } }) =>
      signer.kind === "authority" ? signer.authorities : [],
    );
    const signers: readonly Requirement["signer"][] = [
      { kind: "keyless", identity },
      { kind: "authority", authorities, subject: anybody, insecureUseCurrentTime: false },
    ];
    const codes = new Set<string>();
    for (const [{ entity, requirement, artifact }, signer] of cases.flatMap((each) =>
      signers.map((signer) => [each, signer] as const),
    )) {
      const asked = { ...requirement, signer };
      const here = answerOf(() => verify(entity, asked, artifact, NOW));
      assert.deepEqual(
        answerOf(() => verify(entity, travelled(entity, asked), artifact, NOW)),
        here,
      );
      codes.add((here as { code?: string }).code ?? "accepted");
    }
    for (const code of ["accepted", "IdentityIssuerMissing", "IdentityExtensionMismatch"])
      assert.ok(codes.has(code), code);
  });
});
