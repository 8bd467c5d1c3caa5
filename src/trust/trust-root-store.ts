/**
 * The trust roots in force, by name: the built-in ones that the configuration leaves on, and those of its files, which
 * replace a built-in one of the same name. A file that is broken at start is an error; one that breaks later keeps the
 * root that it last held, and one that came broken is a root that is not ready. Nothing is silently another root.
 */
import type { TrustRequirements, TrustRoot } from "../ports/trust.ts";
import { builtInTrustRoot } from "./built-in.ts";
import { readTrustRootFile, TrustRootFileError } from "./file.ts";

/** Which roots there are. */
export interface TrustRootSources {
  readonly trustRoots: ReadonlyMap<string, { readonly file: string; readonly requires: TrustRequirements }>;
  readonly builtInTrustRoots: readonly string[];
}

/** Everything that is wrong with the files, one line each. */
export class TrustRootsError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "TrustRootsError";
  }
}

export class TrustRootStore {
  #roots: ReadonlyMap<string, TrustRoot | "not-ready"> = new Map();
  readonly #broken = new Map<string, string>();

  /** Throws TrustRootsError naming every problem of every file. */
  constructor(sources: TrustRootSources) {
    this.reload(sources);
    if (this.#broken.size > 0) throw new TrustRootsError([...this.#broken.values()]);
  }

  /** Reads every file again. */
  reload({ trustRoots, builtInTrustRoots }: TrustRootSources): void {
    const roots = new Map<string, TrustRoot | "not-ready">();
    this.#broken.clear();
    for (const name of builtInTrustRoots) {
      const root = builtInTrustRoot(name);
      if (root === undefined) throw new Error(`there is no built-in trust root "${name}"`);
      roots.set(name, root);
    }
    for (const [name, { file, requires }] of trustRoots) {
      try {
        roots.set(name, readTrustRootFile(name, file, requires));
      } catch (error) {
        if (!(error instanceof TrustRootFileError)) throw error;
        this.#broken.set(name, error.message);
        roots.set(name, this.#lastOf(name));
      }
    }
    this.#roots = roots;
  }

  /** Undefined for a name that no root has. */
  get(name: string): TrustRoot | "not-ready" | undefined {
    return this.#roots.get(name);
  }

  /** For readiness: the roots in force, and what is not as it is on disk. */
  detail(): string {
    const names = [...this.#roots.keys()];
    const broken = [...this.#broken].map(
      ([name, problem]) => `; ${this.get(name) === "not-ready" ? "not ready" : "kept as it last was"}: ${problem}`,
    );
    const leftOut = [...this.#roots.values()].flatMap(warningsOf);
    return `${names.length === 0 ? "none" : names.join(", ")}${[...broken, ...leftOut].join("")}`;
  }

  /** A root of the built-in material that a broken file was to replace is not kept: it is another instance. */
  #lastOf(name: string): TrustRoot | "not-ready" {
    const last = this.#roots.get(name);
    return last === undefined || last === builtInTrustRoot(name) ? "not-ready" : last;
  }
}

function warningsOf(root: TrustRoot | "not-ready"): readonly string[] {
  if (root === "not-ready") return [];
  return root.material.warnings.map((warning) => `; ${root.name}: ${warning}`);
}
