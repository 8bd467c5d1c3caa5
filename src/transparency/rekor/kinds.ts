/**
 * The kinds of entries that are read (verification-spec §5.5, §5.7), and the one decision between the generations of
 * Rekor: the kind and version of the body. intoto 0.0.2 is of v1.
 */
import { malformed } from "../../failure/attempt.ts";
import { quoted, VerificationFailure } from "../../failure/failure.ts";
import type { Generation, LogEntry, LoggedSignature } from "../entry.ts";
import { parseBody, type RekorBody } from "./body.ts";
import { checkDsseV001 } from "./dsse-v001.ts";
import { checkDsseV002 } from "./dsse-v002.ts";
import { checkHashedrekordV001 } from "./hashedrekord-v001.ts";
import { checkHashedrekordV002 } from "./hashedrekord-v002.ts";
import { checkIntotoV001 } from "./intoto-v001.ts";
import { checkIntotoV002 } from "./intoto-v002.ts";
import { checkRekordV001 } from "./rekord-v001.ts";

interface Kind {
  readonly generation: Generation;
  readonly check: (body: RekorBody, logged: LoggedSignature) => void;
}

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["hashedrekord 0.0.1", { generation: "v1", check: checkHashedrekordV001 }],
  ["dsse 0.0.1", { generation: "v1", check: checkDsseV001 }],
  ["intoto 0.0.1", { generation: "v1", check: checkIntotoV001 }],
  ["intoto 0.0.2", { generation: "v1", check: checkIntotoV002 }],
  ["rekord 0.0.1", { generation: "v1", check: checkRekordV001 }],
  ["hashedrekord 0.0.2", { generation: "v2", check: checkHashedrekordV002 }],
  ["dsse 0.0.2", { generation: "v2", check: checkDsseV002 }],
]);

/** Holds the body of an entry against the signature that is being verified; gives the generation of its log. Fails with a Log… code. */
export function checkBody({ body, kindVersion }: LogEntry, logged: LoggedSignature): Generation {
  const parsed = parseBody(body);
  // held against the body, not against a copy of itself
  if (kindVersion !== undefined && (kindVersion.kind !== parsed.kind || kindVersion.version !== parsed.version)) {
    throw new VerificationFailure(
      "LogKindMismatch",
      `Cannot use a log entry of kind ${nameOf(parsed)} that its carrier calls ${nameOf(kindVersion)}`,
    );
  }
  const kind = KINDS.get(`${parsed.kind} ${parsed.version}`);
  if (kind === undefined) {
    throw new VerificationFailure("LogKindUnsupported", `Cannot read a log entry of kind ${nameOf(parsed)}`);
  }
  malformed("LogBodyMalformed", "the body of a log entry", () => kind.check(parsed, logged));
  return kind.generation;
}

function nameOf({ kind, version }: { kind: string; version: string }): string {
  return quoted(`${kind} ${version}`);
}
