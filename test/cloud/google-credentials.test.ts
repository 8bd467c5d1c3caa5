// Credential files of Google: what they may have the library do, and what is refused before the library sees it. A program that a
// file names is a real one, and would leave a trace.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readGoogleCredentials, type GoogleCredentials } from "../../src/cloud/google-credentials.ts";
import { fetchGoogleToken } from "../../src/cloud/google-token.ts";
import { CloudError } from "../../src/cloud/http.ts";
import { withEnvironment } from "../support/cloud/environment.ts";
import { startFakeCloud, type FakeCloud } from "../support/cloud/fake-cloud.ts";
import { externalAccount } from "../support/cloud/fake-google.ts";
import { watchSockets } from "../support/cloud/sockets.ts";

const STS = "https://sts.googleapis.com";
const FILE = "the file of GOOGLE_APPLICATION_CREDENTIALS";

describe("cloud/google-credentials", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sealgate-google-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function write(content: unknown): string {
    const file = join(folder, "google.json");
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  }
  const taken = async (more: object = {}): Promise<GoogleCredentials> =>
    await readGoogleCredentials(externalAccount(folder, STS, more));
  async function refused(work: Promise<unknown>, reason: string): Promise<void> {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof CloudError, String(error));
      assert.equal(error.message, reason);
      return true;
    });
  }

  it("is read as it is, but for members that could be settings of the library", async () => {
    const impersonation = `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b:generateAccessToken`;
    const more = {
      service_account_impersonation_url: impersonation,
      universe_domain: "googleapis.com",
      tokenUrl: "https://evil.example/",
      cloud_resource_manager_url: "https://evil.example/",
      credential_source: { url: "https://issuer.example/token", headers: { a: "b" }, certificateConfig: {} },
    };
    const read = await taken(more);
    assert.equal(read["token_url"], `${STS}/v1/token`);
    assert.equal(read["service_account_impersonation_url"], impersonation);
    assert.deepEqual(Object.keys(read["credential_source"] as object), ["url", "headers"]);
    for (const name of ["tokenUrl", "cloud_resource_manager_url", "universe_domain"]) assert.ok(!(name in read), name);
  });

  it("may be of a service account or of a person", async () => {
    const key = { client_email: "a@b", private_key: "pl4nted", token_uri: "https://oauth2.googleapis.com/token" };
    const account = await readGoogleCredentials(write({ type: "service_account", ...key, endpoint: "https://evil" }));
    assert.deepEqual(Object.keys(account), ["type", "client_email", "private_key"]);
    const person = { type: "authorized_user", client_id: "c", client_secret: "pl4nted", refresh_token: "pl4nted" };
    assert.deepEqual({ ...(await readGoogleCredentials(write(person))) }, person);
  });

  it("is none that is missing, is no JSON object or of another type", async () => {
    await refused(readGoogleCredentials(join(folder, "absent")), `${FILE} cannot be read`);
    for (const text of ["pl4nted", "[]", "", '{"type":"external_account","type":"x"}']) {
      await refused(readGoogleCredentials(write(text)), `${FILE} is no JSON object`);
    }
    const want = "want service_account, authorized_user, external_account";
    for (const type of ["gdch_service_account", "impersonated_service_account", "toString", 1, undefined]) {
      await refused(readGoogleCredentials(write({ type })), `${FILE} is of a type that is not used: ${want}`);
    }
  });

  for (const name of ["token_url", "token_uri", "service_account_impersonation_url", "token_info_url"]) {
    it(`shows nothing to a ${name} that is not Google's`, async () => {
      for (const address of [
        "http://sts.googleapis.com/",
        "https://sts.example/",
        "https://googleapis.com.evil.example/",
        "https://evilgoogleapis.com/",
        "https://sts.googleapis.com@evil.example/",
        "https://evil@sts.googleapis.com/",
        "https://sts.googleapis.com:8443/",
        "https://sts.googleapis.com./",
        "ftp://127.0.0.1/",
        "sts.googleapis.com",
        1,
        null,
      ]) {
        await refused(taken({ [name]: address }), `${name} in ${FILE} is no https address of googleapis.com`);
      }
      for (const host of ["sts.googleapis.com", "sts.europe-west1.rep.googleapis.com", "googleapis.com"]) {
        await taken({ [name]: `https://${host}/v1` });
      }
      await taken({ [name]: "http://127.0.0.1:8080/v1" });
    });
  }

  it("is of Google's public cloud", async () => {
    await refused(
      taken({ universe_domain: "evil.example" }),
      `${FILE} is of another universe_domain than googleapis.com`,
    );
  });

  it("has its subject from a file or an address over TLS, or of this machine", async () => {
    const from = async (credential_source: unknown): Promise<unknown> => taken({ credential_source });
    const where = `credential_source in ${FILE}`;
    const url = "https://issuer.example/token";
    for (const source of ["x", null, []]) await refused(from(source), `${where} is no object`);
    for (const source of [{}, { file: "a", url }, { environment_id: "aws1", url }, { certificate: {}, file: "a" }]) {
      await refused(from(source), `${where} is of a kind that is not used: want file or url`);
    }
    for (const address of ["http://issuer.example/", "https://a:b@issuer.example/", "file:///etc/passwd", 1]) {
      await refused(from({ url: address }), `url of ${where} is no https address`);
    }
    for (const local of ["http://169.254.169.254/metadata/identity", "http://localhost:1/", url])
      await from({ url: local });
  });

  describe("that names a program", () => {
    let cloud: FakeCloud;
    before(async () => {
      cloud = await startFakeCloud();
    });
    after(() => cloud.stop());

    it("starts none, whatever the environment allows", async () => {
      const [program, trace] = [join(folder, "subject"), join(folder, "started")];
      const answer = {
        version: 1,
        success: true,
        token_type: "urn:ietf:params:oauth:token-type:jwt",
        id_token: "pl4nted",
      };
      writeFileSync(program, ["#!/bin/sh", `touch ${trace}`, `echo '${JSON.stringify(answer)}'`, ""].join("\n"));
      chmodSync(program, 0o755);
      const credential_source = { executable: { command: program, timeout_millis: 5000 } };
      const file = externalAccount(folder, cloud.url, { credential_source });
      const access = { http: cloud.http, environment: { GOOGLE_APPLICATION_CREDENTIALS: file }, wallNow: Date.now };
      const { signal } = new AbortController();
      const allowed = { GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES: "1" };
      const { connected } = await watchSockets(async () =>
        withEnvironment(allowed, async () =>
          refused(
            fetchGoogleToken("scope", access, signal),
            `credential_source in ${FILE} names a program, and Sealgate starts none`,
          ),
        ),
      );
      assert.deepEqual(connected, []);
      assert.equal(existsSync(trace), false);
    });
  });
});
