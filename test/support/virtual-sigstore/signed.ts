/** The first steps of every form: a document is written, signed and stored, each step by its edit. */
import type { Edits, Members } from "./evidence.ts";
import { signMessage, signStatement, type Signer } from "./signer.ts";
import { encodeJson, preAuthEncoding } from "./statement.ts";

export interface Signed {
  /** What was signed: for a statement, without its pre-authentication encoding. */
  readonly bytes: Uint8Array;
  /** What is stored as signed. */
  readonly stored: Uint8Array;
  readonly signature: Uint8Array;
}

/** The statement of a DSSE envelope. */
export function signedStatement(statement: Members, signer: Signer, edits: Edits): Signed {
  const bytes = encodeJson(edits.payload?.(statement) ?? statement);
  const encoded = preAuthEncoding(bytes);
  const own = signStatement(signer, edits.signedBytes?.(encoded) ?? encoded);
  return { bytes, stored: edits.storedPayload?.(bytes) ?? bytes, signature: edits.signature?.(own) ?? own };
}

/** Bytes as they are. */
export function signedMessage(bytes: Uint8Array, signer: Signer, edits: Edits): Signed {
  const own = signMessage(signer, edits.signedBytes?.(bytes) ?? bytes);
  return { bytes, stored: edits.storedPayload?.(bytes) ?? bytes, signature: edits.signature?.(own) ?? own };
}
