/**
 * Every cloud's registry and every key management service, through the same events against its own fake: success, renewal at
 * 80 %, the end of what was given, an outage, a refusal. All that time nobody but the service and its token service is connected
 * to.
 */
import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeKmsAccess } from "../../src/cloud/kms/access.ts";
import { makeFetchKey } from "../../src/cloud/kms/fetch-key.ts";
import { KmsKeys } from "../../src/cloud/kms-keys.ts";
import { openCloudCredentials } from "../../src/cloud/registries/open-cloud.ts";
import { parsePublicKeyPem } from "../../src/crypto/public-key.ts";
import type { SourceAnswer } from "../../src/ports/credentials.ts";
import { KEYS } from "../policy/resources.ts";
import { withEnvironment } from "../support/cloud/environment.ts";
import { assumedRole, awsError, ecrToken, irsa } from "../support/cloud/fake-aws.ts";
import {
  hostsOf,
  startFakeCloud,
  type CloudHost,
  type CloudReply,
  type FakeCloud,
} from "../support/cloud/fake-cloud.ts";
import { metadata } from "../support/cloud/fake-google.ts";
import { strangers, watchSockets } from "../support/cloud/sockets.ts";

const { signal } = new AbortController();
type Environment = Readonly<Record<string, string | undefined>>;
type State = "well" | "down" | "refusing";

const STS = "sts.eu-west-1.amazonaws.com";
const ENTRA = "login.microsoftonline.com";
const METADATA = "metadata.google.internal";
const DAY_S = 86_400;

interface Registry {
  readonly host: string;
  /** In the order in which they are asked; what the last one gives is counted. */
  readonly asks: readonly string[];
  readonly lifetimeMs: number;
  /** What the last one gives. */
  readonly give: (secret: string) => CloudHost;
}

const REGISTRIES: Readonly<Record<string, Registry>> = {
  ECR: {
    host: "111122223333.dkr.ecr.us-east-2.amazonaws.com",
    asks: [STS, "api.ecr.us-east-2.amazonaws.com"],
    lifetimeMs: 43_200_000,
    give: (secret) => () => ecrToken([{ authorizationToken: btoa(`AWS:${secret}`) }]),
  },
  "ECR Public": {
    host: "public.ecr.aws",
    asks: [STS, "api.ecr-public.us-east-1.amazonaws.com"],
    lifetimeMs: 43_200_000,
    give: (secret) => () => ecrToken({ authorizationToken: btoa(`AWS:${secret}`) }),
  },
  "Artifact Registry": {
    host: "eu-docker.pkg.dev",
    asks: [METADATA],
    lifetimeMs: 3_600_000,
    give: (secret) => metadata(secret, 3600),
  },
  "Azure Container Registry": {
    host: "acme.azurecr.io",
    asks: [ENTRA, "acme.azurecr.io"],
    lifetimeMs: 3_600_000,
    give: (secret) => () => ({ json: { refresh_token: secret } }),
  },
};

interface Kms {
  readonly uri: string;
  /** Its token service, then itself; "*" is the fake's own address. */
  readonly asks: readonly string[];
  readonly give: (pem: string) => CloudReply;
  readonly refuse: CloudReply;
  /** Of a token; undefined where there is none that ends by our clock. */
  readonly tokenMs?: number;
}

const der = (pem: string): string => createPublicKey(pem).export({ type: "spki", format: "der" }).toString("base64");
const denied: CloudReply = { status: 403, json: { error: "pl4nted" } };

const SERVICES: Readonly<Record<string, Kms>> = {
  "AWS KMS": {
    uri: "awskms:///alias/release",
    asks: [STS, "kms.eu-west-1.amazonaws.com"],
    give: (pem) => ({
      json: { KeyId: "k", KeyUsage: "SIGN_VERIFY", PublicKey: der(pem) },
      headers: { "content-type": "application/x-amz-json-1.1" },
    }),
    refuse: awsError("AccessDeniedException"),
  },
  "Azure Key Vault": {
    uri: "azurekms://acme.vault.azure.net/release",
    asks: [ENTRA, "acme.vault.azure.net"],
    give: (pem) => ({
      json: { key: createPublicKey(pem).export({ format: "jwk" }), attributes: { enabled: true } },
    }),
    refuse: denied,
    tokenMs: 3_600_000,
  },
  "Google Cloud KMS": {
    uri: "gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k/versions/1",
    asks: [METADATA, "cloudkms.googleapis.com"],
    give: (pem) => ({ json: { pem, algorithm: "EC_SIGN_P256_SHA256" } }),
    refuse: denied,
    tokenMs: 3_600_000,
  },
  Vault: {
    uri: "hashivault://release",
    asks: ["vault.example"],
    give: (pem) => ({
      json: { data: { type: "ecdsa-p256", latest_version: 1, keys: { 1: { public_key: pem } } } },
    }),
    refuse: denied,
  },
};

/** What stands before the service, for as long as the test needs it. */
const TOKENS: Readonly<Record<string, CloudHost>> = {
  [STS]: () => assumedRole(DAY_S),
  [ENTRA]: () => ({ json: { access_token: "t", expires_in: 3600 } }),
  [METADATA]: metadata("t", 3600),
};

