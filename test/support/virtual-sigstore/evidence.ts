/**
 * What stands beside a signature: the entry of a log and the time stamp of an authority (verification-spec §5, §6), made
 * over whatever the steps before have left, so that a test that edits one step gets the later ones signed anew.
 */
import { createHash } from "node:crypto";
import type { LogEntry, LoggedContent, LoggedSignature } from "../../../src/transparency/entry.ts";
import type { TestTimestampAuthority } from "../timestamp/authority.ts";
import type { TokenParts } from "../timestamp/token.ts";
import { kindVersionOf, makeBody, type Body, type BodyKind } from "../transparency/bodies.ts";
import type { TestLog } from "../transparency/log.ts";
import { messageHash, type Signer } from "./signer.ts";

export type Members = Readonly<Record<string, unknown>>;

/** One edit a step, in the order of the steps. */
export interface Edits {
  /** The statement or simple-signing payload, before it is written. */
  readonly payload?: (payload: Members) => unknown;
  /** What is signed in place of the payload or its pre-authentication encoding. */
  readonly signedBytes?: (bytes: Uint8Array) => Uint8Array;
  /** The payload as it is stored, after it was signed. */
  readonly storedPayload?: (bytes: Uint8Array) => Uint8Array;
  /** The signature that is stored, logged and stamped. */
  readonly signature?: (signature: Uint8Array) => Uint8Array;
  /** What the log is told. */
  readonly logged?: (logged: LoggedSignature) => LoggedSignature;
  /** The body, before the log takes it. */
  readonly body?: (body: Body) => unknown;
  /** The entry that the log gave; `log` can sign again. */
  readonly entry?: (entry: LogEntry, log: TestLog) => LogEntry;
  /** What the authority of times is told. */
  readonly stamped?: (message: Uint8Array) => Uint8Array;
  readonly token?: TokenParts;
}

export interface Witnesses {
  readonly log?: TestLog | undefined;
  readonly authority?: TestTimestampAuthority | undefined;
  readonly now: number;
}

export interface Witnessed {
  readonly entries: readonly LogEntry[];
  /** DER of TimeStampResp. */
  readonly timestamps: readonly Uint8Array[];
}

/** `stamped` is what the time stamp is over. */
export function witness(
  { log, authority, now }: Witnesses,
  signed: { readonly signer: Signer; readonly signature: Uint8Array; readonly content: LoggedContent },
  { kind, stamped }: { readonly kind: BodyKind; readonly stamped: Uint8Array },
  edits: Edits,
): Witnessed {
  const entries =
    log === undefined ? [] : [appended(log, now, loggedOf(signed), { kind, edits, signer: signed.signer })];
  if (authority === undefined) return { entries, timestamps: [] };
  authority.now = now;
  return { entries, timestamps: [authority.stamp(edits.stamped?.(stamped) ?? stamped, edits.token)] };
}

function loggedOf({ signer, signature, content }: Parameters<typeof witness>[1]): LoggedSignature {
  const { certificate, spki } = signer;
  return {
    signature,
    signer: certificate === undefined ? { kind: "key", spki } : { kind: "certificate", der: certificate.der, spki },
    content,
  };
}

function appended(
  log: TestLog,
  now: number,
  own: LoggedSignature,
  { kind, edits, signer }: { readonly kind: BodyKind; readonly edits: Edits; readonly signer: Signer },
): LogEntry {
  const logged = edits.logged?.(own) ?? own;
  const body = makeBody(kind, logged, (written) => {
    const named = kind === "hashedrekord 0.0.1" ? withHashOf(written, logged.content, signer) : written;
    return edits.body?.(named) ?? named;
  });
  const entry = log.append(kindVersionOf(kind), body, BigInt(Math.floor(now / 1000)));
  return edits.entry?.(entry, log) ?? entry;
}

/**
 * A hashedrekord names the hash that its signature is over; cosign's legacy payloads are named by SHA-256 all the same. But
 * Rekor takes no signature by Ed25519 that is not over SHA-512.
 */
function withHashOf(body: Body, content: LoggedContent, signer: Signer): Body {
  const isEd25519 = signer.privateKey.asymmetricKeyType === "ed25519";
  if (content.kind !== "message" || (content.algorithm === "sha256" && !isEd25519)) return body;
  const algorithm = messageHash(signer);
  const value = createHash(algorithm).update(content.message).digest("hex");
  return { ...body, spec: { ...body.spec, data: { hash: { algorithm, value } } } };
}
