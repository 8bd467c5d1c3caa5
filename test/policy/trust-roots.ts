// TrustRoot objects for tests, and the parts of a virtual Sigstore as one writes them.
import { createPublicKey, type KeyObject } from "node:crypto";
import type { CompiledTrustRoot, TrustRootResource } from "../../src/policy/trust-root-object.ts";
import { compileTrustRoot } from "../../src/policy/trust-root-object.ts";
import type { FindRootText } from "../../src/policy/trust-root-source.ts";
import type { TrustRoot } from "../../src/policy/trust-root.ts";
import { VirtualSigstore } from "../support/virtual-sigstore/virtual-sigstore.ts";
import type { TestCertificate } from "../support/x509/certificate.ts";
import { builtInTrustRoot } from "../../src/trust/built-in.ts";
import type { Json } from "./resources.ts";

export const SIGSTORE = new VirtualSigstore();
export const OTHER = new VirtualSigstore({ name: "other" });

/** From when the parts below are trusted. */
export const SINCE = "2021-01-01T00:00:00Z";

export function trustRoot(spec: Json, metadata: Json = {}): TrustRootResource {
  const resource: unknown = {
    apiVersion: "sealgate.dev/v1alpha1",
    kind: "TrustRoot",
    metadata: { name: "acme", ...metadata },
    spec,
  };
  return resource as TrustRootResource;
}

/** `find` has the texts of Sealgate's own namespace, "sealgate". */
export function compiledRoot(spec: Json, name = "acme", find?: FindRootText): CompiledTrustRoot {
  const builtIn = (known: string): TrustRoot => {
    const root = builtInTrustRoot(known);
    if (root === undefined) throw new Error(`there is no ${known}`);
    return root;
  };
  const sources = find === undefined ? undefined : { namespace: "sealgate", find };
  return compileTrustRoot(trustRoot(spec, { name }), builtIn, sources);
}

/** The text of an instance's trusted_root.json. */
export function inlineOf(sigstore: VirtualSigstore = SIGSTORE): string {
  return Buffer.from(sigstore.trustedRoot()).toString("utf8");
}

export function pemOf(...chain: readonly TestCertificate[]): string {
  return chain.map(({ pem }) => pem).join("");
}

export function publicPem(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
}

/** `spec.sigstoreKeys` of an instance. */
export function keysOf(sigstore: VirtualSigstore = SIGSTORE): Record<string, Json[]> {
  const { intermediate, root, timestampAuthority: stamps, rekorV1, rekorV2, ctLog } = sigstore;
  return {
    certificateAuthorities: [{ certChain: pemOf(intermediate, root), validFrom: SINCE }],
    timestampAuthorities: [{ certChain: pemOf(stamps.signer, stamps.intermediate, stamps.root), validFrom: SINCE }],
    tLogs: [
      { publicKey: publicPem(rekorV1.privateKey), validFrom: SINCE },
      { publicKey: publicPem(rekorV2.privateKey), validFrom: SINCE, baseURL: `https://${rekorV2.host}` },
    ],
    ctLogs: [{ publicKey: publicPem(ctLog.privateKey), validFrom: SINCE }],
  };
}
