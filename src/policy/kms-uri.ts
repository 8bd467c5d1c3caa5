/**
 * Keys in key management services by cosign's URIs (policy-api.md §2.4): of AWS, Azure, Google Cloud and Vault. None of them
 * holds an endpoint: where a service is asked is the operator's to say, not the policy's. The schema's pattern is written so that
 * what it takes is what is read here.
 */
import { KEYS_SCHEMA } from "./keys-schema.generated.ts";

export type KmsUri =
  /** `key` is an id, an alias or an ARN, as AWS takes them; `region` is the ARN's. */
  | { readonly service: "aws"; readonly key: string; readonly region?: string }
  /** Without a version, the current one. */
  | { readonly service: "azure"; readonly vault: string; readonly name: string; readonly version?: string }
  /** `key` is projects/…/cryptoKeys/NAME; without a version, the newest that is enabled. */
  | { readonly service: "google"; readonly key: string; readonly version?: string }
  /** Of the transit engine, in its latest version. */
  | { readonly service: "vault"; readonly name: string };

export const KMS_SCHEMES = ["awskms", "azurekms", "gcpkms", "hashivault"] as const;

const PATTERN = new RegExp(KEYS_SCHEMA.properties.kms.pattern);
const MAX_LENGTH = KEYS_SCHEMA.properties.kms.maxLength;

/** undefined for what is none, which the schema refuses as well. */
export function parseKmsUri(text: string): KmsUri | undefined {
  if (text.length > MAX_LENGTH || !PATTERN.test(text)) return undefined;
  const [scheme = "", rest = ""] = text.split("://");
  if (scheme === "awskms") return awsKey(rest.slice(1));
  if (scheme === "gcpkms") return googleKey(rest);
  if (scheme === "hashivault") return { service: "vault", name: rest };
  const [vault = "", name = "", version] = rest.split("/");
  return { service: "azure", vault, name, ...(version === undefined ? {} : { version }) };
}

function awsKey(key: string): KmsUri {
  const [, , , region] = key.split(":");
  return { service: "aws", key, ...(region === undefined ? {} : { region }) };
}

function googleKey(text: string): KmsUri {
  const [key = "", version] = text.split(/\/(?:cryptoKeyVersions|versions)\//);
  return { service: "google", key, ...(version === undefined ? {} : { version }) };
}
