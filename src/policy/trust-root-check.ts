/**
 * Everything that is wrong with a TrustRoot, all at once and with paths (policy-api.md §2.7): the schema, what no schema can
 * say, and what stands in certificates, keys and the text of a trusted_root.json.
 */
import { schemaCheck } from "../schema/validator.ts";
import { validateTrustRootSpec } from "../schema/validators.js";
import type { TrustMaterial } from "../sigstore/trusted-root.ts";
import { itemsOf, memberOf, type FieldError } from "./field-errors.ts";
import { checkWindow } from "./key-check.ts";
import { checkClusterMetadata, checkEnvelope, specPath } from "./resource-check.ts";
import { readInline, readSigstoreKeys, type Read } from "./trust-root-material.ts";
import type { StoredRoot } from "./trust-root-source.ts";
import type { TrustRootSpec } from "./trust-root-spec.generated.ts";
import { missingFrom, type TrustRequirements, type TrustRoot } from "./trust-root.ts";

const checkSchema = schemaCheck(validateTrustRootSpec);

const VARIANTS = ["publicGood", "github", "inline", "configMap", "secret", "sigstoreKeys"] as const;
const PARTS = ["certificateAuthorities", "timestampAuthorities", "tLogs", "ctLogs"] as const;
/** Where nothing is written. */
const DEFAULT_REQUIRES: TrustRequirements = {
  transparencyLog: true,
  signedCertificateTimestamp: true,
  timestamp: false,
};

/** For files and the command line: any value of this kind. */
export function validateTrustRoot(resource: unknown): readonly FieldError[] {
  return [...checkEnvelope(resource), ...readTrustRoot(resource).errors];
}

/** What is trusted by the object: material of its own, where such lies, or the variant that names what is built in. */
export type TrustRootContent =
  | { readonly builtIn: "publicGood" | "github" }
  | { readonly stored: StoredRoot; readonly requires: TrustRequirements }
  | TrustRoot;

/** As the API server holds it, whose metadata is its own. Without content there are errors. */
export function readTrustRoot(resource: unknown): Read<TrustRootContent> {
  const spec = memberOf(resource, "spec");
  const errors = [...checkClusterMetadata(memberOf(resource, "metadata")), ...checkSpec(spec)];
  // What the checks took has the shape that its type says
  return errors.length > 0 ? { errors } : readContent(spec as TrustRootSpec);
}

function readContent({
  publicGood,
  github,
  inline,
  configMap,
  secret,
  sigstoreKeys,
  requires: written,
}: TrustRootSpec): Read<TrustRootContent> {
  if (publicGood !== undefined) return { value: { builtIn: "publicGood" }, errors: [] };
  if (github !== undefined) return { value: { builtIn: "github" }, errors: [] };
  const requires = { ...DEFAULT_REQUIRES, ...written };
  if (configMap !== undefined) return { value: { stored: { kind: "ConfigMap", ...configMap }, requires }, errors: [] };
  if (secret !== undefined) return { value: { stored: { kind: "Secret", ...secret }, requires }, errors: [] };
  return withRequired(inline === undefined ? readSigstoreKeys(sigstoreKeys ?? {}) : readInline(inline), requires);
}

/** The root of material that holds all that is required. */
export function withRequired(
  { value: material, errors }: Read<TrustMaterial>,
  requires: TrustRequirements,
): Read<TrustRoot> {
  if (material === undefined) return { errors };
  const missing = missingFrom(material, requires).map(({ need, what }) => ({
    path: `spec.requires.${need}`,
    message: `is true, and the trust root holds no ${what} that can be used`,
  }));
  return missing.length > 0 ? { errors: missing } : { value: { material, requires }, errors };
}

/** Where a check and the schema speak of one field, the check says it better. */
function checkSpec(spec: unknown): readonly FieldError[] {
  const checks = [
    ...checkVariant(spec),
    ...checkRefresh(spec),
    ...checkRequires(spec),
    ...checkTimes(memberOf(spec, "sigstoreKeys")),
  ];
  const spoken = new Set(checks.map(({ path }) => path));
  const schema = checkSchema(spec).map(({ path, message }) => ({ path: specPath(path), message }));
  return [...schema.filter(({ path }) => !spoken.has(path)), ...checks];
}

function checkVariant(spec: unknown): readonly FieldError[] {
  const written = VARIANTS.filter((variant) => memberOf(spec, variant) !== undefined);
  const hasTuf = memberOf(spec, "tuf") !== undefined;
  const message = `must have exactly one of ${VARIANTS.join(", ")}`;
  const tuf = "is not supported: write the trusted_root.json that the repository holds into inline";
  return [
    ...(written.length === 1 || hasTuf ? [] : [{ path: "spec", message }]),
    ...(hasTuf ? [{ path: "spec.tuf", message: tuf }] : []),
  ];
}

/** Of the design, and not made yet: who writes these expects that something is fetched. */
function checkRefresh(spec: unknown): readonly FieldError[] {
  const refresh = "is not supported: the root is as this version of Sealgate carries it, so leave it out";
  const staleness = "is not supported: nothing is fetched that could grow stale, so leave it out";
  return [
    ...(["publicGood", "github"] as const)
      .filter((variant) => memberOf(memberOf(spec, variant), "refresh") !== undefined)
      .map((variant) => ({ path: `spec.${variant}.refresh`, message: refresh })),
    ...(memberOf(spec, "maxStaleness") === undefined ? [] : [{ path: "spec.maxStaleness", message: staleness }]),
  ];
}

function checkRequires(spec: unknown): readonly FieldError[] {
  const requires = memberOf(spec, "requires");
  if (requires === undefined) return [];
  if (memberOf(spec, "publicGood") !== undefined || memberOf(spec, "github") !== undefined) {
    const message = "must not be written beside publicGood and github: what their signatures bring is known";
    return [{ path: "spec.requires", message }];
  }
  const isProven = memberOf(requires, "transparencyLog") !== false || memberOf(requires, "timestamp") === true;
  const message = "asks for no proof of time, want transparencyLog or timestamp to be true";
  return isProven ? [] : [{ path: "spec.requires", message }];
}

/** The windows of all parts. */
function checkTimes(keys: unknown): readonly FieldError[] {
  const parts = PARTS.flatMap((list) => itemsOf(memberOf(keys, list), `spec.sigstoreKeys.${list}`));
  return parts.flatMap(({ value, path }) => checkWindow(value, path));
}
