/**
 * What the files of a directory, or of a command line, name. Two policies or exceptions of one kind, namespace and name are
 * refused: a cluster would keep the one that came last, and of files nobody could say which of the two was meant.
 */
import { quoted } from "../failure/failure.ts";

interface Named {
  readonly kind: string;
  readonly metadata: { readonly namespace?: string | undefined; readonly name: string };
}

export class ObjectNames {
  /** Files by the names that they gave first. */
  readonly #files = new Map<string, string>();

  /** The problems of one file, which has none of its names if there are any; `file` as messages call it. */
  add(file: string, objects: readonly Named[]): readonly string[] {
    const own = new Set<string>();
    const problems = objects.flatMap((object) => {
      const title = titleOf(object);
      const first = own.has(title) ? file : this.#files.get(title);
      own.add(title);
      if (first === undefined) return [];
      const where = first === file ? "twice" : `in ${first} too`;
      return [`${file}: ${title} is there ${where}: a cluster would keep one`];
    });
    if (problems.length === 0) for (const title of own) this.#files.set(title, file);
    return problems;
  }
}

function titleOf({ kind, metadata: { namespace, name } }: Named): string {
  return `${kind} ${quoted(namespace === undefined ? name : `${namespace}/${name}`)}`;
}
