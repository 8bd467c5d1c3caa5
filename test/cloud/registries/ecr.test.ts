// ECR by AWS's own SDK: private registries by region and the public one; what is no password, and what has ended.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Lasting } from "../../../src/cloud/expiring.ts";
import { CloudError, CloudOutage } from "../../../src/cloud/http.ts";
import { fetchEcrCredential, openEcr } from "../../../src/cloud/registries/ecr.ts";
import type { Credential } from "../../../src/ports/credentials.ts";
import { withEnvironment } from "../../support/cloud/environment.ts";
import { assumedRole, awsError, ecrToken, irsa, stsError } from "../../support/cloud/fake-aws.ts";
import { hostsOf, startFakeCloud, type CloudReply, type FakeCloud } from "../../support/cloud/fake-cloud.ts";
import { strangers, watchSockets } from "../../support/cloud/sockets.ts";

const { signal } = new AbortController();
const STS = "sts.eu-west-1.amazonaws.com";
const API = "api.ecr.us-east-2.amazonaws.com";
const PUBLIC_API = "api.ecr-public.us-east-1.amazonaws.com";

describe("cloud/registries/ecr", () => {
  let cloud: FakeCloud;
  let folder: string;
  before(async () => {
    cloud = await startFakeCloud();
    folder = mkdtempSync(join(tmpdir(), "sealgate-ecr-"));
  });
  beforeEach(() => cloud.on(STS, () => assumedRole()));
  afterEach(() => cloud.reset());
  after(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const fetched = async (region: string | undefined, more: Record<string, string> = {}): Promise<Lasting<Credential>> =>
    await withEnvironment({ ...irsa(folder), ...more }, async () =>
      fetchEcrCredential(region, { askEcr: openEcr(cloud.transport), wallNow: Date.now }, signal),
    );
  const refused = async (reply: CloudReply, reason: RegExp, isOutage = false): Promise<void> => {
    cloud.on(API, () => reply);
    await assert.rejects(fetched("us-east-2"), (error) => {
      assert.ok(error instanceof CloudError, String(error));
      assert.match(error.message, reason);
      assert.ok(!error.message.includes("pl4nted"));
      assert.equal(error instanceof CloudOutage, isOutage);
      return true;
    });
  };

  it("gives the password of a region, for the registry's own host alone", async () => {
    cloud.on(API, () => ecrToken([{ authorizationToken: btoa("AWS:pl4nted:password") }]));
    const { value: found, connected } = await watchSockets(async () => fetched("us-east-2"));
    assert.deepEqual(found.value, { username: "AWS", password: "pl4nted:password", ownHostOnly: true });
    assert.ok(found.lifetimeMs > 43_000_000 && found.lifetimeMs <= 43_200_000);
    assert.deepEqual([hostsOf(cloud), strangers(cloud, connected)], [[STS, API], []]);
    const asked = cloud.asked[1];
    assert.equal(asked?.headers["x-amz-target"], "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken");
    assert.match(String(asked?.headers["authorization"]), /Credential=ASIAEXAMPLE\/\d{8}\/us-east-2\/ecr\//);
  });

  it("gives the public registry's, which is asked for in its one region", async () => {
    cloud.on(PUBLIC_API, () => ecrToken({ authorizationToken: btoa("AWS:public") }));
    assert.equal((await fetched(undefined)).value.password, "public");
    assert.deepEqual(hostsOf(cloud), [STS, PUBLIC_API]);
    assert.equal(cloud.asked[1]?.headers["x-amz-target"], "SpencerFrontendService.GetAuthorizationToken");
  });

  it("follows the endpoint settings of AWS's tools", async () => {
    cloud.on("*", ({ path }) =>
      path.includes("/sts") ? assumedRole() : ecrToken([{ authorizationToken: btoa("AWS:x") }]),
    );
    const settings = { AWS_ENDPOINT_URL_ECR: cloud.url, AWS_ENDPOINT_URL_STS: `${cloud.url}/sts` };
    assert.equal((await fetched("us-east-2", settings)).value.password, "x");
    assert.deepEqual(hostsOf(cloud), ["*"]);
  });

  it("takes nothing for a password that is none", async () => {
    for (const data of [
      [],
      undefined,
      [{}],
      ...["pl4nted", "", btoa("AWS:"), btoa("pl4nted:x"), btoa("AWS")].map((authorizationToken) => [
        { authorizationToken },
      ]),
    ]) {
      await refused(ecrToken(data), /^AWS gave no token$/);
    }
    await refused(ecrToken([{ authorizationToken: btoa("AWS:x") }], 0), /^the token that AWS gave has ended already$/);
    await refused(ecrToken([{ authorizationToken: btoa("AWS:x"), expiresAt: null }]), /^AWS gave no token$/);
  });

  it("is refused by code, and open while AWS cannot answer", async () => {
    await refused(awsError("AccessDeniedException"), /^AWS answered 400 \(AccessDeniedException\)$/);
    await refused(awsError("ServerException", 500), /^AWS answered 500 \(ServerException\)$/, true);
    await refused(awsError("ThrottlingException"), /ThrottlingException/, true);
    await refused({ text: "<html>pl4nted" }, /^AWS gave no answer that can be used$|answered 200/);
    cloud.on(STS, () => stsError("ExpiredToken"));
    await refused({}, /^AWS answered 400 \(ExpiredToken/);
    cloud.on(STS, () => stsError("ServiceUnavailable", 503));
    await refused({}, /^AWS answered 503/, true);
  });
});
