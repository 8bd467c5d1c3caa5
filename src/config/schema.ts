/**
 * What the configuration file may hold (draft 7). A member that is not here is refused, and each that is here has a test
 * that sees it change something (test/config/liveness.test.ts).
 */
import { CALLERS } from "./callers.ts";
import { CACHES, LIMITS } from "./limits.ts";
import { DEADLINE, PROXY, REGISTRIES } from "./registries-schema.ts";
import { EXCLUDE_NAMESPACES, POD_CONTROLLERS, UNMATCHED_IMAGES } from "./settings.ts";
import { TLS_SCHEMA } from "./tls.ts";

/** The trust roots that the program carries and a file may switch off. */
export const BUILT_IN_TRUST_ROOTS = ["sigstore-public-good", "github"] as const;

/** A name of a Kubernetes object, since policies name roots and TrustRoot objects will bear these names. */
const OBJECT_NAME = "^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$";

const REQUIRES = {
  type: "object",
  description: "What a signature by this instance must bring.",
  additionalProperties: false,
  properties: {
    transparencyLog: { type: "boolean", description: "An entry of one of its transparency logs. Default: true." },
    signedCertificateTimestamp: {
      type: "boolean",
      description: "A promise of one of its certificate transparency logs, in the certificate. Default: true.",
    },
    timestamp: { type: "boolean", description: "A time stamp of one of its authorities. Default: false." },
  },
} as const;

const TRUST_ROOT = {
  type: "object",
  description: "One Sigstore instance.",
  additionalProperties: false,
  required: ["file"],
  properties: {
    file: {
      type: "string",
      minLength: 1,
      maxLength: 4096,
      description: "Its trusted_root.json; a relative path begins at the folder of the configuration file.",
    },
    requires: REQUIRES,
  },
} as const;

export const CONFIG_SCHEMA = {
  type: "object",
  additionalProperties: false,
  properties: {
    trustRoots: {
      type: "object",
      description: "Sigstore instances by the names that policies use; one of a built-in root's name replaces it.",
      propertyNames: { type: "string", pattern: OBJECT_NAME },
      additionalProperties: TRUST_ROOT,
    },
    tls: TLS_SCHEMA,
    callers: CALLERS,
    leaderElection: {
      type: "object",
      description:
        "The Lease that elects the leader, who writes the status of policies, where tls.selfManaged names none. Nobody is elected when it is absent.",
      additionalProperties: false,
      required: ["namespace", "lease"],
      properties: {
        namespace: { type: "string", pattern: OBJECT_NAME, description: "Where the Lease is." },
        lease: { type: "string", pattern: OBJECT_NAME, description: "Its name." },
      },
    },
    builtInTrustRoots: {
      type: "array",
      description: "The built-in trust roots that policies may name. Default: all of them.",
      uniqueItems: true,
      items: { type: "string", enum: BUILT_IN_TRUST_ROOTS },
    },
    unmatchedImages: UNMATCHED_IMAGES,
    excludeNamespaces: EXCLUDE_NAMESPACES,
    podControllers: POD_CONTROLLERS,
    secretNamespaces: {
      type: "array",
      description:
        "Namespaces whose Secrets cluster policies may name, beside Sealgate's own (keys.secret.namespace). Default: none.",
      uniqueItems: true,
      maxItems: 256,
      items: { type: "string", maxLength: 63, pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" },
    },
    limits: LIMITS,
    caches: CACHES,
    registries: REGISTRIES,
    proxy: PROXY,
    deadline: DEADLINE,
  },
} as const;
