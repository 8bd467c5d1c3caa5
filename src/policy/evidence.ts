/** What was gathered for one digest: untrusted candidates, and how each place answered. */
import type { Attempt } from "../failure/attempt.ts";
import type { Index, Manifest } from "../oci/manifest.ts";
import type { ImageArtifact, SignedEntity } from "../verify/entity.ts";
import type { PlaceAnswer } from "./verdict.ts";

export interface Candidate {
  /** For example "bundle sha256:ab12…" or "cosign sha256:77e0…". */
  readonly subject: string;
  /** A candidate that could not be parsed keeps its failure. */
  readonly entity: Attempt<SignedEntity>;
}

export interface ImageEvidence {
  readonly artifact: ImageArtifact;
  /** What the artifact is: an index has manifests of its own, which a rule may ask about. */
  readonly kind: (Index | Manifest)["kind"];
  /** Of a manifest of an index, for messages: "linux/arm64 sha256:12ab34cd56ef…"; absent for the digest that was asked for. */
  readonly level?: string;
  readonly places: readonly PlaceAnswer[];
  readonly candidates: readonly Candidate[];
}
