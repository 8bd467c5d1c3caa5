// A certificate transparency log for a real Fulcio: RFC 6962 §4.2 add-pre-chain alone.
// It promises and keeps nothing: no tree stands behind its SCTs.
//
//   precertificate_chain[0]: SEQUENCE { TBSCertificate with the poison extension, ... }
//   signed (RFC 6962 §3.2):  version 0 | certificate_timestamp 0 | uint64 ms | precert_entry 1
//                            | SHA-256 of the issuer's SPKI | uint24 TBS without poison | uint16 0
import { X509Certificate, createHash, generateKeyPairSync, sign } from "node:crypto";
import { type IncomingMessage, createServer } from "node:http";
import { listenOnLoopback } from "./http.ts";

export interface CtLog {
  readonly url: string;
  readonly publicPem: string;
  /** How many SCTs it has given. */
  readonly issued: () => number;
  readonly stop: () => Promise<void>;
}

interface DerValue {
  readonly tag: number;
  readonly content: Buffer;
  readonly raw: Buffer;
}

const sequenceTag = 0x30;
const extensionsTag = 0xa3;
// 1.3.6.1.4.1.11129.2.4.3, as OBJECT IDENTIFIER
const poisonOid = Buffer.from("060a2b06010401d679020403", "hex");
const ecdsaWithSha256 = Buffer.from([4, 3]);

export async function startCtLog(): Promise<CtLog> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = createHash("sha256")
    .update(publicKey.export({ format: "der", type: "spki" }))
    .digest("base64");
  let issued = 0;
  const addPreChain = async (incoming: IncomingMessage): Promise<object> => {
    const { chain } = JSON.parse((await readAll(incoming)).toString()) as { chain: readonly string[] };
    const [precertificate, issuer] = chain.map((text) => Buffer.from(text, "base64"));
    if (precertificate === undefined || issuer === undefined) throw new Error("The chain is too short");
    const timestamp = Date.now();
    const signature = sign("sha256", formatSignedEntry(precertificate, issuer, timestamp), privateKey);
    issued += 1;
    const signed = Buffer.concat([ecdsaWithSha256, uint(signature.length, 2), signature]);
    return { sct_version: 0, id, timestamp, extensions: "", signature: signed.toString("base64") };
  };
  const server = createServer((incoming, outgoing) => {
    const isKnown = incoming.method === "POST" && incoming.url === "/ct/v1/add-pre-chain";
    const answer = isKnown ? addPreChain(incoming) : Promise.reject(new Error(`No such path: ${incoming.url}`));
    answer.then(
      (body) => outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body)),
      (error: unknown) => outgoing.writeHead(isKnown ? 400 : 404).end(String(error)),
    );
  });
  const { url, stop } = await listenOnLoopback(server);
  const publicPem = publicKey.export({ format: "pem", type: "spki" }).toString();
  return { url, publicPem, issued: () => issued, stop };
}

function formatSignedEntry(precertificate: Buffer, issuer: Buffer, timestamp: number): Buffer {
  const spki = new X509Certificate(issuer).publicKey.export({ format: "der", type: "spki" });
  const issuerKeyHash = createHash("sha256").update(spki).digest();
  const tbs = removePoison(precertificate);
  const entry = [uint(1, 2), issuerKeyHash, uint(tbs.length, 3), tbs];
  return Buffer.concat([uint(0, 1), uint(0, 1), uint(timestamp, 8), ...entry, uint(0, 2)]);
}

/** The TBSCertificate of a precertificate without its poison extension. */
function removePoison(precertificate: Buffer): Buffer {
  const [certificate] = readValues(precertificate);
  const [tbs] = readValues(certificate?.content ?? Buffer.alloc(0));
  if (tbs === undefined) throw new Error("The precertificate is no certificate");
  const fields = readValues(tbs.content).map((field) => {
    if (field.tag !== extensionsTag) return field.raw;
    const [list] = readValues(field.content);
    const kept = readValues(list?.content ?? Buffer.alloc(0)).filter((each) => !each.content.includes(poisonOid));
    return encode(
      extensionsTag,
      encode(
        sequenceTag,
        kept.map((each) => each.raw),
      ),
    );
  });
  return encode(sequenceTag, fields);
}

function readValues(bytes: Buffer): DerValue[] {
  const values: DerValue[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const first = bytes.readUInt8(offset + 1);
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const start = offset + 2 + lengthBytes;
    const end = start + (lengthBytes === 0 ? first : bytes.readUIntBE(offset + 2, lengthBytes));
    if (end > bytes.length) throw new Error("A DER value is cut short");
    values.push({
      tag: bytes.readUInt8(offset),
      content: bytes.subarray(start, end),
      raw: bytes.subarray(offset, end),
    });
    offset = end;
  }
  return values;
}

function encode(tag: number, contents: Buffer | readonly Buffer[]): Buffer {
  const content = Buffer.isBuffer(contents) ? contents : Buffer.concat(contents);
  const size = content.length;
  const long = size < 0x100 ? uint(size, 1) : uint(size, 2);
  const length = size < 0x80 ? uint(size, 1) : Buffer.concat([Buffer.from([0x80 | long.length]), long]);
  return Buffer.concat([Buffer.from([tag]), length, content]);
}

function uint(value: number, size: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes.subarray(8 - size);
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