describe("every cloud service", () => {
  let cloud: FakeCloud;
  let folder: string;
  let environment: Environment;
  before(async () => {
    cloud = await startFakeCloud();
    folder = mkdtempSync(join(tmpdir(), "sealgate-every-"));
    writeFileSync(join(folder, "azure"), "pl4nted.jwt");
    environment = {
      ...irsa(folder),
      AZURE_CLIENT_ID: "c",
      AZURE_TENANT_ID: "11111111-2222-3333-4444-555555555555",
      AZURE_FEDERATED_TOKEN_FILE: join(folder, "azure"),
      GCE_METADATA_HOST: METADATA,
      GOOGLE_APPLICATION_CREDENTIALS: undefined,
      VAULT_ADDR: "https://vault.example",
      VAULT_TOKEN: "pl4nted-vault",
    };
  });
  afterEach(() => cloud.reset());
  after(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs with the environment of all identities, and sees that nobody else was connected to or asked. */
  async function alone(asks: readonly string[], work: () => Promise<void>): Promise<void> {
    const { connected } = await watchSockets(async () => withEnvironment(environment, work));
    assert.deepEqual(strangers(cloud, connected), []);
    assert.deepEqual([...hostsOf(cloud)].toSorted(compare), [...asks].toSorted(compare));
    const paths = JSON.stringify(cloud.asked.map(({ path }) => path));
    assert.ok(!paths.includes("pl4nted"));
  }
  const compare = (left: string, right: string): number => left.localeCompare(right);
  const countOf = (host: string): number => cloud.asked.filter((asked) => asked.host === host).length;
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  for (const [name, { host, asks, lifetimeMs, give }] of Object.entries(REGISTRIES)) {
    it(`${name}: success, renewal at 80 %, the end, an outage, a refusal`, async () => {
      let state: State = "well";
      let given = 0;
      const last = asks.at(-1) ?? "";
      for (const each of asks.slice(0, -1)) cloud.on(each, TOKENS[each] ?? assert.fail(each));
      cloud.on(last, (asked) => {
        if (state === "down") return { status: 503, text: "pl4nted" };
        return state === "refusing" ? { status: 403, json: { message: "pl4nted" } } : give(`s${(given += 1)}`)(asked);
      });
      await alone(asks, async () => {
        let now = 0;
        const { transport } = cloud;
        const clouds = openCloudCredentials({ environment: process.env, now: () => now, wallNow: Date.now, transport });
        const ask = async (): Promise<SourceAnswer> =>
          (await clouds.sourceOf({ host, path: "acme/web" })?.ask(signal)) ?? assert.fail(host);
        const shown = async (): Promise<readonly string[]> =>
          (await ask()).credentials.map(({ credential }) => credential.identityToken ?? credential.password);

        assert.deepEqual(await shown(), ["s1"]);
        now = lifetimeMs * 0.79;
        assert.deepEqual(await shown(), ["s1"]);
        assert.equal(given, 1);
        now = lifetimeMs * 0.81;
        assert.deepEqual(await shown(), ["s1"]);
        await until(() => given === 2);
        await until(() => countOf(last) === 2);
        await new Promise((resolve) => setTimeout(resolve, 20));
        assert.deepEqual(await shown(), ["s2"]);

        now += lifetimeMs * 1.01;
        assert.deepEqual(await shown(), ["s3"]);
        now += lifetimeMs * 1.01;
        state = "down";
        const down = await ask();
        assert.deepEqual([down.credentials, down.isOpen], [[], true]);
        state = "refusing";
        const refused = await ask();
        assert.deepEqual([refused.credentials, refused.isOpen], [[], false]);
        assert.doesNotMatch(JSON.stringify([down, refused]), /pl4nted/);
        state = "well";
        assert.deepEqual(await shown(), ["s4"]);
      });
    });
  }

  for (const [name, { uri, asks, give, refuse, tokenMs }] of Object.entries(SERVICES)) {
    it(`${name}: success, another key at 80 %, a token's end, an outage, a refusal`, async () => {
      let reply: CloudReply = give(KEYS.a.pem);
      const own = asks.at(-1) ?? "";
      for (const each of asks.slice(0, -1)) cloud.on(each, TOKENS[each] ?? assert.fail(each));
      cloud.on(own, () => reply);
      await alone(asks, async () => {
        let now = 0;
        const waits: number[] = [];
        let wake = (): void => undefined;
        const { http, transport } = cloud;
        const access = makeKmsAccess({ environment: process.env, now: () => now, wallNow: Date.now, http, transport });
        const keys = new KmsKeys({
          fetchKey: makeFetchKey(access),
          now: () => now,
          delay: async (ms, stop) => {
            await new Promise<void>((resolve) => {
              wake = resolve;
              stop.addEventListener("abort", () => resolve(), { once: true });
              waits.push(ms);
            });
          },
          onChange: () => undefined,
        });
        /** After the next look. */
        const looked = async (answer: CloudReply, afterMs: number): Promise<string> => {
          reply = answer;
          now += afterMs;
          const before = waits.length;
          wake();
          await until(() => waits.length > before);
          const found = keys.find(uri);
          return found.kind === "key" ? found.key.keyId : found.reason;
        };
        const [a, b] = [KEYS.a, KEYS.b].map(({ pem }) => parsePublicKeyPem(pem).keyId);
        try {
          keys.follow([uri]);
          assert.equal(await looked(give(KEYS.a.pem), 0), a);
          assert.equal(waits[0], 480_000);
          assert.equal(await looked(give(KEYS.b.pem), 480_000), b);
          const [tokens = ""] = asks;
          const before = countOf(tokens);
          assert.equal(await looked(give(KEYS.b.pem), tokenMs ?? 0), b);
          if (tokenMs !== undefined) assert.equal(countOf(tokens), before + 1);
          assert.equal(await looked({ status: 503, text: "pl4nted" }, 480_000), b);
          assert.equal(keys.ageSeconds(), 480);
          assert.match(keys.readiness().detail, /answered 503|50[0-9]/);
          const reason = await looked(refuse, 1000);
          assert.match(reason, /answered 40[03]/);
          assert.doesNotMatch(reason + keys.readiness().detail, /pl4nted/);
        } finally {
          keys.close();
        }
      });
    });
  }
});
