/** What a command prints, and the files and input that it sees: those given, and no other. */
import { search } from "../support/secrets/planted.ts";
import type { CommandIo } from "../../src/cli/io.ts";

export interface FakeIo extends CommandIo {
  printed(): { readonly out: string; readonly err: string };
}

export function fakeIo(files: Readonly<Record<string, Uint8Array | string>> = {}, input = ""): FakeIo {
  let out = "";
  let err = "";
  const bytesOf = (path: string): Buffer => {
    const content = files[path];
    if (content === undefined) throw new Error(`ENOENT: ${path}`);
    return Buffer.from(content);
  };
  return {
    out: (text) => {
      search("what a command prints", text);
      out += text;
    },
    err: (text) => {
      search("what a command says", text);
      err += text;
    },
    readBytes: bytesOf,
    readText: (path) => bytesOf(path).toString("utf8"),
    readInput: () => input,
    isFile: (path) => Object.hasOwn(files, path),
    printed: () => ({ out, err }),
  };
}
