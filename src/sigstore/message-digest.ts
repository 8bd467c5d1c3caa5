/** Names of hashes in protobuf-JSON (verification-spec §2.1, §7.1), of the three that are used. */
import type { HashAlgorithm } from "../crypto/digest.ts";

export const MESSAGE_HASHES: ReadonlyMap<string, HashAlgorithm> = new Map([
  ["SHA2_256", "sha256"],
  ["SHA2_384", "sha384"],
  ["SHA2_512", "sha512"],
]);
