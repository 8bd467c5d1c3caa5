/**
 * An API server that shows who it is: a client certificate and a bearer token, by the kubeconfig of its admission plugins
 * (kubernetes.md §7). All files that share the installation are asked by it; here it is also held against what it shows.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { admissionReview, pod } from "../support/reviews.ts";
import { makeAuthority } from "../support/testbed/certificates.ts";
import { request } from "../support/testbed/http.ts";
import { namespace, pod as podOf } from "../support/testbed/objects.ts";
import { eventually } from "../support/testbed/process.ts";
import { programsOrSkip } from "../support/testbed/programs.ts";
import { releaseNamespace, type Replica } from "../support/testbed/release.ts";
import { becomes, FINE, refusal, REFUSED, useInstallation, type Identified } from "./installation.ts";

const IN = "identified";

describe("callers", () => {
  let installation: Identified;

  before("install, make the Secrets", async function () {
    installation = await useInstallation(programsOrSkip(this));
    const { ca, token } = installation.callers;
    const secret = (name: string, data: Readonly<Record<string, string>>): object => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace: releaseNamespace },
      stringData: data,
    });
    const secrets = [secret("callers-ca", { "ca.crt": ca }), secret("callers-token", { token })];
    await installation.apply(namespace(IN), refusal(IN, { namespaces: [IN] }), ...secrets);
    await becomes(installation, "denied", IN, REFUSED);
  });
  after("ask for nothing again", async () => {
    await installation?.upgrade();
    if (installation !== undefined) await restart();
  });

  /** One that was started with the values of now, in place of the others. */
  async function restart(): Promise<Replica> {
    const { release } = installation;
    const old = release.replicas().slice();
    const replica = await release.start();
    await Promise.all(old.map((each) => release.kill(each)));
    return replica;
  }

  /** Without anything shown. */
  async function callDirectly({ port }: Replica): Promise<number> {
    const path = String.raw`jsonpath={.data.ca\.crt}`;
    const secret = await installation.kubectl("-n", releaseNamespace, "get", "secret", "sealgate-ca", "-o", path);
    const answer = await request(`https://localhost:${port}/validate?timeout=10s`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: Buffer.from(JSON.stringify(admissionReview(pod({ web: FINE })))),
      ca: Buffer.from(secret, "base64").toString(),
      servername: `sealgate.${releaseNamespace}.svc`,
    });
    return answer.status;
  }
  /** The API server is not answered, and says so. */
  async function isTurnedAway(): Promise<void> {
    await eventually("the API server is turned away", async () => {
      const object = podOf({ namespace: IN, name: "asked" }, FINE);
      const { stderr } = await installation.create(object, "--dry-run=server");
      return /failed calling webhook "images\.sealgate\.dev": .*provide credentials/u.test(stderr);
    });
  }

  for (const [what, values, file] of [
    ["a client certificate", { clientCertificateSecret: "callers-ca", commonNames: ["kube-apiserver"] }, "ca.crt"],
    ["a bearer token", { bearerTokenSecret: "callers-token" }, "token"],
  ] as const) {
    it(`are answered with ${what}, and by no other, as soon as that changes`, async () => {
      await installation.upgrade({ callers: values });
      const replica = await restart();
      await becomes(installation, "denied", IN, REFUSED);
      await becomes(installation, "admitted", IN, FINE);
      assert.equal(await callDirectly(replica), 401);
      const mounted = join(replica.dir, file);
      const taken = readFileSync(mounted);
      const other = file === "token" ? "a-token-of-nobody-here" : (await makeAuthority("CN=other")).pem;
      writeFileSync(mounted, other);
      await isTurnedAway();
      writeFileSync(mounted, taken);
      await becomes(installation, "admitted", IN, FINE);
      assert.doesNotMatch(replica.process.log(), new RegExp(installation.callers.token, "u"));
    });
  }
});
