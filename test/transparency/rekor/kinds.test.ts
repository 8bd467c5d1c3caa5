/** checkBody(): which kinds are read, of which generation they are, and that the carrier's word does not replace the body's. */
import assert from "node:assert/strict";
import { checkBody } from "../../../src/transparency/rekor/kinds.ts";
import { failsWith } from "../../support/failures.ts";
import { BODIES, kindVersionOf, makeBody, type BodyKind } from "../../support/transparency/bodies.ts";
import { BY_KEY, entryOf, FITTING, withMember } from "../fixtures.ts";

const NAMES = Object.keys(BODIES) as BodyKind[];
const V2: readonly BodyKind[] = ["hashedrekord 0.0.2", "dsse 0.0.2"];

/** Members that may be absent, or are not read: whatever they are called, the body says the same. */
const OPTIONAL: Readonly<Partial<Record<BodyKind, readonly string[]>>> = {
  "intoto 0.0.1": ["content", "payloadHash"],
  "intoto 0.0.2": ["content", "hash"],
};

function withoutOptional(name: BodyKind, spec: unknown): unknown {
  const path = OPTIONAL[name];
  return path === undefined ? spec : withMember(spec, path, undefined);
}

describe("checkBody()", () => {
  for (const name of NAMES) {
    const generation = V2.includes(name) ? "v2" : "v1";
    const logged = FITTING[name];

    it(`takes ${name} for an entry of ${generation}, signed by a certificate or a key`, () => {
      for (const by of [logged, { ...logged, signer: BY_KEY }]) {
        assert.equal(checkBody(entryOf(name, makeBody(name, by)), by), generation);
      }
    });

    it(`takes ${name} from a carrier that does not say the kind`, () => {
      const { kindVersion: _, ...entry } = entryOf(name, makeBody(name, logged));
      assert.equal(checkBody(entry, logged), generation);
    });

    it(`trap 14: refuses ${name} under every other name`, () => {
      for (const other of NAMES.filter((candidate) => candidate !== name)) {
        failsWith("LogKindMismatch", () => checkBody(entryOf(other, makeBody(name, logged)), logged));
      }
    });

    it(`refuses ${name} that says to be another kind, with the carrier's agreement`, () => {
      for (const other of NAMES.filter((candidate) => candidate !== name)) {
        const { kind, version: apiVersion } = kindVersionOf(other);
        const body = makeBody(name, logged, ({ spec }) => ({ apiVersion, kind, spec }));
        // 0.0.1 rekords are hashedrekords with one member more
        if (name === "rekord 0.0.1" && other === "hashedrekord 0.0.1") continue;
        assert.throws(() => checkBody(entryOf(other, body), logged), { name: "VerificationFailure" }, other);
      }
    });

    it(`refuses every prefix of ${name}`, () => {
      const body = makeBody(name, logged);
      for (let end = 0; end < body.length; end += 1) {
        failsWith("LogBodyMalformed", () => checkBody(entryOf(name, body.subarray(0, end)), logged));
      }
    });

    it(`takes no insertion into ${name} but white space, and in v2 not even that`, () => {
      const body = makeBody(name, logged, ({ spec, ...rest }) => ({ ...rest, spec: withoutOptional(name, spec) }));
      for (let at = 0; at <= body.length; at += 1) {
        for (const inserted of ["\0", "x", '"', ...(generation === "v2" ? [" ", "\n"] : [])]) {
          const changed = Buffer.concat([body.subarray(0, at), Buffer.from(inserted), body.subarray(at)]);
          assert.throws(
            () => checkBody(entryOf(name, changed), logged),
            { name: "VerificationFailure" },
            `${at} ${inserted}`,
          );
        }
      }
    });
  }

  const unsupported = [
    ["rpm", "0.0.1"],
    ["hashedrekord", "0.0.3"],
    ["hashedrekord", "0.0.1 "],
    ["Hashedrekord", "0.0.1"],
    ["dsse", ""],
    ["", "dsse 0.0.1"],
    ["constructor", "__proto__"],
  ] as const;
  for (const [kind, version] of unsupported) {
    it(`refuses the kind "${kind} ${version}"`, () => {
      const body = Buffer.from(JSON.stringify({ apiVersion: version, kind, spec: {} }));
      const entry = { ...entryOf("dsse 0.0.1", body), kindVersion: { kind, version } };
      failsWith("LogKindUnsupported", () => checkBody(entry, FITTING["dsse 0.0.1"]));
    });
  }
});
