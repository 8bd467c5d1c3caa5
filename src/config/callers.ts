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

export const ANYBODY: CallerSettings = { callers: { kind: "anybody" }, files: [], printed: undefined };

/** Shorter ones can be guessed. */
const MIN_TOKEN = 16;
/** RFC 6750 §2.1. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/** Reads the files. Relative paths begin at `folder`. */
export function readCallers(
  { clientCertificate, bearerToken }: WrittenCallers,
  folder: string,
): { readonly value: CallerSettings; readonly errors: readonly SchemaError[] } {
  const errors: SchemaError[] = [];
  const refuse = (member: string, message: string): void => {
    errors.push({ path: `callers.${member}`, message });
  };
  const text = (member: string, file: string): string | undefined => {
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      if (!isFileError(error)) throw error;
      refuse(member, `cannot be read: ${error.message}`);
      return undefined;
    }
  };
  if (clientCertificate !== undefined) {
    const { commonNames } = clientCertificate;
    const caFile = resolve(folder, clientCertificate.caFile);
    const pem = text("clientCertificate.caFile", caFile);
    const read = pem === undefined ? undefined : attempt(() => buildAuthorities(parseCertificates(pem), []));
    if (read?.ok === false)
      refuse("clientCertificate.caFile", `holds no list of certificates: ${read.failure.message}`);
    const authorities = read?.ok === true ? read.value : [];
    const callers: Callers = { kind: "clientCertificate", authorities, commonNames };
    return { value: { callers, files: [caFile], printed: { clientCertificate: { caFile, commonNames } } }, errors };
  }
  if (bearerToken === undefined) return { value: ANYBODY, errors };
  const file = resolve(folder, bearerToken.file);
  const tokens = (text("bearerToken.file", file) ?? "").split(/\r?\n/).filter((line) => line !== "");
  if (errors.length === 0 && !tokens.every((token) => TOKEN.test(token) && token.length >= MIN_TOKEN)) {
    // What it holds instead may be a secret, too.
    refuse(
      "bearerToken.file",
      `has a line that is no token, want ${MIN_TOKEN} or more of A-Z a-z 0-9 - . _ ~ + / and =`,
    );
  }
  if (errors.length === 0 && tokens.length === 0) refuse("bearerToken.file", "holds no token");
  const digests = new Set(tokens.map((token) => digestOf(encodeUtf8(token))));
  return {
    value: { callers: { kind: "bearerToken", digests }, files: [file], printed: { bearerToken: { file } } },
    errors,
  };
}

/** For readiness, in one clause. */
export function callersDetail({ callers }: CallerSettings): string {
  if (callers.kind === "anybody") return "whoever reaches the port may call";
  if (callers.kind === "bearerToken") return "callers show a bearer token";
  return `callers show a client certificate of ${callers.commonNames.join(", ")}`;
}
