// Runs the Go toolchain for the testbed: its environment, its version, one build.
import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";

const minimum = { major: 1, minor: 26 };
const keptOutput = 16_384;

/** Requires of the machine; the message says what to do. */
export class MachineError extends Error {}

/** Nothing of the user's own Go settings but where modules come from. */
export function goEnvironment(goDir) {
  const env = {
    ...process.env,
    GOTOOLCHAIN: "local",
    CGO_ENABLED: "0",
    GOWORK: "off",
    GOFLAGS: "",
    GOCACHE: join(goDir, "cache"),
    GOMODCACHE: join(goDir, "modules"),
    GOPATH: join(goDir, "path"),
  };
  for (const name of ["GOOS", "GOARCH", "GOEXPERIMENT"]) delete env[name];
  return env;
}

/** The version of the installed toolchain; throws a MachineError if it is missing or too old. */
export function requireGo() {
  const wanted = `Go ${minimum.major}.${minimum.minor} or later`;
  let found;
  try {
    const env = { ...process.env, GOTOOLCHAIN: "local" };
    found = execFileSync("go", ["env", "GOVERSION"], { env, encoding: "utf8" }).trim();
  } catch (error) {
    const reason = error.code === "ENOENT" ? "no go in PATH" : String(error.message);
    throw new MachineError(`The testbed is built with ${wanted}: ${reason}`);
  }
  const [, major, minor] = /^go(\d+)\.(\d+)/u.exec(found) ?? [];
  const isEnough =
    Number(major) > minimum.major ||
    (Number(major) === minimum.major && Number(minor) >= minimum.minor);
  if (!isEnough) throw new MachineError(`The testbed is built with ${wanted}: found ${found}`);
  return found;
}

/** Compiles one program to `output`; rejects with the compiler's last words. */
export function buildProgram({ tool, program, output, env, signal }) {
  const args = [
    "build",
    "-mod=readonly",
    "-modcacherw",
    "-buildvcs=false",
    "-trimpath",
    "-ldflags",
    ["-s", "-w", ...tool.linkerFlags].join(" "),
    "-o",
    output,
    program.goPackage,
  ];
  const options = { cwd: tool.source, env, signal, stdio: ["ignore", "ignore", "pipe"] };
  return new Promise((resolve, reject) => {
    const child = spawn("go", args, { ...options, killSignal: "SIGINT" });
    let errors = "";
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (text) => {
      errors = (errors + text).slice(-keptOutput);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) return resolve();
      const said = errors.split("\n").filter((line) => !line.startsWith("go: downloading "));
      reject(new Error(`go ${args[0]} ${program.name} ended with ${code}\n${said.join("\n").trim()}`));
    });
  });
}
