/**
 * The manifests of an index that a node could run (image-spec; policy-api.md §2.3 `platforms`; registry.md §12). Nothing is
 * left out but what no node runs: an entry that cannot be verified is a reason to refuse the whole, since a node may pick it.
 */
import type { Digest } from "../crypto/digest.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { MEDIA_TYPE, type Descriptor, type Index, type Platform } from "./manifest.ts";

const MAX_PLATFORMS = 16;
const INDEX_TYPES: ReadonlySet<string> = new Set([MEDIA_TYPE.ociIndex, MEDIA_TYPE.dockerIndex]);
/** What is shown of a platform: the registry wrote it, and it must not make up lines of a message. */
const SHOWN = /^[A-Za-z0-9._-]{1,32}$/;

export interface PlatformManifest {
  readonly digest: Digest;
  /** For messages, for example "linux/arm64 sha256:12ab34cd56ef…". */
  readonly level: string;
}

/**
 * Each digest once. Entries of `unknown/unknown` are passed over: those are what BuildKit says of the others. Fails with
 * PlatformUnverifiable, IndexNested, TooManyPlatforms or NoPlatforms.
 */
export function platformsOf({ manifests, passedOver }: Index): readonly PlatformManifest[] {
  if (passedOver > 0) {
    const reason = `Cannot verify each platform: ${passedOver} entries of the index have a digest other than sha256`;
    throw new VerificationFailure("PlatformUnverifiable", reason);
  }
  const runnable = manifests.filter(({ platform }) => !isUnknown(platform));
  if (runnable.some(({ mediaType }) => INDEX_TYPES.has(mediaType))) throw nestedIndex();
  const byDigest = new Map(runnable.map((descriptor) => [descriptor.digest, descriptor]));
  if (byDigest.size > MAX_PLATFORMS) {
    const reason = `Cannot verify each platform: the index has ${byDigest.size}, want at most ${MAX_PLATFORMS}`;
    throw new VerificationFailure("TooManyPlatforms", reason);
  }
  if (byDigest.size === 0) {
    throw new VerificationFailure("NoPlatforms", "Cannot verify each platform: the index has none, want one or more");
  }
  return [...byDigest.values()].map((descriptor) => ({ digest: descriptor.digest, level: levelOf(descriptor) }));
}

/** Also for what only turns out to be an index once it is read. */
export function nestedIndex(): VerificationFailure {
  const reason = "Cannot verify each platform: an entry of the index is an index itself";
  return new VerificationFailure("IndexNested", reason);
}

function isUnknown(platform: Platform | undefined): boolean {
  return platform?.os === "unknown" && platform.architecture === "unknown";
}

function levelOf({ digest, platform }: Descriptor): string {
  const short = `${digest.slice(0, "sha256:".length + 12)}…`;
  const parts = platform === undefined ? [] : [platform.os, platform.architecture, platform.variant];
  const shown = parts.filter((part) => part !== "");
  return shown.length > 1 && shown.every((part) => SHOWN.test(part)) ? `${shown.join("/")} ${short}` : short;
}
