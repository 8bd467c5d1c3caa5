/**
 * The TBSCertificate that a certificate-transparency log saw (RFC 6962 §3.2; verification-spec §4.6): the leaf's own bytes
 * with the SCT list cut out and three lengths written anew. Every other byte stays as it is, in its order: nothing is
 * encoded from a model, since a model would smooth what the log signed.
 */
import { derChildren, derOid, encodeDer, parseDer, TAG } from "../encoding/der.ts";
import { malformed } from "../failure/attempt.ts";
import { EncodingError } from "../failure/encoding-error.ts";

export const SCT_LIST_OID = "1.3.6.1.4.1.11129.2.4.2";
/** Marks a precertificate, which is no certificate. */
export const POISON_OID = "1.3.6.1.4.1.11129.2.4.3";

const EXTENSIONS_TAG = 0xa3;

/** Requires the bytes of a parsed TBSCertificate. Fails with SctMalformed unless exactly one SCT list is in it. */
export function tbsWithoutSctList(tbs: Uint8Array): Uint8Array {
  return malformed("SctMalformed", "certificate", () => {
    const members = derChildren(parseDer(tbs));
    const wrapper = members.find(({ tag }) => tag === EXTENSIONS_TAG);
    const [list] = wrapper === undefined ? [] : derChildren(wrapper);
    const extensions = list === undefined ? [] : derChildren(list);
    const kept = extensions.filter((extension) => derOid(derChildren(extension)[0], "extnID") !== SCT_LIST_OID);
    if (kept.length !== extensions.length - 1) throw new EncodingError("it has not exactly one SCT list");
    const rest = members.filter((member) => member !== wrapper).map(({ raw }) => raw);
    const rebuilt = encodeDer(EXTENSIONS_TAG, encodeDer(TAG.sequence, ...kept.map(({ raw }) => raw)));
    return encodeDer(TAG.sequence, ...rest, ...(kept.length === 0 ? [] : [rebuilt]));
  });
}
