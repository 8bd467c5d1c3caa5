/** The serving certificate in files that somebody else renews, cert-manager for one: read again when they change. */
import { readFileSync } from "node:fs";
import { FileWatch, isFileError } from "./file-watch.ts";

export interface CertificateFilesOptions {
  readonly cert: string;
  readonly key: string;
  /** PEM, both. False if it cannot be served with; then what was in force stays. */
  onChange(material: { readonly cert: string; readonly key: string }): boolean;
}

export class CertificateFiles {
  readonly #options: CertificateFilesOptions;
  readonly #watch: FileWatch;
  #detail = "read at start";

  constructor(options: CertificateFilesOptions) {
    this.#options = options;
    this.#watch = new FileWatch({ files: () => [options.cert, options.key], onChange: () => this.#reload() });
  }

  /** Throws the file system's error. */
  read(): { readonly cert: string; readonly key: string } {
    const { cert, key } = this.#options;
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  }

  /** For readiness. */
  detail(): string {
    return this.#detail;
  }

  close(): void {
    this.#watch.close();
  }

  #reload(): void {
    try {
      this.#detail = this.#options.onChange(this.read())
        ? "read again"
        : "kept as it was: the certificate and the key in the files are no pair";
    } catch (error) {
      if (!isFileError(error)) throw error;
      this.#detail = `kept as it was: ${error.message}`;
    }
  }
}
