/** The configuration file, live: broken at start is an error, broken later keeps what it last said, and detail() tells. */
import { loadConfig, type Config, ConfigError } from "./load.ts";
import { DocumentError } from "./documents.ts";
import { isFileError } from "./file-watch.ts";

export class ConfigFile {
  readonly path: string;
  #config: Config;
  #broken: string | undefined;

  /** Throws ConfigError, DocumentError or the file system's error. */
  constructor(path: string) {
    this.path = path;
    this.#config = loadConfig(path);
  }

  get config(): Config {
    return this.#config;
  }

  /** Reads the file again. */
  reload(): void {
    try {
      this.#config = loadConfig(this.path);
      this.#broken = undefined;
    } catch (error) {
      if (!(error instanceof ConfigError || error instanceof DocumentError || isFileError(error))) throw error;
      this.#broken = error.message;
    }
  }

  /** For readiness. */
  detail(): string {
    return this.#broken === undefined ? this.path : `kept as it last was: ${this.#broken}`;
  }
}
