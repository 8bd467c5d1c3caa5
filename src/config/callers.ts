/** The `callers` key of the configuration file: what an API server must show to be answered (kubernetes.md §7). */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { digestOf } from "../crypto/digest.ts";
import { encodeUtf8 } from "../encoding/text.ts";
import { attempt } from "../failure/attempt.ts";
import { parseCertificates } from "../policy/certificate-list.ts";
import type { Callers } from "../ports/callers.ts";
import type { SchemaError } from "../schema/validator.ts";
import { buildAuthorities } from "../x509/authority.ts";
import { isFileError } from "./file-watch.ts";

const path = (description: string) => ({ type: "string", minLength: 1, maxLength: 4096, description }) as const;

/** Draft 7; part of CONFIG_SCHEMA. */
export const CALLERS = {
  type: "object",
  description:
    "What an API server must show to be answered. Default: nothing, and whoever reaches the port is answered.",
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  properties: {
    clientCertificate: {
      type: "object",
      description: "A certificate for clients.",
      additionalProperties: false,
      required: ["caFile", "commonNames"],
      properties: {
        caFile: path("PEM, the authorities one of which issued it; a relative path begins at the folder of this file."),
        commonNames: {
          type: "array",
          description: "The common names of which it bears one.",
          uniqueItems: true,
          minItems: 1,
          maxItems: 64,
          items: { type: "string", minLength: 1, maxLength: 64 },
        },
      },
    },
    bearerToken: {
      type: "object",
      description: "A token in the header Authorization.",
      additionalProperties: false,
      required: ["file"],
      properties: { file: path("The tokens that are taken, one on each line; a relative path likewise.") },
    },
  },
} as const;

/** After the schema: one of the two, or nothing. */
export interface WrittenCallers {
  readonly clientCertificate?: { readonly caFile: string; readonly commonNames: readonly string[] };
  readonly bearerToken?: { readonly file: string };
}

export interface CallerSettings {
  readonly callers: Callers;
  /** Files whose change changes it. */
  readonly files: readonly string[];
  /** To be printed, paths absolute; undefined where nothing is asked for. */
  readonly printed: WrittenCallers | undefined;
}

interface Read {
  readonly value: CallerSettings;
  readonly errors: readonly SchemaError[];
}

export const ANYBODY: CallerSettings = { callers: { kind: "anybody" }, files: [], printed: undefined };

/** Shorter ones can be guessed. */
const MIN_TOKEN = 16;
/** RFC 6750 §2.1. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** Reads the files. Relative paths begin at `folder`. */
export function readCallers(written: WrittenCallers, folder: string): Read {
  const { clientCertificate, bearerToken } = written;
  const errors: SchemaError[] = [];
  const read = (member: string, file: string): string | undefined => {
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      if (!isFileError(error)) throw error;
      errors.push({ path: `callers.${member}`, message: `cannot be read: ${error.message}` });
      return undefined;
    }
  };
  if (clientCertificate !== undefined) {
    const caFile = resolve(folder, clientCertificate.caFile);
    const pem = read("clientCertificate.caFile", caFile);
    return { value: byCertificate(pem, { ...clientCertificate, caFile }, errors), errors };
  }
  if (bearerToken === undefined) return { value: ANYBODY, errors };
  const file = resolve(folder, bearerToken.file);
  return { value: byToken(read("bearerToken.file", file), file, errors), errors };
}

function byCertificate(
  pem: string | undefined,
  clientCertificate: NonNullable<WrittenCallers["clientCertificate"]>,
  errors: SchemaError[],
): CallerSettings {
  const { caFile, commonNames } = clientCertificate;
  const read = attempt(() => (pem === undefined ? [] : buildAuthorities(parseCertificates(pem), [])));
  if (!read.ok) {
    const message = `holds no list of certificates: ${read.failure.message}`;
    errors.push({ path: "callers.clientCertificate.caFile", message });
  }
  const authorities = read.ok ? read.value : [];
  const callers: Callers = { kind: "clientCertificate", authorities, commonNames };
  return { callers, files: [caFile], printed: { clientCertificate } };
}

function byToken(text: string | undefined, file: string, errors: SchemaError[]): CallerSettings {
  const tokens = (text ?? "").split(/\r?\n/).filter((line) => line !== "");
  const path = "callers.bearerToken.file";
  if (tokens.some((token) => !TOKEN.test(token) || token.length < MIN_TOKEN)) {
    // What it holds instead may be a secret, too.
    const want = `${MIN_TOKEN} or more of A-Z a-z 0-9 - . _ ~ + / and =`;
    errors.push({ path, message: `has a line that is no token, want ${want}` });
  }
  if (text !== undefined && tokens.length === 0) errors.push({ path, message: "holds no token" });
  const digests = new Set(tokens.map((token) => digestOf(encodeUtf8(token))));
  return { callers: { kind: "bearerToken", digests }, files: [file], printed: { bearerToken: { file } } };
}

/** For readiness, in one clause. */
export function callersDetail({ callers }: CallerSettings): string {
  if (callers.kind === "anybody") return "whoever reaches the port may call";
  if (callers.kind === "bearerToken") return "callers show a bearer token";
  return `callers show a client certificate of ${callers.commonNames.join(", ")}`;
}
