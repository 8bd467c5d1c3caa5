/** Every place where a pod names an image: each is judged, and pinned in place. */
import assert from "node:assert/strict";
import { type Gate, useGate } from "./gate.ts";
import type { PreparedImage } from "./images.ts";
import { namespace, policy } from "../support/testbed/objects.ts";
import { describeOnTestbed, registryNames } from "./testbed.ts";

const inNamespace = "places";

interface Images {
  readonly container: string;
  readonly init: string;
  readonly volume: string;
}

function fullPod(name: string, images: Images): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: inNamespace, name },
    spec: {
      initContainers: [{ name: "init", image: images.init }],
      containers: [{ name: "web", image: images.container }],
      volumes: [{ name: "data", image: { reference: images.volume } }],
    },
  };
}

describeOnTestbed("the images of a pod", (testbed) => {
  let gate: Gate;
  let signed: PreparedImage;
  let bundled: PreparedImage;
  let unsigned: PreparedImage;

  const find = (registry: (typeof registryNames)[number], name: string): PreparedImage => {
    const image = testbed().registries[registry].images.find((each) => each.name === name);
    assert.ok(image, name);
    return image;
  };
  const pinned = ({ reference, digest }: PreparedImage): string => `${reference}@${digest}`;

  before("make a policy for both registries", async () => {
    gate = await useGate(testbed());
    const { registries, keys } = testbed();
    signed = find("distribution", "signed-by-cosign-v2");
    bundled = find("referrers-registry", "index-signed-by-cosign-v3");
    unsigned = find("distribution", "unsigned");
    const imageReferences = registryNames.map((name) => `${registries[name].host}/acme/*`);
    const publicKey = keys.acme.publicPem;
    await gate.apply(namespace(inNamespace));
    await gate.apply(policy({ namespace: inNamespace, name: "signed", imageReferences, publicKey }));
    await gate.becomes("denied", inNamespace, unsigned.reference);
  });

  it("are pinned in containers, init containers and image volumes", async () => {
    const images = { container: signed.reference, init: bundled.reference, volume: signed.reference };
    await gate.must(["create", "-f", "-"], JSON.stringify(fullPod("all-signed", images)));
    const paths = ["containers[0].image", "initContainers[0].image", "volumes[0].image.reference"];
    const path = paths.map((each) => `{.spec.${each}}`).join("{'\\n'}");
    const found = await gate.must(["-n", inNamespace, "get", "pod", "all-signed", "-o", `jsonpath=${path}`]);
    assert.deepEqual(found.split("\n"), [pinned(signed), pinned(bundled), pinned(signed)]);
  });

  for (const place of ["container", "init", "volume"] as const) {
    it(`are denied as a whole for one unsigned image: ${place}`, async () => {
      const images = { container: signed.reference, init: bundled.reference, volume: signed.reference };
      const stdin = JSON.stringify(fullPod("one-unsigned", { ...images, [place]: unsigned.reference }));
      const { code, stderr } = await gate.cluster.kubectl(["create", "-f", "-"], { stdin });
      assert.equal(code, 1);
      const denied = [...stderr.matchAll(/Image "[^"]*(sha256:[0-9a-f]{64})" denied by/gu)].map(([, digest]) => digest);
      assert.deepEqual(denied, [unsigned.digest], stderr);
    });
  }

  it("are pinned in an ephemeral container, and kept as they are elsewhere", async () => {
    const { code, stderr } = await gate.create("debugged", inNamespace, signed.reference);
    assert.equal(code, 0, stderr);
    const body = { spec: { ephemeralContainers: [{ name: "debugger", image: bundled.reference }] } };
    const patch = ["patch", "pod", "debugged", "--subresource=ephemeralcontainers", "-p", JSON.stringify(body)];
    await gate.must(["-n", inNamespace, ...patch]);
    const path = "jsonpath={.spec.containers[0].image}{'\\n'}{.spec.ephemeralContainers[0].image}";
    const found = await gate.must(["-n", inNamespace, "get", "pod", "debugged", "-o", path]);
    assert.deepEqual(found.split("\n"), [pinned(signed), pinned(bundled)]);
  });

  it("are taken by digest alone, as they are written", async () => {
    const byDigest = `${signed.reference.replace(/:1\.0$/u, "")}@${signed.digest}`;
    const { code, stderr } = await gate.create("by-digest", inNamespace, byDigest);
    assert.equal(code, 0, stderr);
    const path = "jsonpath={.spec.containers[0].image}";
    assert.equal(await gate.must(["-n", inNamespace, "get", "pod", "by-digest", "-o", path]), byDigest);
  });
});
