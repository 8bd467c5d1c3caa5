// Profiles in the files of AWS's tools, as the SDK itself reads them: what they may have it do, and what is refused before a
// program is started or the metadata service of a machine is asked.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { whyNot } from "../../../src/cloud/aws/profile.ts";
import { CloudError } from "../../../src/cloud/http.ts";
import { fetchEcrCredential, openEcr } from "../../../src/cloud/registries/ecr.ts";
import { withEnvironment } from "../../support/cloud/environment.ts";
import { assumedRole, ecrToken, NO_AWS, ROLE, SECRET_KEY, WEB_TOKEN } from "../../support/cloud/fake-aws.ts";
import { hostsOf, startFakeCloud, type FakeCloud } from "../../support/cloud/fake-cloud.ts";
import { strangers, watchSockets } from "../../support/cloud/sockets.ts";

const { signal } = new AbortController();
const STS = "sts.eu-west-1.amazonaws.com";
const API = "api.ecr.eu-west-1.amazonaws.com";
const PORTAL = "portal.sso.eu-west-1.amazonaws.com";
const START = "https://acme.awsapps.com/start";
const KEYS = ["aws_access_key_id = AKIAEXAMPLE", `aws_secret_access_key = ${SECRET_KEY}`];
type Environment = Readonly<Record<string, string | undefined>>;

