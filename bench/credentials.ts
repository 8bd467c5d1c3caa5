/** Which entries of pull secrets serve a repository, how often a token service is asked, and what the SDKs of clouds weigh. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ObjectCache } from "../src/app/object-cache.ts";
import { encodeUtf8 } from "../src/encoding/text.ts";
import type { PullSecret, PullSecretReader } from "../src/ports/credentials.ts";
import { buildRegistry } from "../src/registry/client.ts";
import { PullKeychains } from "../src/registry/keychains.ts";
import { lookUp, parsePullSecret } from "../src/registry/keyring.ts";
import { SecretSources } from "../src/registry/secret-source.ts";
import { byDigest, KEY, makeApplication, makePolicy } from "../test/app/fixtures.ts";
import { assumedRole, awsError, irsa } from "../test/support/cloud/fake-aws.ts";
import { startFakeCloud } from "../test/support/cloud/fake-cloud.ts";
import { loopbackEndpoint, startRegistry } from "../test/support/registry/registry.ts";
import { pod, requestOf } from "../test/support/reviews.ts";
import { signLegacy } from "../test/support/signer.ts";
import { clusterPolicy } from "../test/support/testbed/objects.ts";
import { makeTemporaryDir } from "../test/support/testbed/process.ts";
import { startSealgate } from "../test/support/testbed/sealgate.ts";
import { residentMiB } from "./admission/webhook.ts";
import { measure } from "./micro.ts";
import { formatTime, type Benchmark, type Table } from "./table.ts";

const SECRETS = 100;
const ENTRIES = 20;
const GOAL_MS = 0.05;
const ADMISSIONS = 1000;
const NAMESPACES = 50;
const REPOSITORIES = 4;
const USER = { username: "robot", password: "bench" };
const SETTLE_MS = 3000;
/** What the SDK of AWS KMS weighs at least, once it is loaded. */
const SDK_MIB = 5;

export const credentials: Benchmark = {
  name: "credentials",
  describes: "look up pull secrets, count the tokens that are asked for, and weigh the SDKs of clouds",
  run: async () => [await lookUps(), await tokenRequests(), await memory()],
};

async function lookUps(): Promise<Table> {
  const parts = Array.from({ length: SECRETS }, (_, i) => {
    const hosts = Array.from({ length: ENTRIES }, (_, j) => `reg-${i}-${j}.example/team`);
    return parsePullSecret(secretFor("bench", `s${i}`, [...hosts.slice(1), `*.reg-${i}.example`]));
  });
  const repository = { host: "reg-70-7.example", path: "team/web" };
  const name = `${SECRETS} Secrets of ${ENTRIES} entries`;
  const find = (): void => {
    if (lookUp(parts, repository).length !== 1) throw new Error("one entry must serve");
  };
  const median = (await measure({ [name]: find })).get(name) ?? Number.NaN;
  const goal = { what: "a look-up", want: `at most ${formatTime(GOAL_MS)}`, actual: formatTime(median) };
  return {
    title: "Looking up a repository",
    columns: ["pull secrets", "median"],
    rows: [[name, formatTime(median)]],
    goals: [{ ...goal, met: median <= GOAL_MS }],
  };
}

