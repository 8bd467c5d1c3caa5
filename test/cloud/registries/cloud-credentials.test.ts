// Whose identity serves which registry: by the whole host, where one is at hand or is named, and what is said where there is none.
import assert from "node:assert/strict";
import { CloudCredentials, type CloudCredentialsOptions } from "../../../src/cloud/registries/cloud-credentials.ts";
import { CloudError, CloudOutage } from "../../../src/cloud/http.ts";
import type { Lasting } from "../../../src/cloud/expiring.ts";
import type { CloudProvider } from "../../../src/oci/cloud-registry.ts";
import type { Credential, CredentialSource } from "../../../src/ports/credentials.ts";

const { signal } = new AbortController();
const IRSA = { AWS_ROLE_ARN: "arn", AWS_WEB_IDENTITY_TOKEN_FILE: "/token", AWS_REGION: "eu-west-1" };
const AZURE = { AZURE_CLIENT_ID: "a", AZURE_TENANT_ID: "b", AZURE_FEDERATED_TOKEN_FILE: "/token" };
const GOOGLE = { GOOGLE_APPLICATION_CREDENTIALS: "/google.json" };
const ALL = { ...IRSA, ...AZURE, ...GOOGLE };
const HOSTS: Readonly<Record<CloudProvider, string>> = {
  ecr: "111122223333.dkr.ecr.us-east-2.amazonaws.com",
  gar: "eu-docker.pkg.dev",
  acr: "acme.azurecr.io",
};
type Environment = CloudCredentialsOptions["environment"];

function open(
  environment: Environment,
  fetch: () => Promise<Lasting<Credential>> = () =>
    Promise.resolve({ value: { username: "u", password: "p", ownHostOnly: true }, lifetimeMs: 100_000 }),
): { clouds: CloudCredentials; fetched: string[]; at: (ms: number) => void } {
  const fetched: string[] = [];
  let now = 0;
  const clouds = new CloudCredentials({
    environment,
    now: () => now,
    fetch: async (_, host) => {
      fetched.push(host);
      return await fetch();
    },
  });
  return { clouds, fetched, at: (ms) => void (now = ms) };
}

const of = (clouds: CloudCredentials, host: string): CredentialSource | undefined =>
  clouds.sourceOf({ host, path: "acme/web" });

