/** Gathering from an embedded registry, or from one that a test writes by hand. */
import { gatherEvidence } from "../../src/app/gather.ts";
import type { Gathered } from "../../src/app/places.ts";
import { GATHER_LIMITS, type GatherLimits } from "../../src/app/search.ts";
import type { Digest } from "../../src/crypto/digest.ts";
import type { Wanted } from "../../src/policy/wanted.ts";
import type { EmbeddedRegistry } from "../support/registry/registry.ts";
import { signBundle, type BundleSigning } from "../support/signer.ts";
import { KEY, PATH, type Bench } from "./fixtures.ts";

export const VULN = "https://cosign.sigstore.dev/attestation/vuln/v1";
export const SIGNATURES: Wanted = { signatures: true, predicateTypes: new Set() };
export const ATTESTATIONS: Wanted = { signatures: false, predicateTypes: new Set([VULN]) };

export async function gather(
  { server, registry }: Pick<Bench, "server" | "registry">,
  digest: Digest,
  wanted: Wanted = SIGNATURES,
  limits: Partial<GatherLimits> = {},
): Promise<Gathered> {
  const query = { repository: { host: server.host, path: PATH }, digest, wanted };
  return await gatherEvidence(registry, query, { ...GATHER_LIMITS, ...limits }, new AbortController().signal);
}

/** Each candidate: its format, or the code that it is refused with. */
export function candidatesOf({ candidates }: Gathered): readonly string[] {
  return candidates.map(({ entity }) => (entity.ok ? entity.value.format : entity.failure.code));
}

export function statesOf({ places }: Gathered): readonly string[] {
  return places.map(({ state, detail }) => `${state}: ${detail}`);
}

/** Pushes an image and one bundle for it. */
export async function sign(server: EmbeddedRegistry, signing: Partial<BundleSigning>): Promise<Digest> {
  const digest = await server.putImage(PATH, "1", "a");
  await signBundle(server, PATH, digest, { ...KEY, ...signing });
  return digest;
}
