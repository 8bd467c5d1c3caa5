/** Signatures to log, and entries about them in logs of the tests. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { parsePem } from "../../src/encoding/pem.ts";
import type { FailureCode } from "../../src/failure/catalogue.ts";
import type { VerificationFailure } from "../../src/failure/failure.ts";
import type { LogEntry, LoggedContent, LoggedSignature } from "../../src/transparency/entry.ts";
import { checkBody } from "../../src/transparency/rekor/kinds.ts";
import { parseCertificate } from "../../src/x509/certificate.ts";
import { failsWith } from "../support/failures.ts";
import { kindVersionOf, makeBody, type Body, type BodyKind, type Members } from "../support/transparency/bodies.ts";
import type { TestLog } from "../support/transparency/log.ts";
import { VECTORS_ROOT } from "../vectors/check.ts";

type Signer = LoggedSignature["signer"];

/** A real certificate of Fulcio, its key in P-256. */
const certificate = parseCertificate(
  parsePem(readFileSync(join(VECTORS_ROOT, "containers-image/fulcio-rekor-loose/fulcio-cert"), "utf8")).der,
);
export const BY_CERTIFICATE: Signer = { kind: "certificate", der: certificate.der, spki: certificate.spki };
/** The key of that certificate. */
export const BY_KEY: Signer = { kind: "key", spki: certificate.spki };
export const BY_OTHER_KEY: Signer = { kind: "key", spki: spkiOf(generateKeyPairSync("ec", { namedCurve: "P-256" })) };

export const MESSAGE: LoggedContent = { kind: "message", message: Buffer.from("simple signing payload") };
export const ENVELOPE: LoggedContent = {
  kind: "dsse",
  payloadType: "application/vnd.in-toto+json",
  payload: Buffer.from('{"_type":"statement"}'),
};
/** As a `.att` layer has it: with the text that was uploaded. */
export const UPLOADED_ENVELOPE: LoggedContent = { ...ENVELOPE, envelope: Buffer.from('{"payload":"…"}') };

export function signatureOf(content: LoggedContent, signer: Signer = BY_CERTIFICATE): LoggedSignature {
  return { signature: Buffer.from("the bytes of a signature"), signer, content };
}

/** What each kind is wont to log. */
export const FITTING: Readonly<Record<BodyKind, LoggedSignature>> = {
  "hashedrekord 0.0.1": signatureOf(MESSAGE),
  "rekord 0.0.1": signatureOf(MESSAGE),
  "dsse 0.0.1": signatureOf(ENVELOPE),
  "intoto 0.0.1": signatureOf(UPLOADED_ENVELOPE),
  "intoto 0.0.2": signatureOf(ENVELOPE),
  "hashedrekord 0.0.2": signatureOf(MESSAGE),
  "dsse 0.0.2": signatureOf(ENVELOPE),
};

export function spkiOf({ publicKey }: { publicKey: KeyObject }): Uint8Array {
  return publicKey.export({ type: "spki", format: "der" });
}

/** Takes a body of this kind into `log`; the entry as a carrier would bring it. */
export function logged(
  log: TestLog,
  name: BodyKind,
  logged: LoggedSignature = FITTING[name],
  edit?: (body: Body) => unknown,
): LogEntry {
  return log.append(kindVersionOf(name), makeBody(name, logged, edit));
}

/** An entry of which only the body counts. */
export function entryOf(name: BodyKind, body: Uint8Array): LogEntry {
  return { keyId: new Uint8Array(32), kindVersion: kindVersionOf(name), body, logIndex: 0n };
}

/** Runs checkBody() over a body of this kind, edited. */
export function checkEdited(
  name: BodyKind,
  edit: (spec: Members) => unknown,
  logged: LoggedSignature = FITTING[name],
): void {
  checkBody(
    entryOf(
      name,
      makeBody(name, logged, (body) => ({ ...body, spec: edit(body.spec) })),
    ),
    logged,
  );
}

/** A body of this kind, edited, must be refused with exactly this code. */
export function editedFailsWith(
  code: FailureCode,
  name: BodyKind,
  edit: (spec: Members) => unknown,
  logged: LoggedSignature = FITTING[name],
): VerificationFailure {
  return failsWith(code, () => checkEdited(name, edit, logged));
}

/** A copy of `value` with the member at `path` set, or left out if `member` is undefined. */
export function withMember(value: unknown, path: readonly (string | number)[], member: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return member;
  if (Array.isArray(value))
    return value.map((item: unknown, at) => (at === name ? withMember(item, rest, member) : item));
  const object = value as Members;
  return { ...object, [name]: withMember(object[String(name)], rest, member) };
}