describe("cloud/registries/cloud-credentials", () => {
  const identities: readonly [CloudProvider, Environment][] = [
    ["ecr", IRSA],
    ["ecr", { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials" }],
    ["ecr", { AWS_ACCESS_KEY_ID: "x" }],
    ["ecr", { AWS_PROFILE: "x" }],
    ["ecr", { AWS_EC2_METADATA_DISABLED: "false" }],
    ["gar", GOOGLE],
    ["gar", { GCE_METADATA_HOST: "metadata.google.internal" }],
    ["acr", AZURE],
  ];
  for (const [provider, environment] of identities) {
    it(`serve ${provider} by ${Object.keys(environment).join(", ")}, and no other registry`, () => {
      const { clouds } = open(environment);
      for (const [other, host] of Object.entries(HOSTS)) {
        assert.equal(of(clouds, host) !== undefined, other === provider, host);
        assert.equal(of(clouds, `${host}.evil.example`), undefined);
      }
      assert.ok(clouds.hasIdentity());
    });
  }

  const lacking: readonly [CloudProvider, Environment][] = [
    ["ecr", { AWS_ROLE_ARN: "arn" }],
    ["ecr", { AWS_EC2_METADATA_DISABLED: "true", AWS_REGION: "eu-west-1" }],
    ["ecr", { AWS_PROFILE: "" }],
    ["gar", {}],
    ["acr", { ...AZURE, AZURE_TENANT_ID: undefined }],
  ];
  for (const [provider, environment] of lacking) {
    it(`serve no ${provider} with ${JSON.stringify(environment)}, unless they are named for it`, () => {
      const { clouds } = open(environment);
      const repository = { host: HOSTS[provider], path: "acme/web" };
      assert.equal(clouds.sourceOf(repository), undefined);
      assert.ok(!clouds.hasIdentity());
      assert.notEqual(clouds.sourceBy(provider, repository), undefined);
      assert.equal(clouds.sourceBy(provider, { ...repository, host: `${repository.host}.evil.example` }), undefined);
      assert.equal(clouds.sourceBy(provider, { ...repository, host: "quay.io" }), undefined);
    });
  }

  it("are AWS's within its own partition alone", () => {
    const china = "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn";
    const government = "111122223333.dkr.ecr.us-gov-west-1.amazonaws.com";
    const serving = (region: string | undefined): readonly boolean[] =>
      [HOSTS.ecr, china, government, "public.ecr.aws"].map(
        (host) => of(open({ ...IRSA, AWS_REGION: region }).clouds, host) !== undefined,
      );
    assert.deepEqual(serving("eu-west-1"), [true, false, false, true]);
    assert.deepEqual(serving("cn-northwest-1"), [false, true, false, false]);
    assert.deepEqual(serving("us-gov-east-1"), [false, false, true, false]);
    assert.deepEqual(serving("us-iso-east-1"), [false, false, false, false]);
    assert.deepEqual(serving(undefined), [true, true, true, false]);
  });

  it("are fetched once for what they open: a region, all of Google's, one registry of Azure's", async () => {
    const { clouds, fetched } = open(ALL);
    const ask = async (...hosts: readonly string[]): Promise<readonly string[]> => {
      fetched.length = 0;
      for (const host of hosts) await of(clouds, host)?.ask(signal);
      return [...fetched];
    };
    const other = "444455556666.dkr.ecr.us-east-2.amazonaws.com";
    assert.deepEqual(await ask(HOSTS.ecr, other, HOSTS.ecr), [HOSTS.ecr]);
    assert.deepEqual(await ask(other.replace("us-east-2", "eu-west-1"), "public.ecr.aws"), [
      other.replace("us-east-2", "eu-west-1"),
      "public.ecr.aws",
    ]);
    assert.deepEqual(await ask(HOSTS.gar, "gcr.io"), [HOSTS.gar]);
    assert.deepEqual(await ask(HOSTS.acr, "other.azurecr.io"), [HOSTS.acr, "other.azurecr.io"]);
  });

  it("are renewed at 80 %, and asked for again at their end", async () => {
    const { clouds, fetched, at } = open(IRSA);
    const ask = async (): Promise<void> => void (await of(clouds, HOSTS.ecr)?.ask(signal));
    await ask();
    at(79_999);
    await ask();
    assert.equal(fetched.length, 1);
    at(80_000);
    await ask();
    assert.equal(fetched.length, 2);
    at(200_000);
    await ask();
    assert.equal(fetched.length, 3);
  });

  it("are no more than are needed, however many regions are named", async () => {
    const { clouds, fetched } = open(IRSA);
    const letter = (number: number): string => String.fromCharCode(97 + (number % 26));
    const host = (region: number): string =>
      `111122223333.dkr.ecr.eu-${letter(region)}${letter(region / 26)}-1.amazonaws.com`;
    await of(clouds, HOSTS.ecr)?.ask(signal);
    for (let i = 0; i < 300; i++) await of(clouds, host(i))?.ask(signal);
    const before = fetched.length;
    await of(clouds, HOSTS.ecr)?.ask(signal);
    assert.equal(fetched.length, before + 1);
  });

  it("are named by whose they are, never by what they hold", async () => {
    const { clouds } = open(ALL);
    const sources = await Promise.all(Object.values(HOSTS).map(async (host) => of(clouds, host)?.ask(signal)));
    assert.deepEqual(
      sources.flatMap((answer) => answer?.credentials.map(({ source }) => source)),
      ["AWS's identity", "Google's identity", "Azure's identity"],
    );
    assert.ok(
      sources.every((answer) => answer?.credentials.every(({ credential }) => credential.ownHostOnly === true)),
    );
  });

  it("that cannot be had leave a note, and whether another time may do better", async () => {
    const refused = open(IRSA, () => Promise.reject(new CloudError("AWS answered 403 (AccessDenied)")));
    assert.deepEqual(await of(refused.clouds, HOSTS.ecr)?.ask(signal), {
      credentials: [],
      notes: ["AWS's identity has no credential: AWS answered 403 (AccessDenied)"],
      isOpen: false,
    });
    const down = open(IRSA, () => Promise.reject(new CloudOutage("AWS took too long")));
    assert.equal((await of(down.clouds, HOSTS.ecr)?.ask(signal))?.isOpen, true);
    const defect = open(IRSA, () => Promise.reject(new TypeError("a bug")));
    await assert.rejects(of(defect.clouds, HOSTS.ecr)?.ask(signal) ?? assert.fail(), TypeError);
  });
});