/** Whole admissions, pinned and validated. Every namespace has a Secret of its own for the same user: tokens are kept apart. */
async function tokenRequests(): Promise<Table> {
  const server = await startRegistry({ auth: { scheme: "bearer", users: { [USER.username]: USER.password } } });
  const rules = { endpoints: [loopbackEndpoint(server.host)] };
  const registry = buildRegistry({ rules, now: () => performance.now() });
  const cache = new ObjectCache(() => 64 * 1024 * 1024);
  const reader: PullSecretReader = {
    secret: async (namespace, name) =>
      Promise.resolve({ ok: true, value: secretFor(namespace, name, [server.host]) } as const),
    accountSecrets: async () => Promise.resolve({ ok: true, value: [] } as const),
  };
  const { reviewer } = makeApplication(cache.before(registry, ""), [makePolicy()], undefined, {
    keychains: new PullKeychains(new SecretSources(reader, undefined), () => []),
    registryOf: (keychain) => cache.before(registry.as(keychain), keychain.id),
  });
  try {
    const images: string[] = [];
    for (let i = 0; i < REPOSITORIES; i++) {
      const path = `acme/web-${i}`;
      const digest = await server.putImage(path, "1", path);
      await signLegacy(server, path, digest, KEY);
      images.push(byDigest(`${server.host}/${path}`, digest));
    }
    for (let i = 0; i < ADMISSIONS; i++) {
      const namespace = `team-${i % NAMESPACES}`;
      const image = images[Math.floor(i / NAMESPACES) % REPOSITORIES] ?? "";
      const object = pod({ web: image }, { imagePullSecrets: [{ name: "regcred" }] }, { namespace });
      const request = requestOf(object, { namespace });
      await reviewer.pin(request, AbortSignal.timeout(30_000));
      const { message } = await reviewer.validate(request, AbortSignal.timeout(30_000));
      if (message !== undefined) throw new Error(`the pod must be admitted: ${message}`);
    }
    const asked = server.requests.filter(({ path }) => path.startsWith("/token")).length;
    const want = NAMESPACES * REPOSITORIES;
    return {
      title: `Tokens for ${ADMISSIONS} admissions in ${NAMESPACES} namespaces of ${REPOSITORIES} repositories`,
      columns: ["what", "requests"],
      rows: [
        ["token service", String(asked)],
        ["registry", String(server.requests.length - asked)],
      ],
      goals: [
        {
          what: "token requests",
          want: `namespaces × repositories, ${want}`,
          actual: String(asked),
          met: asked === want,
        },
      ],
    };
  } finally {
    await registry.close();
    await server.stop();
  }
}

/** Of `serve` with policies in files: with a key in the policy, and with one in AWS KMS, whose SDK has to be loaded. */
async function memory(): Promise<Table> {
  const cloud = await startFakeCloud();
  try {
    cloud.on("*", ({ path }) => (path.includes("/sts") ? assumedRole() : awsError("NotFoundException")));
    const policy = clusterPolicy({ name: "signed", imageReferences: ["*"], publicKey: KEY.publicKeyPem }, {});
    const entry = { name: "aws", keys: { kms: "awskms:///alias/release" }, insecureIgnoreTlog: true };
    const rule = { name: "aws", imageReferences: ["*"], attestors: [{ entries: [entry] }] };
    const folder = makeTemporaryDir("bench-aws");
    const settings = { ...irsa(folder), AWS_ENDPOINT_URL_KMS: cloud.url, AWS_ENDPOINT_URL_STS: `${cloud.url}/sts` };
    const env = Object.fromEntries(Object.entries(settings).flatMap(([name, value]) => (value ? [[name, value]] : [])));
    const without = await residentServing(policy, env);
    if (cloud.asked.length > 0) throw new Error("no cloud may be asked");
    const withSdk = await residentServing({ ...policy, spec: { verifyImages: [rule] } }, env);
    if (cloud.asked.length === 0) throw new Error("the cloud must be asked");
    return {
      title: "Memory of the program, serving policies from files",
      columns: ["the policy's key", "resident"],
      rows: [
        ["in the policy: no SDK is loaded", `${without.toFixed(0)} MiB`],
        ["in AWS KMS: its SDK is", `${withSdk.toFixed(0)} MiB`],
      ],
      goals: [
        {
          what: "memory without a policy or configuration that needs an SDK",
          want: `at least ${SDK_MIB} MiB below that with one`,
          actual: `${(withSdk - without).toFixed(0)} MiB below`,
          met: withSdk - without >= SDK_MIB,
        },
      ],
    };
  } finally {
    await cloud.stop();
  }
}

async function residentServing(policy: object, env: Readonly<Record<string, string>>): Promise<number> {
  const policies = makeTemporaryDir("bench-policies");
  writeFileSync(join(policies, "policy.json"), JSON.stringify(policy));
  const sealgate = await startSealgate({ source: { policies }, plainHttp: [], env });
  try {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return residentMiB(sealgate.pid);
  } finally {
    await sealgate.stop();
  }
}

function secretFor(namespace: string, name: string, hosts: readonly string[]): PullSecret {
  const auths = Object.fromEntries(hosts.map((host) => [host, USER]));
  const data = new Map([[".dockerconfigjson", encodeUtf8(JSON.stringify({ auths }))]]);
  return { namespace, name, type: "kubernetes.io/dockerconfigjson", data };
}
