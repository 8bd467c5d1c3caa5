/** What the tests of time stamps share: one authority, one signature that it stamps, and one thing broken at a time. */
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { verifyTimestamp, type VerifiedTimestamp } from "../../src/timestamp/timestamp.ts";
import { TestTimestampAuthority } from "../support/timestamp/authority.ts";
import type { TokenParts } from "../support/timestamp/token.ts";

type Bytes = Uint8Array;

/** The raw bytes of some signature. */
export const SIGNATURE = encodeUtf8("raw bytes of a signature");

export const authority = new TestTimestampAuthority();

/** Verifies a token of the authority's with `parts` changed. */
export function verifyWith(parts: TokenParts): VerifiedTimestamp {
  return verifyTimestamp(authority.stamp(SIGNATURE, parts), SIGNATURE, [authority.trusted]);
}

/** Replaces the member at `index`. */
export function put(index: number, member: Bytes): (members: readonly Bytes[]) => readonly Bytes[] {
  return (members) => members.with(index, member);
}

/** Leaves out the member at `index`. */
export function drop(index: number): (members: readonly Bytes[]) => readonly Bytes[] {
  return (members) => members.toSpliced(index, 1);
}

/** Adds a member at the end. */
export function add(member: Bytes): (members: readonly Bytes[]) => readonly Bytes[] {
  return (members) => [...members, member];
}
