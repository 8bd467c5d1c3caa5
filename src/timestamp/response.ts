/**
 * The answer of a timestamp authority (RFC 3161 §2.4.2; verification-spec §6 step 1): strict DER, nothing behind it, and
 * granted without changes.
 *
 *   TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken ContentInfo OPTIONAL }
 *   PKIStatusInfo ::= SEQUENCE { status INTEGER, statusString SEQUENCE OF UTF8String?, failInfo BIT STRING? }
 */
import { derSequence, derSmallInteger, parseDer, TAG, type DerNode } from "../encoding/der.ts";
import { EncodingError } from "../failure/encoding-error.ts";
import { VerificationFailure } from "../failure/failure.ts";

const MAX_BYTES = 65_536;
const GRANTED = 0;

/** The token of a granted response. Fails with TimestampNotGranted or TimestampTokenMissing; throws EncodingError. */
export function readResponse(bytes: Uint8Array): DerNode {
  const [status, token, ...more] = derSequence(parseDer(bytes, MAX_BYTES), "TimeStampResp");
  if (more.length > 0) throw new EncodingError("TimeStampResp has extra members");
  checkStatus(status);
  if (token !== undefined) return token;
  throw new VerificationFailure("TimestampTokenMissing", "Cannot find a token in the granted time-stamp response");
}

/** grantedWithMods (1) is no grant: the authority stamped something else than it was asked to. */
function checkStatus(node: DerNode | undefined): void {
  const [statusNode, ...others] = derSequence(node, "PKIStatusInfo");
  const status = derSmallInteger(statusNode, "status");
  if (status !== GRANTED) {
    throw new VerificationFailure(
      "TimestampNotGranted",
      `Cannot use a time-stamp response of status ${status}, want ${GRANTED} (granted)`,
    );
  }
  // a text for humans may follow, a reason to fail may not
  const [text, ...more] = others;
  if (more.length > 0 || (text !== undefined && text.tag !== TAG.sequence)) {
    throw new EncodingError("PKIStatusInfo of a granted response has extra members");
  }
}
