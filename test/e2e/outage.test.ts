/**
 * A registry goes away: what IgnoreIfVerified admits then, and what it does not (policy-api.md §2.1). A real registry, real
 * signatures, and the built program, whose proofs last for a second so that nothing else admits anything.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { admissionReview, pod } from "../support/reviews.ts";
import { request } from "../support/testbed/http.ts";
import { pushImage } from "../support/testbed/images.ts";
import { clusterPolicy } from "../support/testbed/objects.ts";
import { makeTemporaryDir } from "../support/testbed/process.ts";
import { startDistribution, type Registry } from "../support/testbed/registries.ts";
import { startSealgate, type Sealgate } from "../support/testbed/sealgate.ts";
import { describeOnTestbed } from "./testbed.ts";

interface Answer {
  readonly allowed: boolean;
  readonly patch?: string;
  readonly warnings?: readonly string[];
  readonly status?: { readonly message?: string };
}

describeOnTestbed("a registry outage", (testbed) => {
  const dir = makeTemporaryDir("outage");
  let registry: Registry;
  let sealgate: Sealgate;
  let tagged: string;
  let verified: string;
  let unseen: string;

  function writePolicy(publicKey: string): void {
    const options = { name: "signed", imageReferences: [`${registry.host}/acme/*`], publicKey };
    const object = clusterPolicy({ ...options, failurePolicy: "IgnoreIfVerified" }, {});
    writeFileSync(join(dir, "policy.yaml"), stringify(object));
  }

  async function call(path: "/mutate" | "/validate", image: string): Promise<Answer> {
    const answer = await request(`${sealgate.url}${path}?timeout=10s`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: Buffer.from(JSON.stringify(admissionReview(pod({ web: image })))),
      ca: sealgate.ca,
    });
    return (JSON.parse(answer.body.toString()) as { response: Answer }).response;
  }

  /** What /mutate writes in place of the image, if anything. */
  async function pinned(image: string): Promise<string | undefined> {
    const { patch } = await call("/mutate", image);
    if (patch === undefined) return undefined;
    const [operation] = JSON.parse(Buffer.from(patch, "base64").toString()) as readonly { readonly value: string }[];
    return operation?.value;
  }

  before("sign two images, and have one of them admitted", async () => {
    const { programs, tools, keys } = testbed();
    registry = await startDistribution({ programs });
    const push = async (name: string): Promise<string> => {
      const { reference } = await pushImage({ registry, repository: `acme/${name}`, tag: "1.0", seed: name });
      await tools.v3.sign(reference, keys.acme);
      return reference;
    };
    verified = await push("verified");
    unseen = await push("unseen");
    tagged = `${registry.host}/acme/verified:1.0`;
    writePolicy(keys.acme.publicPem);
    const config = join(makeTemporaryDir("outage-config"), "sealgate.yaml");
    writeFileSync(config, "caches: {pass: 1s, fail: 1s, undetermined: 1s}\n");
    sealgate = await startSealgate({ source: { policies: dir }, plainHttp: [registry.host], config });
    const pin = await pinned(tagged);
    assert.equal(pin, `${tagged}@${verified.split("@")[1]}`);
    const { allowed, warnings } = await call("/validate", pin);
    assert.deepEqual([allowed, warnings], [true, undefined]);
    await registry.stop();
    // Longer than a proof is remembered
    await sleep(1_200);
  });

  after("stop what was started", async () => {
    await sealgate.stop();
    await registry.stop();
  });

  it("admits with a warning the digest that was verified, and pins its tag to it", async () => {
    const pin = await pinned(tagged);
    assert.equal(pin, `${tagged}@${verified.split("@")[1]}`);
    for (const image of [pin, verified]) {
      const { allowed, warnings = [] } = await call("/validate", image);
      assert.equal(allowed, true);
      assert.match(warnings.join(), /^signed rule acme: .*RegistryUnreachable.*; it was verified at \d{4}-/u);
    }
  });

  it("denies a digest that was not verified, however well it is signed", async () => {
    const { allowed, status } = await call("/validate", unseen);
    assert.equal(allowed, false);
    assert.match(status?.message ?? "", /could not be verified for .*this digest was not verified within/u);
    assert.match(status?.message ?? "", /RegistryUnreachable/u);
  });

  it("denies a tag that is not pinned, and pins none that was not verified", async () => {
    assert.equal((await call("/validate", tagged)).allowed, false);
    assert.equal(await pinned(`${registry.host}/acme/unseen:1.0`), undefined);
  });

  it("denies what was verified as soon as the policy asks for another key", async () => {
    writePolicy(testbed().keys.other.publicPem);
    let { allowed } = await call("/validate", verified);
    // The suite's own limit ends a wait in vain
    while (allowed) {
      await sleep(100);
      ({ allowed } = await call("/validate", verified));
    }
    assert.equal(allowed, false);
  });
});
