// AWS KMS by its own SDK: through IRSA, by its hosts and by its endpoint settings; what says there is no key, and what leaves
// it open. Nobody else is connected to.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudError } from "../../../src/cloud/http.ts";
import { makeKmsAccess } from "../../../src/cloud/kms/access.ts";
import { fetchAwsKey } from "../../../src/cloud/kms/aws.ts";
import { parseKmsUri } from "../../../src/policy/kms-uri.ts";
import { withEnvironment } from "../../support/cloud/environment.ts";
import { assumedRole, awsError, irsa, NO_AWS, stsError, WEB_TOKEN } from "../../support/cloud/fake-aws.ts";
import { hostsOf, startFakeCloud, type CloudReply, type FakeCloud } from "../../support/cloud/fake-cloud.ts";
import { strangers, watchSockets } from "../../support/cloud/sockets.ts";
import { parsePublicKeySpki } from "../../../src/crypto/public-key.ts";

const { signal } = new AbortController();
const DER = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "der" });
const KEY = parsePublicKeySpki(new Uint8Array(DER)).keyId;
const ALIAS = "awskms:///alias/release";
const ARN = "awskms:///arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
type Environment = Readonly<Record<string, string | undefined>>;

describe("cloud/kms/aws", () => {
  let cloud: FakeCloud;
  let folder: string;
  before(async () => {
    cloud = await startFakeCloud();
    folder = mkdtempSync(join(tmpdir(), "sealgate-aws-"));
  });
  afterEach(() => cloud.reset());
  after(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const key = (more: object = {}): CloudReply => ({
    json: { KeyId: "k", KeyUsage: "SIGN_VERIFY", PublicKey: Buffer.from(DER).toString("base64"), ...more },
    headers: { "content-type": "application/x-amz-json-1.1" },
  });
  const opened = (): ReturnType<typeof makeKmsAccess> => {
    const { http, transport } = cloud;
    return makeKmsAccess({ environment: process.env, now: () => 0, wallNow: () => 0, http, transport });
  };
  /** The key's id, or why there is none. */
  const fetched = async (uri: string, environment: Environment, access?: ReturnType<typeof opened>): Promise<string> =>
    await withEnvironment(environment, async () => {
      const parsed = parseKmsUri(uri);
      assert.ok(parsed?.service === "aws");
      const answer = await fetchAwsKey(parsed, access ?? opened(), signal);
      return answer.kind === "key" ? answer.key.keyId : answer.reason;
    });
  const answers = (kms: CloudReply, sts: CloudReply = assumedRole()): void => {
    for (const region of ["eu-west-1", "us-east-2"]) cloud.on(`kms.${region}.amazonaws.com`, () => kms);
    cloud.on("sts.eu-west-1.amazonaws.com", () => sts);
  };
  const open = async (environment: Environment, reason: RegExp): Promise<void> => {
    await assert.rejects(fetched(ALIAS, environment), (error) => {
      assert.ok(error instanceof CloudError, String(error));
      assert.match(error.message, reason);
      assert.ok(!error.message.includes("pl4nted"));
      return true;
    });
  };

  it("gives the public half, as the role of the service account", async () => {
    answers(key());
    const { value, connected } = await watchSockets(async () => await fetched(ALIAS, irsa(folder)));
    assert.equal(value, KEY);
    assert.deepEqual(hostsOf(cloud), ["sts.eu-west-1.amazonaws.com", "kms.eu-west-1.amazonaws.com"]);
    assert.deepEqual(strangers(cloud, connected), []);
    const [sts, kms] = cloud.asked;
    assert.equal(new URLSearchParams(sts?.body).get("WebIdentityToken"), WEB_TOKEN);
    assert.equal(kms?.headers["x-amz-target"], "TrentService.GetPublicKey");
    assert.deepEqual(JSON.parse(kms?.body ?? ""), { KeyId: "alias/release" });
    assert.match(
      String(kms?.headers["authorization"]),
      /^AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE\/\d{8}\/eu-west-1\/kms\//,
    );
    assert.ok(!JSON.stringify(kms).includes("secret+key") && !JSON.stringify(kms).includes(WEB_TOKEN));
  });

  it("asks in the region of an ARN, with the identity of its own", async () => {
    answers(key());
    assert.equal(await fetched(ARN, irsa(folder)), KEY);
    assert.deepEqual(hostsOf(cloud), ["sts.eu-west-1.amazonaws.com", "kms.us-east-2.amazonaws.com"]);
  });

  it("asks for one identity while that holds, and for another after it", async () => {
    answers(key());
    const count = (): number => cloud.asked.filter(({ host }) => host.startsWith("sts.")).length;
    const access = opened();
    await fetched(ALIAS, irsa(folder), access);
    await fetched(ARN, irsa(folder), access);
    assert.equal(count(), 1);
    answers(key(), assumedRole(-1));
    const ended = opened();
    await fetched(ALIAS, irsa(folder), ended);
    await fetched(ALIAS, irsa(folder), ended);
    assert.ok(count() >= 3);
  });

  it("follows the endpoint settings of AWS's tools", async () => {
    cloud.on("*", ({ path, headers }) =>
      path.includes("/sts") ? assumedRole() : headers["x-amz-target"] === undefined ? {} : key(),
    );
    const settings = { AWS_ENDPOINT_URL_KMS: cloud.url, AWS_ENDPOINT_URL_STS: `${cloud.url}/sts` };
    const { value, connected } = await watchSockets(async () => await fetched(ALIAS, { ...irsa(folder), ...settings }));
    assert.equal(value, KEY);
    assert.deepEqual(hostsOf(cloud), ["*"]);
    assert.deepEqual(strangers(cloud, connected), []);
    await open({ ...irsa(folder), ...settings, AWS_ENDPOINT_URL_KMS: "http://kms.example" }, /is not https$/);
  });

  it("is Pod Identity's where the environment names its agent", async () => {
    answers(key());
    const Expiration = new Date(Date.now() + 3_600_000).toISOString();
    const keys = { AccessKeyId: "ASIAPOD", SecretAccessKey: "pl4nted", Token: "pl4nted", Expiration };
    cloud.on("*", ({ headers }) => (headers["authorization"] === WEB_TOKEN ? { json: keys } : { status: 403 }));
    const { AWS_WEB_IDENTITY_TOKEN_FILE: file } = irsa(folder);
    const agent = {
      ...NO_AWS,
      AWS_REGION: "eu-west-1",
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${cloud.url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
    };
    assert.equal(await fetched(ALIAS, agent), KEY);
    assert.deepEqual(hostsOf(cloud), ["*", "kms.eu-west-1.amazonaws.com"]);
    assert.match(String(cloud.asked[1]?.headers["authorization"]), /Credential=ASIAPOD\//);
  });

  const none: readonly [string, CloudReply, RegExp][] = [
    ["one that is gone", awsError("NotFoundException"), /^AWS answered 400 \(NotFoundException\)$/],
    ["one of others", awsError("AccessDeniedException"), /AccessDeniedException/],
    ["one that is disabled", awsError("DisabledException"), /DisabledException/],
    ["one that will be deleted", awsError("KMSInvalidStateException"), /KMSInvalidStateException/],
    ["a symmetric one", awsError("UnsupportedOperationException"), /UnsupportedOperationException/],
    ["one that encrypts", key({ KeyUsage: "ENCRYPT_DECRYPT" }), /^AWS says that it does not sign$/],
    ["an answer without a key", key({ PublicKey: undefined }), /^the answer has no key$/],
    ["a key that is none", key({ PublicKey: "AAAA" }), /^Cannot parse/],
  ];
  for (const [what, reply, reason] of none) {
    it(`has none for ${what}`, async () => {
      answers(reply);
      assert.match(await fetched(ALIAS, irsa(folder)), reason);
    });
  }

  it("leaves it open after an answer that says nothing of the key", async () => {
    answers(awsError("ExpiredTokenException"));
    await open(irsa(folder), /^AWS answered 400 \(ExpiredTokenException\)$/);
    answers(awsError("KMSInternalException", 500));
    await open(irsa(folder), /^AWS answered 500 \(KMSInternalException\)$/);
    answers({ status: 400, text: "<html>pl4nted" });
    await open(irsa(folder), /^AWS /);
    answers({ text: "<html>pl4nted" });
    await open(irsa(folder), /^AWS gave no answer that can be used$|^AWS answered 200/);
  });

  it("leaves it open when its identity is refused, has no token, or is none", async () => {
    answers(key(), stsError("InvalidIdentityToken"));
    await open(irsa(folder), /^AWS answered 400 \(InvalidIdentityToken/);
    answers(key(), stsError("AccessDenied", 403));
    await open(irsa(folder), /^AWS answered 403 \(AccessDenied\)$/);
    assert.ok(!hostsOf(cloud).some((host) => host.startsWith("kms.")));
    const { AWS_REGION, ...rest } = irsa(folder);
    await open({ ...NO_AWS, AWS_REGION }, /^there is no identity of AWS that could be used$/);
    await open({ ...rest, AWS_REGION: undefined }, /^AWS_REGION is not set, and no region is named$/);
    await open(
      { ...irsa(folder), AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, "absent") },
      /^AWS gave no answer that can be used$/,
    );
  });
});
