/**
 * The TBSCertificate that a certificate-transparency log saw (RFC 6962 §3.2; verification-spec §4.6): the leaf's own bytes
 * with the SCT list cut out and three lengths written anew. Every other byte stays as it is, in its order: nothing is
 * encoded from a model, since a model would smooth what the log signed.
 */
import { derChildren, encodeDer, encodeDerHeader, parseDer, TAG, type DerNode } from "../encoding/der.ts";
import { decodeHex } from "../encoding/hex.ts";
import { equalBytes } from "../encoding/text.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";

export const SCT_LIST_OID = "1.3.6.1.4.1.11129.2.4.2";
/** Marks a precertificate, which is no certificate. */
export const POISON_OID = "1.3.6.1.4.1.11129.2.4.3";

const EXTENSIONS_TAG = 0xa3;
/** DER of SCT_LIST_OID, with which the content of its extension begins. */
const SCT_LIST_ID = decodeHex("060a2b06010401d679020402", 12);

/**
 * Requires the bytes of a parsed TBSCertificate, in which the extensions stand last. Fails with SctMalformed unless exactly
 * one SCT list is in it.
 */
export function tbsWithoutSctList(tbs: Uint8Array): Uint8Array {
  return malformed("SctMalformed", "certificate", () => {
    const root = parseDer(tbs);
    const wrapper = derChildren(root).find(({ tag }) => tag === EXTENSIONS_TAG);
    const [list] = wrapper === undefined ? [] : derChildren(wrapper);
    const [sctList, ...others] = list === undefined ? [] : derChildren(list).filter(isSctList);
    if (wrapper === undefined || list === undefined || sctList === undefined || others.length > 0) {
      throw new EncodingError("it has not exactly one SCT list");
    }
    const [rest] = around(root, wrapper);
    const [before, after] = around(list, sctList);
    const size = before.length + after.length;
    if (size === 0) return encodeDer(TAG.sequence, rest);
    const inner = encodeDerHeader(TAG.sequence, size);
    return encodeDer(TAG.sequence, rest, encodeDerHeader(EXTENSIONS_TAG, inner.length + size), inner, before, after);
  });
}

function isSctList({ content }: DerNode): boolean {
  return equalBytes(content.subarray(0, SCT_LIST_ID.length), SCT_LIST_ID);
}

/** What stands in `parent` before and behind its member. */
function around(parent: DerNode, member: DerNode): readonly [before: Uint8Array, after: Uint8Array] {
  const [all, { byteOffset, length }] = [parent.content, member.raw];
  const at = byteOffset - all.byteOffset;
  return [all.subarray(0, at), all.subarray(at + length)];
}
