// Every field of TrustRoot is live: for each leaf of its schema, changing it changes a verdict by real signatures.
import assert from "node:assert/strict";
import { attempt } from "../../src/failure/attempt.ts";
import { evaluateRule } from "../../src/policy/evaluate.ts";
import type { Candidate } from "../../src/policy/evidence.ts";
import type { FindRootText } from "../../src/policy/trust-root-source.ts";
import { withObjects } from "../../src/policy/trust-root-object.ts";
import { TRUST_ROOT_SPEC_SCHEMA } from "../../src/policy/trust-root-schema.generated.ts";
import { entityFromBundle } from "../../src/verify/entity.ts";
import { email } from "../support/virtual-sigstore/identity.ts";
import type { WitnessOptions } from "../support/virtual-sigstore/virtual-sigstore.ts";
import { compiledRule, evidence, IMAGE_DIGEST, NOW, type Json } from "./resources.ts";
import { schemaNodes } from "./schema-leaves.ts";
import { compiledRoot, inlineOf, keysOf, OTHER, SIGSTORE } from "./trust-roots.ts";

interface Change {
  readonly before: Json;
  readonly after: Json;
  readonly signed?: WitnessOptions & { readonly isPromised?: boolean };
  /** Codes of the verdicts before and after. */
  readonly seen: readonly [before: string, after: string];
}

const DEV = email("dev@acme.io");
const LATER = "2027-01-01T00:00:00Z";
const BEFORE = "2021-06-01T00:00:00Z";

/** What lies outside: each kind has its object "acme", whose member "ours" is the instance's and "other" another's. */
const find: FindRootText = ({ kind, namespace, name, key }) => {
  const text = { ours: inlineOf(), other: inlineOf(OTHER) }[key];
  const isThere = namespace === "sealgate" && name === "acme" && text !== undefined;
  return isThere ? { kind: "text", text } : { kind: "none", reason: `the ${kind} does not exist` };
};

/** The verdict and its codes over one signature by the virtual instance. */
function judge(spec: Json, { isPromised = true, ...how }: NonNullable<Change["signed"]>): string {
  const compiled = compiledRoot(spec, "acme", find);
  const trustRoots = withObjects(
    () => compiled,
    () => undefined,
  );
  const entry = { name: "dev", keyless: { issuer: DEV.issuer, subject: DEV.subject } };
  const rule = compiledRule({ trustRoot: "acme", attestors: [{ entries: [entry] }] }, trustRoots);
  const bundle = SIGSTORE.signBundle(IMAGE_DIGEST, SIGSTORE.certify(DEV, { isLogged: isPromised }), how);
  const candidate: Candidate = { subject: "bundle", entity: attempt(() => entityFromBundle(bundle)) };
  const { outcome, findings } = evaluateRule(rule, evidence([candidate]), NOW);
  return [outcome, ...findings.map(({ code }) => code)].join(" ");
}

/** The parts of the instance, one of them changed. */
function parts(list: string, index: number, changes: Json, more: Json = {}): Json {
  const keys = keysOf();
  const items = keys[list]?.map((item, i) => (i === index ? { ...item, ...changes } : item));
  return { sigstoreKeys: { ...keys, [list]: items }, ...more };
}

const STAMPED = { log: "none", timestamp: true } as const;
const STAMPS = { requires: { transparencyLog: false, timestamp: true } };
const inline = (requires?: Json): Json => ({ inline: inlineOf(), ...(requires === undefined ? {} : { requires }) });

/** The members of one list of parts: its text, from when and until when. */
function partChanges(
  list: string,
  {
    field,
    index = 0,
    other,
    codes,
    ...how
  }: Pick<Change, "signed"> & {
    readonly field: string;
    readonly index?: number;
    /** The field's value at another instance. */
    readonly other: unknown;
    readonly codes: readonly [other: string, outside: string];
    readonly more?: Json;
  },
): Readonly<Record<string, Change>> {
  const { signed, more = {} } = how;
  const change = (changes: Json, code: string): Change => ({
    before: parts(list, index, {}, more),
    after: parts(list, index, changes, more),
    ...(signed === undefined ? {} : { signed }),
    seen: ["Pass", `Fail ${code}`],
  });
  return {
    [`sigstoreKeys.${list}[].${field}`]: change({ [field]: other }, codes[0]),
    [`sigstoreKeys.${list}[].validFrom`]: change({ validFrom: LATER }, codes[1]),
    [`sigstoreKeys.${list}[].validUntil`]: change({ validUntil: BEFORE }, codes[1]),
  };
}

