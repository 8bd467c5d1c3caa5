/**
 * Files followed for changes: by the file system's notice and, where that fails (network file systems, a mounted
 * ConfigMap's ..data link), by looking every few seconds. It says that something changed and reads nothing.
 */
import { statSync, watch, type FSWatcher } from "node:fs";
import { dirname } from "node:path";

export interface FileWatchOptions {
  /** The folders whose entries may change; by default those of the files. */
  folders?(): readonly string[];
  /** The files that matter there. What it throws is a state of its own. */
  files(): readonly string[];
  onChange(): void;
}

const DEBOUNCE_MS = 100;
const POLL_MS = 5_000;

export class FileWatch {
  readonly #options: FileWatchOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #poll: NodeJS.Timeout;
  #pending: NodeJS.Timeout | undefined;
  #state: string;

  constructor(options: FileWatchOptions) {
    this.#options = options;
    this.#state = stateOf(options);
    this.#follow();
    this.#poll = setInterval(() => this.#check(), POLL_MS).unref();
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    clearInterval(this.#poll);
    clearTimeout(this.#pending);
  }

  #check(): void {
    const state = stateOf(this.#options);
    if (state !== this.#state) {
      this.#state = state;
      this.#options.onChange();
    }
    this.#follow();
  }

  /** A folder that cannot be watched now is tried again at each check; until then the poll sees its files. */
  #follow(): void {
    const folders = new Set(this.#options.folders?.() ?? this.#options.files().map((file) => dirname(file)));
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) if (!this.#watchers.has(folder)) this.#watch(folder);
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder, () => this.#schedule());
      watcher.on("error", () => {
        watcher.close();
        this.#watchers.delete(folder);
      });
      this.#watchers.set(folder, watcher);
    } catch (error) {
      if (!isFileError(error)) throw error;
    }
  }

  #schedule(): void {
    clearTimeout(this.#pending);
    this.#pending = setTimeout(() => this.#check(), DEBOUNCE_MS);
  }
}

/** True for what the file system answers: no such file, no permission. */
export function isFileError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

/** Names, sizes and times of the files: what a change changes. Follows links. */
function stateOf(options: FileWatchOptions): string {
  try {
    return options
      .files()
      .map((file) => {
        const found = statSync(file, { throwIfNoEntry: false });
        return `${file} ${found?.mtimeMs} ${found?.size} ${found?.ino}`;
      })
      .join("\n");
  } catch (error) {
    if (!isFileError(error)) throw error;
    return error.message;
  }
}
