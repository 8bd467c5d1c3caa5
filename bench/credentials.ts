/** Which entries of pull secrets serve a repository, and how often a token service is asked. */
import { encodeUtf8 } from "../src/encoding/text.ts";
import type { Keychain, PullSecret, PullSecretReader } from "../src/ports/credentials.ts";
import { buildRegistry } from "../src/registry/client.ts";
import { PullKeychains } from "../src/registry/keychains.ts";
import { lookUp, parsePullSecret } from "../src/registry/keyring.ts";
import { SecretSources } from "../src/registry/secret-source.ts";
import { loopbackEndpoint, startRegistry } from "../test/support/registry/registry.ts";
import { measure } from "./micro.ts";
import { formatTime, type Benchmark, type Table } from "./table.ts";

const SECRETS = 100;
const ENTRIES = 20;
const GOAL_MS = 0.05;
const ADMISSIONS = 1000;
const NAMESPACES = 50;
const REPOSITORIES = 4;
const USER = { username: "robot", password: "bench" };

export const credentials: Benchmark = {
  name: "credentials",
  describes: "look up pull secrets, and count the tokens that are asked for",
  run: async () => [await lookUps(), await tokenRequests()],
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

/** Every namespace has a Secret of its own for the same user: tokens are kept apart all the same. */
async function tokenRequests(): Promise<Table> {
  const server = await startRegistry({ auth: { scheme: "bearer", users: { [USER.username]: USER.password } } });
  const registry = buildRegistry({
    rules: { endpoints: [loopbackEndpoint(server.host)] },
    now: () => performance.now(),
  });
  try {
    const paths = Array.from({ length: REPOSITORIES }, (_, i) => `acme/web-${i}`);
    for (const path of paths) await server.putImage(path, "1", path);
    const reader: PullSecretReader = {
      secret: async (namespace, name) =>
        Promise.resolve({ ok: true, value: secretFor(namespace, name, [server.host]) } as const),
      accountSecrets: async () => Promise.resolve({ ok: true, value: [] } as const),
    };
    const keychains = new PullKeychains(new SecretSources(reader, undefined), () => []);
    const keychainOf = (namespace: string): Keychain =>
      keychains.keychain({ pod: { namespace, names: ["regcred"] }, secrets: [], isOperators: false });
    for (let i = 0; i < ADMISSIONS; i++) {
      const path = paths[Math.floor(i / NAMESPACES) % REPOSITORIES] ?? "";
      const as = registry.as(keychainOf(`team-${i % NAMESPACES}`));
      await as.manifest({ host: server.host, path }, "1", AbortSignal.timeout(30_000));
    }
    const asked = server.requests.filter(({ path }) => path.startsWith("/token")).length;
    const want = NAMESPACES * REPOSITORIES;
    return {
      title: `Tokens for ${ADMISSIONS} pulls in ${NAMESPACES} namespaces of ${REPOSITORIES} repositories`,
      columns: ["what", "requests"],
      rows: [["token service", String(asked)]],
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

function secretFor(namespace: string, name: string, hosts: readonly string[]): PullSecret {
  const auths = Object.fromEntries(hosts.map((host) => [host, USER]));
  const data = new Map([[".dockerconfigjson", encodeUtf8(JSON.stringify({ auths }))]]);
  return { namespace, name, type: "kubernetes.io/dockerconfigjson", data };
}