/** Another object is not there, another member is another instance. */
function storedChanges(variant: "configMap" | "secret"): Readonly<Record<string, Change>> {
  const change = (changes: Json, verdict: string): Change => ({
    before: { [variant]: { name: "acme", key: "ours" } },
    after: { [variant]: { name: "acme", key: "ours", ...changes } },
    seen: ["Pass", verdict],
  });
  return {
    [`${variant}.name`]: change({ name: "absent" }, "Undetermined TrustRootNotReady"),
    [`${variant}.key`]: change({ key: "other" }, "Fail LogUnknown"),
  };
}

const others = keysOf(OTHER);

const LIVE: Readonly<Record<string, Change>> = {
  publicGood: { before: inline(), after: { publicGood: {} }, seen: ["Pass", "Fail LogUnknown"] },
  github: { before: inline(), after: { github: {} }, seen: ["Pass", "Fail TimestampMissing"] },
  inline: { before: inline(), after: { inline: inlineOf(OTHER) }, seen: ["Pass", "Fail LogUnknown"] },
  ...storedChanges("configMap"),
  ...storedChanges("secret"),
  ...partChanges("certificateAuthorities", {
    field: "certChain",
    other: others["certificateAuthorities"]?.[0]?.["certChain"],
    codes: ["CertificateIssuerUnknown", "CertificateAuthorityOutsideWindow"],
  }),
  ...partChanges("timestampAuthorities", {
    field: "certChain",
    other: others["timestampAuthorities"]?.[0]?.["certChain"],
    codes: ["TimestampCertificateMismatch", "CertificateAuthorityOutsideWindow"],
    signed: STAMPED,
    more: STAMPS,
  }),
  ...partChanges("tLogs", {
    field: "publicKey",
    other: others["tLogs"]?.[0]?.["publicKey"],
    codes: ["LogUnknown", "LogKeyOutsideWindow"],
  }),
  "sigstoreKeys.tLogs[].baseURL": {
    before: parts("tLogs", 1, {}),
    after: parts("tLogs", 1, { baseURL: "https://log2027.rekor.example" }),
    signed: { log: "v2", timestamp: true },
    seen: ["Pass", "Fail LogUnknown"],
  },
  ...partChanges("ctLogs", {
    field: "publicKey",
    other: others["ctLogs"]?.[0]?.["publicKey"],
    codes: ["SctLogUnknown", "SctOutsideLogWindow"],
  }),
  "requires.transparencyLog": {
    before: inline({ transparencyLog: false, timestamp: true }),
    after: inline({ transparencyLog: true, timestamp: true }),
    signed: STAMPED,
    seen: ["Pass", "Fail LogEntryMissing"],
  },
  "requires.signedCertificateTimestamp": {
    before: inline({ signedCertificateTimestamp: false }),
    after: inline({ signedCertificateTimestamp: true }),
    signed: { isPromised: false },
    seen: ["Pass", "Fail SctMissing"],
  },
  "requires.timestamp": {
    before: inline({ timestamp: false }),
    after: inline({ timestamp: true }),
    seen: ["Pass", "Fail TimestampMissing"],
  },
};

/** A variant without members is written or not: it counts as a leaf. */
const LEAVES = schemaNodes(TRUST_ROOT_SPEC_SCHEMA)
  .filter(([, { type, properties }]) => type !== "array" && Object.keys(properties ?? {}).length === 0)
  .map(([path]) => path);

describe("policy liveness: TrustRoot", () => {
  for (const [leaf, { before, after, signed = {}, seen }] of Object.entries(LIVE)) {
    it(`${leaf} decides`, () => assert.deepEqual([judge(before, signed), judge(after, signed)], seen));
  }

  it("knows every leaf of the schema, and no other", () => {
    const tests = Object.keys(LIVE);
    console.log(`      ${LEAVES.length} leaves, ${tests.length} tests`);
    assert.deepEqual(tests.toSorted(), LEAVES.toSorted());
  });
});
