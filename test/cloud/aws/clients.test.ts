// One client for a region and one identity for all, which is got in the region that the environment names.
import assert from "node:assert/strict";
import { AwsClients, homeRegion, regionOr, type AwsClientSettings } from "../../../src/cloud/aws/clients.ts";
import { CloudError, type CloudTransport } from "../../../src/cloud/http.ts";
import { withEnvironment } from "../../support/cloud/environment.ts";
import { NO_AWS } from "../../support/cloud/fake-aws.ts";

const transport: CloudTransport = () => Promise.reject(new Error("nobody is asked"));

type Find = () => Promise<string>;
interface Made {
  readonly config: { readonly credentials: Find };
  readonly settings: AwsClientSettings<Find>;
}

const SDK = { name: "sdk" };
type Sdk = typeof SDK;
const make = (_: Sdk, settings: AwsClientSettings<Find>): Made => ({
  config: { credentials: settings.credentials ?? (async () => Promise.resolve(`of ${settings.region}`)) },
  settings,
});

function open(): { clients: AwsClients<Sdk, Made>; loaded: () => number } {
  let loaded = 0;
  const clients = new AwsClients<Sdk, Made>({
    package: "sdk",
    load: () => {
      loaded += 1;
      return Promise.resolve(SDK);
    },
    make,
    transport,
  });
  return { clients, loaded: () => loaded };
}

describe("cloud/aws/clients", () => {
  it("loads the package once, when the first client is wanted, and makes one for a region", async () => {
    await withEnvironment({ ...NO_AWS, AWS_REGION: "eu-west-1" }, async () => {
      const { clients, loaded } = open();
      assert.equal(loaded(), 0);
      const { client: one, sdk } = await clients.in("eu-west-1");
      assert.equal((await clients.in("eu-west-1")).client, one);
      assert.equal(sdk, SDK);
      assert.equal(loaded(), 1);
      assert.deepEqual([one.settings.region, one.settings.maxAttempts], ["eu-west-1", 2]);
    });
  });

  it("gets the identity in its own region, whichever is asked", async () => {
    await withEnvironment({ ...NO_AWS, AWS_REGION: "eu-west-1" }, async () => {
      const { clients } = open();
      const { client: other } = await clients.in("us-east-2");
      assert.deepEqual([other.settings.region, await other.config.credentials()], ["us-east-2", "of eu-west-1"]);
      assert.equal(other.config.credentials, (await clients.in("eu-west-1")).client.config.credentials);
    });
    await withEnvironment(NO_AWS, async () => {
      const { client } = await open().clients.in("us-east-2");
      assert.equal(await client.config.credentials(), "of us-east-2");
    });
  });

  it("does not keep a client for each region that anybody can think of", async () => {
    await withEnvironment({ ...NO_AWS, AWS_REGION: "eu-west-1" }, async () => {
      const { clients } = open();
      const { client: first } = await clients.in("aa-x-0");
      for (let i = 1; i < 70; i++) await clients.in(`aa-x-${i}`);
      assert.notEqual((await clients.in("aa-x-0")).client, first);
    });
  });

  it("leaves the metadata service of machines alone unless it is told otherwise", async () => {
    const disabled = async (): Promise<string | undefined> => {
      await open().clients.in("eu-west-1");
      return process.env["AWS_EC2_METADATA_DISABLED"];
    };
    await withEnvironment(NO_AWS, async () => assert.equal(await disabled(), "true"));
    const optedIn = { ...NO_AWS, AWS_EC2_METADATA_DISABLED: "false" };
    await withEnvironment(optedIn, async () => assert.equal(await disabled(), "false"));
  });

  it("names a package that is not there", async () => {
    const load = (): Promise<never> =>
      Promise.reject(Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" }));
    await assert.rejects(
      new AwsClients<Sdk, Made>({ package: "sdk", load, make, transport }).in("eu-west-1"),
      new CloudError("the optional package sdk is not installed"),
    );
  });

  it("knows the region by AWS's own variables", () => {
    assert.equal(homeRegion({}), undefined);
    assert.equal(homeRegion({ AWS_DEFAULT_REGION: "b" }), "b");
    assert.equal(homeRegion({ AWS_REGION: "a", AWS_DEFAULT_REGION: "b" }), "a");
    assert.equal(regionOr("c", { AWS_REGION: "a" }), "c");
    assert.equal(regionOr(undefined, { AWS_REGION: "a" }), "a");
    assert.throws(() => regionOr(undefined, {}), CloudError);
  });
});
