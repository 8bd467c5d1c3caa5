/** Ten pods whose images lie in a registry that attacks whoever asks it, each in its own way. */
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { UndeterminedCause } from "../../src/policy/causes.ts";
import { HOSTILE, hookOf } from "../../test/support/registry/hostile.ts";
import type { EmbeddedRegistry, Hook } from "../../test/support/registry/registry.ts";
import { makeKeyPair } from "../../test/support/signer.ts";
import { VirtualSigstore } from "../../test/support/virtual-sigstore/virtual-sigstore.ts";
import type { DemoPod, Scene } from "./scene.ts";

/** Behaviours of test/support/registry/hostile.ts, and the code that the denial names. */
export const ATTACKS: readonly (readonly [keyof typeof HOSTILE, FailureCode | UndeterminedCause])[] = [
  ["a manifest without end", "RegistryAnswerTooLarge"],
  ["a hundred thousand referrers", "ManifestMalformed"],
  ["a thousand signatures that are not there", "TooManyCandidates"],
  ["JSON a million levels deep", "ManifestMalformed"],
  ["a document that is manifest and index", "ManifestAmbiguous"],
  ["a redirect to the metadata service", "AddressBlocked"],
  ["other bytes than the digest names", "ManifestDigestMismatch"],
  ["a compressed body", "RegistryAnswerUnexpected"],
  ["headers that trickle", "RegistryUnreachable"],
  // Last: what a host once said of its token service is remembered of the host.
  ["a token service at a private address", "AddressBlocked"],
];

/** Pushes an image for each, and lets the registry behave by the image that is asked for. */
export async function makeAttacks(registry: EmbeddedRegistry): Promise<Scene> {
  const { host } = registry;
  const hooks = new Map<string, Hook>();
  const pods: DemoPod[] = [];
  for (const [i, [title, code]] of ATTACKS.entries()) {
    const name = `attack-${i + 1}`;
    const repository = `evil/${name}`;
    const behaviour = HOSTILE[title];
    if (behaviour === undefined) throw new Error(`there is no behaviour "${title}"`);
    const digest = await registry.putImage(repository, "1.0", name);
    hooks.set(name, hookOf(behaviour, host).hook);
    const image = `${host}/${repository}@${digest}`;
    pods.push({ name, namespace: "prod", repository, tag: "1.0", image, title, expected: "denied", code });
  }
  registry.misbehave((request, response) => {
    const [, name = ""] = /^\/v2\/evil\/(attack-\d+)\//.exec(request.url ?? "") ?? [];
    return hooks.get(name)?.(request, response) === true;
  });
  const publicKey = makeKeyPair().publicKeyPem;
  const entry = { name: "team", keys: { publicKeys: publicKey }, insecureIgnoreTlog: true };
  const object = {
    apiVersion: "sealgate.dev/v1alpha1",
    kind: "ImageVerifyPolicy",
    metadata: { name: "signed", namespace: "prod" },
    spec: {
      failureAction: "Enforce",
      verifyImages: [{ name: "by-key", imageReferences: [`${host}/*`], attestors: [{ entries: [entry] }] }],
    },
  };
  const trustedRoot = new VirtualSigstore().trustedRoot();
  return { host, pods, policies: [{ name: "signed", object }], publicKey, trustedRoot };
}
