/**
 * The whole way, on real parts: kubectl, kube-apiserver, the built program, cosign's signatures in two registries. Every
 * image of the suite is admitted and pinned, or denied with the text that an operator reads.
 */
import assert from "node:assert/strict";
import { codesOf } from "./denial.ts";
import { type Gate, NOBODY, useGate } from "./gate.ts";
import { imageCases, type PreparedImage } from "./images.ts";
import { request } from "../support/testbed/http.ts";
import { clusterPolicy, namespace, policy } from "../support/testbed/objects.ts";
import { describeOnTestbed, registryNames, type StockedRegistry } from "./testbed.ts";

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/gu, String.raw`\$&`);

/** The first line of a denial; by digest, whether the tag is kept before it or not. */
function denial({ reference, digest }: PreparedImage, by: string): RegExp {
  const [repository = ""] = reference.split(/:1\.0$/u);
  const name = `${escape(repository)}(?::1\\.0)?@${digest}`;
  return new RegExp(`Image "${name}" denied by ${escape(by)}, rule "acme": 0 of 1 required signatures accepted`, "u");
}

function find(registry: StockedRegistry, name: string): PreparedImage {
  const image = registry.images.find((each) => each.name === name);
  assert.ok(image, `the suite has no image ${name}`);
  return image;
}

