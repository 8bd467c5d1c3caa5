/**
 * The paths of the cost model (verification-spec §11), each with material of the virtual Sigstore, on the curves of the
 * public instance, and of the real instances where they have left such a signature among the vectors.
 */
import { digestOf } from "../../src/crypto/digest.ts";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { entityFromBundle, entityFromCosignLayer, type Artifact, type SignedEntity } from "../../src/verify/entity.ts";
import type { Requirement } from "../../src/verify/requirement.ts";
import { verify } from "../../src/verify/verifier.ts";
import { email } from "../../test/support/virtual-sigstore/identity.ts";
import { keylessRequirement, keyRequirement } from "../../test/support/virtual-sigstore/requirement.ts";
import { keySigner } from "../../test/support/virtual-sigstore/signer.ts";
import { VirtualSigstore } from "../../test/support/virtual-sigstore/virtual-sigstore.ts";
import { artifactOf, entitiesOf } from "../../test/vectors/entities.ts";
import { requirementOf } from "../../test/vectors/requirements.ts";
import { readVectors } from "../../test/vectors/vector.ts";

export interface Path {
  readonly name: string;
  /** Signatures that OpenSSL verifies once the links of the authorities are known, by §11. */
  readonly operations: number;
  /** The most that the whole may take beside them. */
  readonly maxRatio?: number;
  /** From the bytes of the registry to the evidence; throws if it does not verify. */
  readonly run: () => void;
}

/** After everything that is verified here was signed. */
const NOW = Date.UTC(2026, 8, 1);
const KEYED_LEGACY = { operations: 2, maxRatio: 1.5 };
const KEYLESS_STAMPED = { operations: 6, maxRatio: 1.3 };
const MANIFEST = encodeUtf8('{"schemaVersion":2}');
const IMAGE = { digest: digestOf(MANIFEST), bytes: MANIFEST };

/** Each call makes a new instance. */
export function virtualPaths(): readonly Path[] {
  const sigstore = new VirtualSigstore();
  const dev = email("dev@acme.example");
  const trust = sigstore.trust();
  const [key, certificate] = [keySigner(), sigstore.certify(dev)];
  const keyed = keyRequirement(trust, key);
  const keyless = keylessRequirement(trust, dev);
  const layer = ({ blob, annotations }: ReturnType<typeof sigstore.signLayer>): (() => SignedEntity) => {
    const members = new Map(Object.entries(annotations));
    return () => entityFromCosignLayer(blob, members);
  };
  const bundle = (bytes: Uint8Array) => (): SignedEntity => entityFromBundle(bytes);
  const sign = (options: object): Uint8Array => sigstore.signBundle(IMAGE.digest, certificate, options);
  const path = (
    name: string,
    expected: Pick<Path, "operations" | "maxRatio">,
    parse: () => SignedEntity,
    requirement: Requirement,
  ): Path => ({ name, ...expected, run: () => void verify(parse(), requirement, IMAGE, NOW) });
  const alone = { ...keyed, thresholds: { ...keyed.thresholds, logs: 0 } };
  return [
    path("key, no log", { operations: 1 }, layer(sigstore.signLayer(IMAGE.digest, key, { log: "none" })), alone),
    path("key, legacy, promise of the log", KEYED_LEGACY, layer(sigstore.signLayer(IMAGE.digest, key)), keyed),
    path("key, bundle 0.3, Rekor v1", { operations: 3 }, bundle(sigstore.signBundle(IMAGE.digest, key)), keyed),
    path("keyless, legacy", { operations: 4 }, layer(sigstore.signLayer(IMAGE.digest, certificate)), keyless),
    path("keyless, bundle 0.3, Rekor v1", { operations: 5 }, bundle(sign({})), keyless),
    path("keyless, bundle 0.3, Rekor v1, time stamp", KEYLESS_STAMPED, bundle(sign({ timestamp: true })), keyless),
    path("keyless, bundle 0.3, Rekor v2, time stamp", { operations: 5 }, bundle(sign({ log: "v2" })), keyless),
    path("keyless, time stamp alone", { operations: 3 }, bundle(sign({ log: "none" })), {
      ...keyless,
      thresholds: { logs: 0, certificateLogs: 0, times: 1, timestamps: 1 },
    }),
  ];
}

/** Vectors of the real instances, by their id. */
export function realPaths(): readonly Path[] {
  return [
    real("key, no log", "containers-image/dir-img-cosign-valid", { operations: 1 }),
    real("key, legacy, promise of the log", "containers-image/dir-img-cosign-key-rekor-valid", KEYED_LEGACY),
    real("keyless, legacy", "containers-image/dir-img-cosign-fulcio-rekor-valid", { operations: 4 }),
    real("keyless, bundle 0.3, Rekor v1", "sigstore-js/bundleV03-dsse", { operations: 5 }),
    real("keyless, bundle 0.3, Rekor v1, time stamp", "sigstore-rs/bundle_v03", KEYLESS_STAMPED),
    real("keyless, time stamp alone (GitHub)", "cli/github_provenance_demo-0.0.12-bundle", { operations: 3 }),
  ];
}

function real(name: string, id: string, expected: Pick<Path, "operations" | "maxRatio">): Path {
  const vector = readVectors().find((each) => each.id === id);
  const [parse] = vector === undefined ? [] : entitiesOf(vector);
  const artifact: Artifact | undefined = vector && artifactOf(vector);
  if (vector === undefined || parse === undefined || artifact === undefined) throw new Error(`no vector ${id}`);
  const requirement = requirementOf(vector);
  return { name, ...expected, run: () => void verify(parse(), requirement, artifact, NOW) };
}
