/** What a command prints, and the files and input that it sees: those given, and no other. */
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
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    readBytes: bytesOf,
    readText: (path) => bytesOf(path).toString("utf8"),
    readInput: () => input,
    isFile: (path) => Object.hasOwn(files, path),
    printed: () => ({ out, err }),
  };
}