describeOnTestbed("admission", (testbed) => {
  let gate: Gate;

  before("start the API server and the webhook", async () => {
    gate = await useGate(testbed());
  });

  async function makeNamespace(name: string): Promise<void> {
    await gate.apply(namespace(name));
  }

  /** Wants the key "acme" for acme's images of a registry. */
  function signedPolicy(inNamespace: string, registry: StockedRegistry): object {
    const imageReferences = [`${registry.host}/acme/*`];
    const { publicPem: publicKey } = testbed().keys.acme;
    return policy({ namespace: inNamespace, name: "signed", imageReferences, publicKey });
  }

  for (const registryName of registryNames) {
    describe(`with images on ${registryName}`, () => {
      const inNamespace = `on-${registryName}`;
      let registry: StockedRegistry;

      before(async () => {
        registry = testbed().registries[registryName];
        await makeNamespace(inNamespace);
        await gate.apply(signedPolicy(inNamespace, registry));
        await gate.becomes("denied", inNamespace, find(registry, "unsigned").reference);
      });

      for (const { name, verdict, code } of imageCases) {
        if (verdict === "admitted") {
          it(`admits and pins ${name}`, async () => {
            const image = find(registry, name);
            const { code: status, stderr } = await gate.create(name, inNamespace, image.reference);
            assert.equal(status, 0, stderr);
            const path = "jsonpath={.spec.containers[0].image}";
            const pinned = await gate.must(["-n", inNamespace, "get", "pod", name, "-o", path]);
            assert.equal(pinned, `${image.reference}@${image.digest}`);
          });
        } else {
          it(`denies ${name}, and says why: ${code}`, async () => {
            const image = find(registry, name);
            const { code: status, stderr } = await gate.create(name, inNamespace, image.reference);
            assert.equal(status, 1, stderr);
            assert.match(stderr, denial(image, `ImageVerifyPolicy "${inNamespace}/signed"`));
            assert.deepEqual([...new Set(codesOf(stderr))], [code], stderr);
            assert.match(stderr, /^ *looked in: /mu);
            assert.match(stderr, /^ *hint: /mu);
          });
        }
      }

      it("admits an image that no policy names", async () => {
        const { code, stderr } = await gate.ask(inNamespace, `${registry.host}/source/unsigned:1.0`);
        assert.equal(code, 0, stderr);
      });
    });
  }

  describe("with a cluster policy", () => {
    it("denies in the namespaces that it selects, and nowhere else", async () => {
      const { registries, keys } = testbed();
      const image = find(registries.distribution, "unsigned");
      await gate.apply(namespace("selected", { tier: "prod" }), namespace("unselected"));
      const imageReferences = [`${registries.distribution.host}/acme/*`];
      const options = { name: "everywhere", imageReferences, publicKey: keys.acme.publicPem };
      await gate.apply(clusterPolicy(options, { tier: "prod" }));
      await gate.becomes("denied", "selected", image.reference);
      assert.match(
        (await gate.ask("selected", image.reference)).stderr,
        denial(image, 'ClusterImageVerifyPolicy "everywhere"'),
      );
      assert.equal((await gate.ask("unselected", image.reference)).code, 0);
      await gate.must(["delete", "clusterimageverifypolicy", "everywhere"]);
    });
  });

  describe("when a pod makes a review larger than what is read", () => {
    it("is denied, since a failed call could be let through", async () => {
      const inNamespace = "too-large";
      const { distribution } = testbed().registries;
      await makeNamespace(inNamespace);
      await gate.apply(signedPolicy(inNamespace, distribution));
      await gate.becomes("denied", inNamespace, find(distribution, "unsigned").reference);
      // The API server writes six bytes for each of them
      const env = [{ name: "LARGE", value: "<".repeat(1_300_000) }];
      const { reference: image } = find(distribution, "signed-by-cosign-v2");
      const metadata = { name: "large", namespace: inNamespace };
      const pod = { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [{ name: "main", image, env }] } };
      const { status, body } = await request(`${gate.cluster.url}/api/v1/namespaces/${inNamespace}/pods`, {
        method: "POST",
        ca: gate.cluster.ca,
        headers: { authorization: `Bearer ${gate.cluster.token}`, "content-type": "application/json" },
        body: Buffer.from(JSON.stringify(pod)),
      });
      assert.equal(status, 403, body.toString().slice(0, 300));
      assert.match(
        body.toString(),
        /admission webhook \\"images\.sealgate\.dev\\" denied the request: AdmissionReview has more than 7340032 bytes: make the object smaller"/u,
      );
    });
  });

  describe("when a registry cannot be asked", () => {
    const inNamespace = "unreachable";

    for (const failurePolicy of ["Fail", "Ignore"] as const) {
      const verdict = failurePolicy === "Fail" ? "denies" : "admits";
      it(`${verdict} under failurePolicy ${failurePolicy}, and says why`, async () => {
        await makeNamespace(inNamespace);
        const publicKey = testbed().keys.acme.publicPem;
        const imageReferences = [`${NOBODY}/acme/*`];
        await gate.apply(policy({ namespace: inNamespace, name: "signed", imageReferences, publicKey, failurePolicy }));
        await gate.becomes(failurePolicy === "Fail" ? "denied" : "admitted", inNamespace, `${NOBODY}/acme/web:1`);
        const { stderr } = await gate.ask(inNamespace, `${NOBODY}/acme/web:1`);
        assert.match(stderr, /RegistryUnreachable/u);
      });
    }
  });

  describe("when a policy is not what the schema asks for", () => {
    it("is refused by the API server, with the field's path", async () => {
      await makeNamespace("strict");
      const { host } = testbed().registries.distribution;
      const options = { namespace: "strict", name: "wrong", imageReferences: [`${host}/acme/*`] };
      const text = JSON.stringify(policy({ ...options, publicKey: testbed().keys.acme.publicPem }));
      const cases = [
        [text.replace('"insecureIgnoreTlog":true', '"insecureIgnoreTlog":"true"'), /insecureIgnoreTlog/u],
        [text.replace(/"publicKeys":"[^"]*"/u, '"publicKeys":"cosign.pub"'), /publicKeys/u],
        [text.replace('"failureAction":"Enforce"', '"failureAction":"Sometimes"'), /failureAction/u],
        [text.replace('"count":1', '"cuont":1'), /cuont/u],
        [text.replace(/"imageReferences":\[[^\]]*\]/u, '"imageReferences":[]'), /imageReferences/u],
      ] as const;
      for (const [stdin, field] of cases) {
        assert.notEqual(stdin, text);
        const { code, stderr } = await gate.cluster.kubectl(["create", "--dry-run=server", "-f", "-"], { stdin });
        assert.equal(code, 1, stdin);
        assert.match(stderr, field);
      }
    });
  });

  describe("when policies change", () => {
    const inNamespace = "changing";
    let registry: StockedRegistry;
    let unsigned: string;

    before(async () => {
      registry = testbed().registries.distribution;
      unsigned = find(registry, "unsigned").reference;
      await makeNamespace(inNamespace);
    });

    it("obeys a policy that is created, edited and deleted", async () => {
      const { keys } = testbed();
      const signed = find(registry, "signed-by-cosign-v2").reference;
      const others = find(registry, "signed-by-another-key-v2").reference;
      await gate.becomes("admitted", inNamespace, unsigned);

      await gate.apply(signedPolicy(inNamespace, registry));
      await gate.becomes("denied", inNamespace, unsigned);
      await gate.becomes("admitted", inNamespace, signed);
      await gate.becomes("denied", inNamespace, others);

      const imageReferences = [`${registry.host}/acme/*`];
      const publicKey = keys.other.publicPem;
      await gate.apply(policy({ namespace: inNamespace, name: "signed", imageReferences, publicKey }));
      await gate.becomes("admitted", inNamespace, others);
      await gate.becomes("denied", inNamespace, signed);

      await gate.must(["-n", inNamespace, "delete", "imageverifypolicy", "signed"]);
      await gate.becomes("admitted", inNamespace, unsigned);
    });

    it("warns, or is silent, as failureAction says", async () => {
      const imageReferences = [`${registry.host}/acme/*`];
      const publicKey = testbed().keys.acme.publicPem;
      const options = { namespace: inNamespace, name: "signed", imageReferences, publicKey };
      await gate.apply(policy({ ...options, failureAction: "Enforce" }));
      await gate.becomes("denied", inNamespace, unsigned);
      await gate.apply(policy({ ...options, failureAction: "Warn" }));
      await gate.becomes("admitted", inNamespace, unsigned);
      assert.match((await gate.ask(inNamespace, unsigned)).stderr, /Warning: .*0 of 1 required signatures accepted/u);
      await gate.apply(policy({ ...options, failureAction: "Enforce" }));
      await gate.becomes("denied", inNamespace, unsigned);
      await gate.apply(policy({ ...options, failureAction: "Audit" }));
      await gate.becomes("admitted", inNamespace, unsigned);
      assert.doesNotMatch((await gate.ask(inNamespace, unsigned)).stderr, /Warning/u);
      await gate.must(["-n", inNamespace, "delete", "imageverifypolicy", "signed"]);
      await gate.becomes("admitted", inNamespace, unsigned);
    });

    it("goes on watching after the API server was restarted", async () => {
      await gate.apply(signedPolicy(inNamespace, registry));
      await gate.becomes("denied", inNamespace, unsigned);
      await gate.cluster.restartApiServer();
      await gate.becomes("denied", inNamespace, unsigned);
      await gate.must(["-n", inNamespace, "delete", "imageverifypolicy", "signed"]);
      await gate.becomes("admitted", inNamespace, unsigned);
      await gate.apply(signedPolicy(inNamespace, registry));
      await gate.becomes("denied", inNamespace, unsigned);
    });
  });
});
