/** Structured logs, JSON lines on standard output. Nothing secret is ever handed to a logger: no headers, no bodies. */
import { pino } from "pino";

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export function makeLogger(level: LogLevel): Logger {
  return pino({ level, base: null, formatters: { level: (label) => ({ level: label }) } });
}
