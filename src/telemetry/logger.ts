/** Structured logs, JSON lines on standard output. Nothing secret is ever handed to a logger: no headers, no bodies. */
import { pino } from "pino";

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Writes to standard output unless told where. */
export function makeLogger(level: LogLevel, destination?: { write(line: string): void }): Logger {
  const options = { level, base: null, formatters: { level: (label: string) => ({ level: label }) } };
  return destination === undefined ? pino(options) : pino(options, destination);
}
