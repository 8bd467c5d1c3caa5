// Troubles of the control plane behind an installation, and what its replicas say meanwhile: they are asked as the API server
// asks them, since it may not be there.
import { request as httpsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { admissionReview, encodeReview, pod } from "../reviews.ts";
import { request } from "./http.ts";
import type { Installation } from "./installation.ts";
import { FINE, namespace, refusal, REFUSED } from "./objects.ts";
import { eventually } from "./process.ts";
import { releaseName, releaseNamespace, type Replica } from "./release.ts";

export interface Watched {
  /** Questions that were asked of replicas. */
  readonly asked: number;
  /** Those that got another verdict, or none. */
  readonly wrong: readonly string[];
  /** The most seconds for which a replica said that it could not follow the API server. */
  readonly staleSeconds: number;
}

/** The CA of the replicas, read while there is an API server. */
async function authorityOf({ kubectl }: Installation): Promise<string> {
  const path = String.raw`jsonpath={.data.ca\.crt}`;
  const encoded = await kubectl("-n", releaseNamespace, "get", "secret", `${releaseName}-ca`, "-o", path);
  return Buffer.from(encoded, "base64").toString();
}

/** True if it admits such a pod. Rejects without an answer. */
function ask(replica: Replica, ca: string, image: string): Promise<boolean> {
  const object = pod({ web: image }, {}, { namespace: IN });
  const body = encodeReview(admissionReview(object, { namespace: IN }));
  const options = {
    method: "POST",
    ca,
    agent: false,
    timeout: 10_000,
    servername: `${releaseName}.${releaseNamespace}.svc`,
    headers: { "content-type": "application/json", "content-length": body.length },
  } as const;
  return new Promise((resolve, reject) => {
    const call = httpsRequest(`https://127.0.0.1:${replica.port}/validate?timeout=10s`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode !== 200) reject(new Error(`${response.statusCode} ${text}`));
        else resolve((JSON.parse(text) as { response: { allowed: boolean } }).response.allowed);
      });
    });
    call.on("timeout", () => call.destroy(new Error("no answer in time")));
    call.on("error", reject);
    call.end(body);
  });
}

/** How much longer than asked it is watched for until replicas show that they cannot follow the API server. */
const NOTICE_MS = 30_000;

/** Asks every replica, again and again, for so long. */
async function watchDecisions(
  { release }: Installation,
  { ca, milliseconds, isNoticed }: { readonly ca: string; readonly milliseconds: number; readonly isNoticed: boolean },
): Promise<Watched> {
  const wrong: string[] = [];
  let [asked, staleSeconds] = [0, 0];
  const check = async (replica: Replica, image: string, wanted: boolean): Promise<void> => {
    asked += 1;
    const said = await ask(replica, ca, image).then(String, (error: unknown) => String(error));
    if (said !== String(wanted)) wrong.push(`${image}: ${said}, want ${wanted}`);
  };
  const end = performance.now() + milliseconds;
  do {
    for (const replica of release.replicas()) {
      await check(replica, REFUSED, false);
      await check(replica, FINE, true);
      staleSeconds = Math.max(staleSeconds, await staleOf(replica));
    }
    await sleep(200);
  } while (performance.now() < end || (isNoticed && staleSeconds === 0 && performance.now() < end + NOTICE_MS));
  return { asked, wrong, staleSeconds };
}

/** Of its sources, the longest that one was not followed. /readyz brings the metric up to now. */
async function staleOf({ operationsUrl }: Replica): Promise<number> {
  await request(`${operationsUrl}/readyz`);
  const text = (await request(`${operationsUrl}/metrics`)).body.toString();
  const seconds = [...text.matchAll(/^sealgate_informer_stale_seconds\{[^}]*\} (\d+)$/gmu)].map(([, n]) => Number(n));
  return Math.max(0, ...seconds);
}

/** Resolves when every replica follows the API server again. */
async function untilFollowed({ release }: Installation): Promise<void> {
  await eventually(
    "all replicas follow the API server",
    async () => {
      const all = await Promise.all(release.replicas().map(staleOf));
      return all.every((seconds) => seconds === 0);
    },
    120_000,
  );
}

export interface Trouble {
  /** Replicas notice it: what they say of their sources shows it. */
  readonly isNoticed: boolean;
  /** The answer ends it. */
  readonly begin: (installation: Installation) => Promise<() => Promise<void>>;
}

export const TROUBLES: Readonly<Record<string, Trouble>> = {
  "the API server is stopped": {
    isNoticed: true,
    begin: async ({ cluster }) => {
      await cluster.stopApiServer();
      return cluster.startApiServer;
    },
  },
  // The API server holds its watches open, and says nothing: only the Lease shows it.
  "etcd is stopped": {
    isNoticed: false,
    begin: async ({ cluster }) => {
      await cluster.stopEtcd();
      return cluster.startEtcd;
    },
  },
  "every connection to the API server is cut each second": {
    isNoticed: true,
    begin: async ({ apiServerLine }) => {
      const timer = setInterval(() => apiServerLine.cut(), 1_000);
      return async () => clearInterval(timer);
    },
  },
};

export interface Endured {
  readonly watched: Watched;
  /** From its end until a new policy was in force in every replica. */
  readonly recoveredMs: number;
}

export type Endure = (trouble: Trouble, milliseconds: number) => Promise<Endured>;

const IN = "in-trouble";

/** Makes the policies by which the replicas are asked. */
export async function prepareChaos(installation: Installation): Promise<Endure> {
  const { apply, release } = installation;
  let changes = 0;
  /** A policy that was not there before takes effect everywhere. */
  const follows = async (ca: string): Promise<void> => {
    const host = `later-${(changes += 1)}.example`;
    await eventually("the API server takes a policy", async () => {
      await apply(refusal(`later-${changes}`, { namespaces: [IN], imageReferences: [`${host}/*`] }));
      return true;
    });
    const isDenied = async (replica: Replica): Promise<boolean> => !(await ask(replica, ca, `${host}/web:1`));
    await eventually("it is in force", async () =>
      (await Promise.all(release.replicas().map(isDenied))).every(Boolean),
    );
  };
  await apply(namespace(IN), refusal(IN, { namespaces: [IN] }));
  await follows(await authorityOf(installation));
  return async (trouble, milliseconds) => {
    const ca = await authorityOf(installation);
    const end = await trouble.begin(installation);
    const watched = await watchDecisions(installation, { ca, milliseconds, isNoticed: trouble.isNoticed });
    await end();
    const ended = performance.now();
    await untilFollowed(installation);
    await follows(ca);
    return { watched, recoveredMs: performance.now() - ended };
  };
}
