/**
 * PEM, read strictly (RFC 7468; verification-spec §3.1): the labels agree, the base64 is canonical once its lines are
 * joined, and nothing but white space stands around a block.
 */
import { EncodingError } from "../failure/encoding-error.ts";
import { decodeBase64 } from "./base64.ts";

export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

const MAX_BLOCKS = 100;

/** One block and nothing else. Throws EncodingError. */
export function parsePem(pem: string): PemBlock {
  const match =
    /^\s*-----BEGIN ([A-Z0-9 ]{1,64})-----\r?\n([A-Za-z0-9+/=\r\n]*?)\r?\n?-----END ([A-Z0-9 ]{1,64})-----\s*$/.exec(
      pem,
    );
  const [, label, body, endLabel] = match ?? [];
  if (label === undefined || body === undefined) throw new EncodingError(`${found(pem)}, want exactly one PEM block`);
  if (label !== endLabel) throw new EncodingError("PEM BEGIN and END labels differ");
  return { label, der: readBody(label, body) };
}

/** What stands there in place of one block. */
function found(pem: string): string {
  if (pem.trim() === "") return "it is empty";
  const blocks = pem.split("-----BEGIN ").length - 1;
  if (blocks !== 1) return blocks === 0 ? "there is no PEM block" : `there are ${blocks} PEM blocks`;
  return "the block is cut off, or other text stands in it or around it";
}

function readBody(label: string, body: string): Uint8Array {
  try {
    return decodeBase64(body.replace(/[\r\n]/g, ""));
  } catch (error) {
    throw error instanceof EncodingError ? new EncodingError(`PEM block "${label}": ${error.message}`) : error;
  }
}

/** One block or more, and nothing else. Throws EncodingError. */
export function parsePemBlocks(pem: string): readonly PemBlock[] {
  const parts = pem.split(/(?<=-----END [A-Z0-9 ]{1,64}-----)/);
  // white space behind the last block makes a part of its own
  const blocks = parts.filter((part, index) => index < parts.length - 1 || part.trim() !== "");
  if (blocks.length > MAX_BLOCKS) throw new EncodingError(`${blocks.length} PEM blocks, want at most ${MAX_BLOCKS}`);
  if (blocks.length === 0) throw new EncodingError("want at least one PEM block");
  return blocks.map(parsePem);
}
