/** Structured logs, JSON lines on standard output. Nothing secret is ever handed to a logger: no headers, no bodies; redact() looks once more. */
import { pino } from "pino";
import { redact } from "./redact.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Lines wait until there are this many bytes, or for so many milliseconds: one write for many admissions. */
const BUFFER = { minLength: 4096, periodicFlush: 200 } as const;

/** Writes to standard output unless told where. */
export function makeLogger(level: LogLevel, destination: { write(line: string): void } = standardOutput()): Logger {
  const formatters = { level: (label: string): object => ({ level: label }), log: redact };
  // redact() has described errors by then.
  const serializers = { err: (described: unknown): unknown => described };
  const options = { level, base: null, formatters, serializers };
  return pino(options, destination);
}

/** What still waits is written when the process ends, whatever ends it but a kill. */
function standardOutput(): { write(line: string): void } {
  const output = pino.destination({ fd: 1, sync: true, ...BUFFER });
  process.once("exit", () => output.flushSync());
  return output;
}