describe("cloud/aws/profile", () => {
  let cloud: FakeCloud;
  let folder: string;
  let program: string;
  let trace: string;
  before(async () => {
    cloud = await startFakeCloud();
    folder = mkdtempSync(join(tmpdir(), "sealgate-profile-"));
    program = join(folder, "credentials");
    trace = join(folder, "started");
    const answer = JSON.stringify({ Version: 1, AccessKeyId: "AKIAPROGRAM", SecretAccessKey: SECRET_KEY });
    writeFileSync(program, ["#!/bin/sh", `touch ${trace}`, `echo '${answer}'`, ""].join("\n"));
    chmodSync(program, 0o755);
    writeFileSync(join(folder, "token"), WEB_TOKEN);
  });
  beforeEach(() => {
    cloud.on(API, () => ecrToken([{ authorizationToken: btoa("AWS:pl4nted") }]));
    cloud.on(STS, ({ body }) =>
      assumedRole(3600, body.includes("WebIdentity") ? "AssumeRoleWithWebIdentity" : "AssumeRole"),
    );
  });
  afterEach(() => cloud.reset());
  after(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  let count = 0;
  /** The SDK keeps what it has read of a file. */
  function files(config: readonly string[], credentials: readonly string[] = []): Environment {
    count += 1;
    const [AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE] = [`config-${count}`, `credentials-${count}`].map((name) =>
      join(folder, name),
    );
    writeFileSync(AWS_CONFIG_FILE ?? "", `${config.join("\n")}\n`);
    writeFileSync(AWS_SHARED_CREDENTIALS_FILE ?? "", `${credentials.join("\n")}\n`);
    return { ...NO_AWS, AWS_REGION: "eu-west-1", HOME: folder, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE };
  }

  async function fetched(environment: Environment): Promise<readonly string[]> {
    const ask = async (): Promise<unknown> =>
      fetchEcrCredential("eu-west-1", { askEcr: openEcr(cloud.transport), wallNow: Date.now }, signal);
    const { connected } = await watchSockets(async () => withEnvironment(environment, ask));
    assert.deepEqual(strangers(cloud, connected), []);
    assert.equal(existsSync(trace), false);
    return hostsOf(cloud);
  }

  async function refused(environment: Environment, reason: RegExp): Promise<void> {
    await assert.rejects(fetched(environment), (error) => {
      assert.ok(error instanceof CloudError, String(error));
      assert.match(error.message, reason);
      assert.doesNotMatch(error.message, /pl4nted/);
      return true;
    });
    assert.equal(existsSync(trace), false, "the program was started");
    assert.deepEqual(cloud.asked, []);
  }

  describe("never starts a program", () => {
    const names =
      /^there is no identity of AWS that could be used: its profile "[a-z]+" names a program \(credential_process\), and Sealgate starts none$/;

    it("of the profile that is named", async () => {
      await refused({ ...files(["[profile ci]", `credential_process = ${program}`]), AWS_PROFILE: "ci" }, names);
      await refused({ ...files([], ["[ci]", `credential_process = ${program}`]), AWS_PROFILE: "ci" }, names);
    });

    it("of the one that is taken where none is named, a web identity or not", async () => {
      const environment = files(["[default]", `credential_process=${program}`]);
      await refused(environment, names);
      const irsa = { AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, "token") };
      await refused({ ...environment, ...irsa }, names);
    });

    it("of one that is named as the source of a role, however far", async () => {
      const roles = ["a", "b", "c"].map(
        (name, i) => `[profile ${name}]\nrole_arn = ${ROLE}\nsource_profile = ${"bcd"[i]}`,
      );
      const environment = files([...roles, "[profile d]", `credential_process = ${program}`]);
      await refused({ ...environment, AWS_PROFILE: "a" }, names);
    });

    it("that stands beside keys, which the SDK would take first", async () => {
      const environment = files(["[profile ci]", ...KEYS, `credential_process = ${program}`]);
      await refused({ ...environment, AWS_PROFILE: "ci" }, names);
    });

    it("and passes over those of profiles that are not used", async () => {
      const lines = ["[default]", `credential_process = ${program}`, "[profile ci]", ...KEYS];
      assert.deepEqual(await fetched({ ...files(lines), AWS_PROFILE: "ci" }), [API]);
      cloud.asked.length = 0;
      const keys = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: SECRET_KEY };
      assert.deepEqual(await fetched({ ...files(lines), ...keys }), [API]);
    });
  });

  it("does not ask the machine for an identity, unless it may", async () => {
    const lines = ["[profile node]", `role_arn = ${ROLE}`, "credential_source = Ec2InstanceMetadata"];
    const environment = { ...files(lines), AWS_PROFILE: "node" };
    await refused(
      environment,
      /has the machine's \(credential_source\), which AWS_EC2_METADATA_DISABLED=false allows$/,
    );
    const profiles = { node: { role_arn: ROLE, credential_source: "Ec2InstanceMetadata" } };
    assert.equal(whyNot(profiles, "node", { AWS_EC2_METADATA_DISABLED: "false" }), undefined);
  });

  it("ends where profiles name each other, or one that is not there", () => {
    assert.equal(whyNot({ a: { source_profile: "b" }, b: { source_profile: "a" } }, "a", {}), undefined);
    assert.equal(whyNot({ a: { source_profile: "constructor" } }, "a", {}), undefined);
  });

  describe("takes", () => {
    it("a role by keys of another profile", async () => {
      const lines = ["[profile base]", ...KEYS, "[profile ci]", `role_arn = ${ROLE}`, "source_profile = base"];
      assert.deepEqual(await fetched({ ...files(lines), AWS_PROFILE: "ci" }), [STS, API]);
    });

    it("a role by a token in a file", async () => {
      const lines = ["[profile ci]", `role_arn = ${ROLE}`, `web_identity_token_file = ${join(folder, "token")}`];
      assert.deepEqual(await fetched({ ...files(lines), AWS_PROFILE: "ci" }), [STS, API]);
    });

    it("what somebody has logged in with by the browser", async () => {
      const session = "arn:aws:iam::111122223333:user/dev";
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      const accessToken = {
        accessKeyId: "ASIALOGIN",
        secretAccessKey: SECRET_KEY,
        accountId: "111122223333",
        expiresAt,
      };
      const token = { accessToken, clientId: "c", refreshToken: "pl4nted", dpopKey: "pl4nted" };
      const name = `${createHash("sha256").update(session).digest("hex")}.json`;
      writeFileSync(join(folder, name), JSON.stringify(token));
      const environment = { ...files(["[profile dev]", `login_session = ${session}`]), AWS_PROFILE: "dev" };
      assert.deepEqual(await fetched({ ...environment, AWS_LOGIN_CACHE_DIRECTORY: folder }), [API]);
    });

    it("what somebody is logged in with, by AWS's own portal and our transport", async () => {
      const cache = join(folder, ".aws", "sso", "cache");
      mkdirSync(cache, { recursive: true });
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
      const name = `${createHash("sha1").update(START).digest("hex")}.json`;
      writeFileSync(join(cache, name), JSON.stringify({ accessToken: "pl4nted-sso", expiresAt, startUrl: START }));
      const roleCredentials = {
        accessKeyId: "ASIASSO",
        secretAccessKey: SECRET_KEY,
        sessionToken: "pl4nted-session",
        expiration: Date.now() + 3_600_000,
      };
      cloud.on(PORTAL, () => ({ json: { roleCredentials } }));
      const lines = [
        "[profile dev]",
        `sso_start_url = ${START}`,
        "sso_account_id = 111122223333",
        "sso_region = eu-west-1",
        "sso_role_name = reader",
      ];
      assert.deepEqual(await fetched({ ...files(lines), AWS_PROFILE: "dev" }), [PORTAL, API]);
    });
  });
});
