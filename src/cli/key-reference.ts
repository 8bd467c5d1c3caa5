/**
 * What `--key` names (policy-api.md §2.4): a file, or a key somewhere else, by a scheme as cosign knows it. A scheme that is
 * not known is refused, since a file of that name is not what was meant.
 */
import { KMS_SCHEMES, parseKmsUri } from "../policy/kms-uri.ts";
import { UsageError } from "./io.ts";

export type KeyReference =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "secret"; readonly namespace: string; readonly name: string; readonly key: string }
  | { readonly kind: "kms"; readonly uri: string };

const SECRET =
  /^k8s:\/\/([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)\/([a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?)(?:\/([-._a-zA-Z0-9]{1,253}))?$/;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//;

/** Throws UsageError. */
export function parseKeyReference(text: string): KeyReference {
  if (!SCHEME.test(text)) return { kind: "file", path: text };
  const [, namespace, name, key = "cosign.pub"] = SECRET.exec(text) ?? [];
  if (namespace !== undefined && name !== undefined) return { kind: "secret", namespace, name, key };
  if (parseKmsUri(text) !== undefined) return { kind: "kms", uri: text };
  throw new UsageError(
    `Cannot use --key ${text}: want a file, k8s://NAMESPACE/SECRET[/MEMBER], or a key of ${KMS_SCHEMES.join(", ")} (docs/keys.md)`,
  );
}
