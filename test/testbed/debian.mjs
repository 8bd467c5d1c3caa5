// A program of a Debian package, unpacked and not installed: apt-get and dpkg, without root.
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { MachineError } from "./go.mjs";

const run = promisify(execFile);

/** Copies the program at its path in the package to `output`. */
export async function unpackProgram({ tool, program, output, signal }) {
  const folder = await mkdtemp(`${output}-`);
  try {
    await run("apt-get", ["download", tool.debian], { cwd: folder, signal });
    const archive = (await readdir(folder)).find((name) => name.endsWith(".deb"));
    if (archive === undefined) throw new Error(`apt-get gave no package ${tool.debian}`);
    await run("dpkg", ["-x", archive, "files"], { cwd: folder, signal });
    await copyFile(join(folder, "files", program.goPackage), output);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    throw new MachineError(`${tool.name} is taken from Debian's package: no ${error.path ?? error.syscall} on this machine`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
