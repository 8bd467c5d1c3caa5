// What an installation is put through while pods are admitted at a steady rate: a rolling restart, rotations of its CA, the
// death of a replica, the death of the leader. Short in the gate, long in `npm run test:long -- rolling`.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { makeSigningTools } from "./cosign.ts";
import { request } from "./http.ts";
import { pushImage, type PushedImage } from "./images.ts";
import { installChart, type Installation } from "./installation.ts";
import { startLoad, type Load, type Sample } from "./load.ts";
import { clusterPolicy, namespace } from "./objects.ts";
import { eventually, mustSucceed } from "./process.ts";
import type { Programs } from "./programs.ts";
import { startReferrersRegistry } from "./registries.ts";
import { releaseName, releaseNamespace, type Replica } from "./release.ts";

export interface Endurance {
  readonly installation: Installation;
  readonly load: (perSecond: number) => Load;
  readonly stop: () => Promise<void>;
}

const IN = "shop";
/** Seconds that kube-proxy may go on with an address whose pod has begun to end. */
const ENDPOINT_LAG_MS = 1_000;
/** Short, so that a rotation is seen from end to end; long enough that a leaf is renewed on a machine that does more. */
const TIMES = { renewBefore: "1h", leafLifetime: "12s", distributionWait: "2s", overlapWait: "12s" };

/** Three replicas of the chart, one signed and one unsigned image. */
export async function startEndurance(programs: Programs, values: object = {}): Promise<Endurance> {
  const registry = await startReferrersRegistry({ programs });
  const { v3 } = makeSigningTools(programs);
  const key = await v3.generateKeyPair("acme");
  const push = async (name: string): Promise<PushedImage> =>
    await pushImage({ registry, repository: `acme/${name}`, tag: "1.0", seed: name });
  const [signed] = [await push("signed"), await push("unsigned")];
  mustSucceed("cosign sign", await v3.sign(signed.reference, key));
  const hosts = { plainHttp: [registry.host], allowPrivate: [registry.host] };
  const set = { ...hosts, tls: { selfManaged: TIMES }, ...values };
  const installation = await installChart(programs, { values: set, replicas: 3 });
  const stop = async (): Promise<void> => {
    await installation.stop();
    await registry.stop();
  };
  try {
    await installation.apply(namespace(IN));
    const options = { name: "signed", imageReferences: [`${registry.host}/acme/*`], publicKey: key.publicPem };
    await installation.apply(clusterPolicy(options, { "kubernetes.io/metadata.name": IN }));
  } catch (error) {
    await stop();
    throw error;
  }
  const images = {
    signed: { reference: `${registry.host}/acme/signed:1.0`, digest: signed.reference.split("@")[1] ?? "" },
    unsigned: `${registry.host}/acme/unsigned:1.0`,
  };
  const load = (perSecond: number): Load =>
    startLoad({ cluster: installation.cluster, namespace: IN, perSecond, ...images });
  await eventually("all is in force", async () => {
    const trial = load(20);
    await sleep(500);
    await trial.stop();
    return trial.samples.length > 0 && trial.samples.every(({ outcome }) => outcome === "right");
  });
  return { installation, load, stop };
}

export interface Restarted {
  readonly replaced: number;
  /** Resolves when all that were replaced have ended. */
  readonly ended: Promise<unknown>;
}

/**
 * Replaces replicas one by one, as the Deployment says (maxSurge 1), until that long has passed and all were replaced. Like a
 * Deployment it does not wait for the end of those that it replaced.
 */
export async function restartRolling(
  { release }: Installation,
  { milliseconds, minReadyMs }: { readonly milliseconds: number; readonly minReadyMs: number },
): Promise<Restarted> {
  const end = performance.now() + milliseconds;
  const ending: Promise<void>[] = [];
  do {
    for (const old of release.replicas().slice()) {
      await release.start();
      ending.push(release.stop(old, ENDPOINT_LAG_MS));
      await sleep(minReadyMs);
    }
  } while (performance.now() < end);
  return { replaced: ending.length, ended: Promise.all(ending) };
}

/** One rotation of the CA from end to end. */
export async function rotate({ kubectl }: Installation): Promise<void> {
  const bundleOf = async (kind: string, name: string): Promise<string> => {
    const path = "jsonpath={.webhooks[0].clientConfig.caBundle}";
    return Buffer.from(await kubectl("get", `${kind}webhookconfiguration`, name, "-o", path), "base64").toString();
  };
  const bundles = (): Promise<readonly string[]> =>
    Promise.all([
      bundleOf("mutating", releaseName),
      bundleOf("validating", releaseName),
      bundleOf("validating", `${releaseName}-templates`),
    ]);
  const countIn = (pem: string | undefined): number => (pem ?? "").split("BEGIN CERTIFICATE").length - 1;
  const [old] = await bundles();
  const asked = `sealgate.dev/rotate=${Math.floor(performance.now())}`;
  await kubectl("-n", releaseNamespace, "annotate", "--overwrite", "secret", `${releaseName}-ca`, asked);
  await eventually("both are trusted", async () => (await bundles()).some((pem) => countIn(pem) === 2));
  await eventually("the old one is dropped, everywhere", async () => {
    const now = await bundles();
    return now.every((pem) => countIn(pem) === 1 && pem === now[0] && pem !== old);
  });
}

export interface Death {
  readonly killedAt: number;
  readonly diedAt: number;
  /** What was under way when it died. */
  readonly underWay: number;
}

/** kill -9, and no more connections for it. */
export async function killReplica({ release }: Installation, load: Load, replica: Replica): Promise<Death> {
  const underWay = load.underWay();
  const killedAt = performance.now();
  await release.kill(replica);
  return { killedAt, diedAt: performance.now(), underWay };
}

/** Failures of calls that were not under way when it died. */
export function failuresBeyond({ killedAt, diedAt }: Death, samples: readonly Sample[]): readonly Sample[] {
  return samples.filter((each) => each.outcome === "failed" && (each.startedAt > diedAt || each.endedAt < killedAt));
}

export async function leaderOf({ release }: Installation): Promise<Replica | undefined> {
  for (const replica of release.replicas()) {
    const { body } = await request(`${replica.operationsUrl}/metrics`);
    if (/^sealgate_leader 1$/mu.test(body.toString())) return replica;
  }
  return undefined;
}

/** Milliseconds from the death of the leader until another leads. */
export async function killLeader(installation: Installation, load: Load): Promise<Death & { readonly ms: number }> {
  let leader: Replica | undefined;
  await eventually("one leads", async () => {
    leader = await leaderOf(installation);
    return leader !== undefined;
  });
  const death = await killReplica(installation, load, leader!);
  await eventually("another leads", async () => (await leaderOf(installation)) !== undefined);
  return { ...death, ms: performance.now() - death.killedAt };
}

/** What a process has used until now, by Linux. */
export interface Usage {
  readonly residentMiB: number;
  readonly peakMiB: number;
  readonly cpuSeconds: number;
}

const TICKS_PER_SECOND = 100;

export function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const mebibytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "mu").exec(status)?.[1] ?? 0) / 1024;
  // The second field is the command in parentheses, which may have spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { residentMiB: mebibytes("VmRSS"), peakMiB: mebibytes("VmHWM"), cpuSeconds: ticks / TICKS_PER_SECOND };
}
