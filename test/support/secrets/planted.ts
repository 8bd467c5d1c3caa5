/**
 * Every message and log of a suite, searched for secrets that its tests planted: passwords, tokens, private keys and remote
 * answers hold the marker, and whatever says it has leaked. Looked at are the messages of all failures that are made, the lines
 * of all loggers, what commands print, and of the program under test its logs and output; of kubectl what it tells its user.
 */
import { subscribe } from "node:diagnostics_channel";

/** What stands in everything that nobody may see. */
const MARKER = "pl4nted";
/** The same within base64, at each of its three alignments, without the characters that hang on what stands beside it. */
const ENCODED = [0, 1, 2].map((shift) =>
  Buffer.from("x".repeat(shift) + MARKER)
    .toString("base64url")
    .slice(shift === 0 ? 0 : shift + 1, -1),
);
const PATTERN = new RegExp([MARKER, ...ENCODED].join("|"), "u");
const EXCERPT = 300;

export interface Leak {
  /** What said it. */
  readonly where: string;
  readonly text: string;
}

type ErrorClass = abstract new (...args: never[]) => Error;

const leaks: Leak[] = [];
const openLogs = new Map<string, () => string>();
const watched = new Set<unknown>();
let searched = 0;
let isHearing = false;

/** Searches a text that somebody said. */
export function search(where: string, text: string): void {
  searched += 1;
  const at = PATTERN.exec(text)?.index;
  if (at !== undefined) leaks.push({ where, text: text.slice(Math.max(0, at - EXCERPT), at + EXCERPT) });
}

/** A log that grows: it is searched once it is closed, or at the end. */
export function followLog(name: string, read: () => string): { readonly close: () => void } {
  openLogs.set(name, read);
  const close = (): void => {
    if (openLogs.delete(name)) search(name, read());
  };
  return { close };
}

/** What leaked since this was last asked, and how many texts were searched in all. */
export function takeLeaks(): { readonly leaks: readonly Leak[]; readonly searched: number } {
  for (const [name, read] of openLogs) search(name, read());
  openLogs.clear();
  return { leaks: leaks.splice(0), searched };
}

/** From now on each error of these classes is searched when it is made. */
export function watchErrors(classes: readonly ErrorClass[]): void {
  for (const each of classes) {
    if (watched.has(each)) continue;
    watched.add(each);
    // What super() calls is looked up when it is called.
    Object.setPrototypeOf(each, searching(Object.getPrototypeOf(each) as new (...args: unknown[]) => Error, each.name));
  }
}

function searching(base: new (...args: unknown[]) => Error, name: string): new (...args: unknown[]) => Error {
  return class extends base {
    constructor(...args: unknown[]) {
      super(...args);
      search(`the message of ${name}`, this.message);
    }
  };
}

/** From now on each line of each logger is searched. */
export function watchLoggers(): void {
  if (isHearing) return;
  isHearing = true;
  subscribe("tracing:pino_asJson:end", (message) => {
    const { result } = message as { readonly result?: unknown };
    if (typeof result === "string") search("a log line", result);
  });
}
