/** The built program with policies in files and one signed image, and its yardstick: each on a core, if there are two. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { makeAuthority, makeServingCertificate } from "../../test/support/testbed/certificates.ts";
import { request } from "../../test/support/testbed/http.ts";
import { freePorts, makeTemporaryDir, startProcess } from "../../test/support/testbed/process.ts";
import { repositoryRoot } from "../../test/support/testbed/programs.ts";
import { startSealgate, type Sealgate } from "../../test/support/testbed/sealgate.ts";

const hasTwoCores = availableParallelism() >= 2 && spawnSync("taskset", ["-c", "0", "true"]).status === 0;

/** What is measured on core 0, what measures on core 1. */
export const launchers = {
  server: hasTwoCores ? ["taskset", "-c", "0"] : [],
  load: hasTwoCores ? ["taskset", "-c", "1"] : [],
} as const;

export const pinning = hasTwoCores
  ? "server and load generator on a core each"
  : "server and load generator not pinned to cores";

/** One policy in a file of its own. */
export function writePolicy(dir: string, name: string, object: object): void {
  writeFileSync(join(dir, `${name}.yaml`), stringify(object));
}

/** NAME=VALUE as the chart sets them: how much memory and time is used is theirs to say as well. */
function chartEnvironment(): readonly string[] {
  const template = readFileSync(join(repositoryRoot(), "charts", "sealgate", "templates", "deployment.yaml"), "utf8");
  const variables = [...template.matchAll(/- name: ([A-Z_]+)\n +value: "?([^"\n]+)/gu)];
  return variables.map(([, name, value = ""]) => `${name}=${value.replace("{{ .Values.maxHeapMiB }}", "384")}`);
}

/** As the chart has it run. */
export async function startWebhook(policies: string, plainHttp: readonly string[]): Promise<Sealgate> {
  const launcher = [...launchers.server, "env", ...chartEnvironment()];
  return await startSealgate({ source: { policies }, plainHttp, launcher });
}

export interface Yardstick {
  readonly pid: number;
  readonly url: string;
  readonly ca: string;
  readonly stop: () => Promise<void>;
}

export async function startYardstick(): Promise<Yardstick> {
  const dir = makeTemporaryDir("yardstick");
  const [port = 0] = await freePorts(1);
  const authority = await makeAuthority("CN=yardstick-ca");
  const serving = await makeServingCertificate(authority, { dns: ["localhost"], ip: ["127.0.0.1"] });
  const files = [join(dir, "tls.crt"), join(dir, "tls.key")] as const;
  writeFileSync(files[0], serving.certificate);
  writeFileSync(files[1], serving.key, { mode: 0o600 });
  const script = join(repositoryRoot(), "dist", "bench", "admission", "constant-server.js");
  const [command, ...before] = [...launchers.server, "env", ...chartEnvironment(), process.execPath];
  const url = `https://127.0.0.1:${port}`;
  const ready = { url: `${url}/`, ca: authority.pem };
  const { pid, stop } = await startProcess({
    name: "yardstick",
    command,
    args: [...before, script, String(port), ...files],
    dir,
    ready,
  });
  return { pid, url, ca: authority.pem, stop: async () => stop() };
}

interface Verdict {
  readonly allowed: boolean;
  readonly status?: { readonly message?: string };
}

/** What the webhook says of a review. */
export async function verdictOf(sealgate: Sealgate, body: string): Promise<Verdict> {
  const answer = await request(`${sealgate.url}/validate?timeout=10s`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: Buffer.from(body),
    ca: sealgate.ca,
    // Longer than an API server would: how long it took is a figure
    timeoutMs: 60_000,
  });
  return (JSON.parse(answer.body.toString()) as { response: Verdict }).response;
}

/** Processor time that a process has had, in milliseconds (proc(5): clock ticks of a hundredth of a second). */
export function processorMs(pid: number): number {
  const [, rest = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const [user = 0, system = 0] = rest.split(" ").slice(11, 13).map(Number);
  return (user + system) * 10;
}

/** Resident memory of a process, in MiB. */
export function residentMiB(pid: number): number {
  const kilobytes = /^VmRSS:\s+([0-9]+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

/** The highest resident memory seen while `work` runs. */
export async function peakMiB(pid: number, work: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentMiB(pid));
  }, 100);
  try {
    await work();
    return Math.max(peak, residentMiB(pid));
  } finally {
    clearInterval(timer);
  }
}
