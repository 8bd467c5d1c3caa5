// Run in a network of its own by registry-private.test.ts: a real registry at a private address and under a name for it, and
// a listener at the address of metadata services. Prints what the built program says of a signed image there, as JSON.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { makeSigningTools } from "../support/testbed/cosign.ts";
import { pushImage } from "../support/testbed/images.ts";
import { makeTemporaryDir, mustSucceed, run } from "../support/testbed/process.ts";
import { findPrograms } from "../support/testbed/programs.ts";
import { startDistribution } from "../support/testbed/registries.ts";
import { sealgateProgram } from "../support/testbed/sealgate.ts";
import { METADATA_ADDRESS, PRIVATE_ADDRESS, PRIVATE_NAME, type PrivateAnswers } from "./private-addresses.ts";

const found = findPrograms();
if (found.kind !== "found") throw new Error(found.message);
const { programs } = found;
const dir = makeTemporaryDir("private-e2e");
const registry = await startDistribution({ programs, address: PRIVATE_ADDRESS });
const { port } = new URL(`http://${registry.host}`);
const named = `${PRIVATE_NAME}:${port}`;

let metadataCalls = 0;
const metadata = createServer((socket) => {
  metadataCalls += 1;
  socket.destroy();
}).listen(Number(port), METADATA_ADDRESS);
await once(metadata, "listening");
const metadataHost = `${METADATA_ADDRESS}:${port}`;

const { v2 } = makeSigningTools(programs);
const key = await v2.generateKeyPair("private");
const { reference, digest } = await pushImage({ registry, repository: "acme/web", seed: "private" });
mustSucceed("cosign sign", await v2.sign(reference, key));

const entry = { name: "key", keys: { publicKeys: key.publicPem }, insecureIgnoreTlog: true };
const rule = { name: "signed", imageReferences: ["*"], attestors: [{ entries: [entry] }] };
writeFileSync(
  join(dir, "policy.yaml"),
  JSON.stringify({
    apiVersion: "sealgate.dev/v1alpha1",
    kind: "ClusterImageVerifyPolicy",
    metadata: { name: "signed" },
    spec: { verifyImages: [rule] },
  }),
);

/** What `sealgate apply` says of the image at `host`, with these entries of `registries`. */
async function judge(host: string, registries: readonly object[]): Promise<string> {
  const containers = [{ name: "web", image: `${host}/acme/web@${digest}` }];
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec: { containers } };
  writeFileSync(join(dir, "pod.yaml"), JSON.stringify(pod));
  writeFileSync(join(dir, "config.yaml"), JSON.stringify({ registries }));
  const files = ["-p", join(dir, "policy.yaml"), "-r", join(dir, "pod.yaml"), "--config", join(dir, "config.yaml")];
  // The tests' own proxy leads nowhere
  const env = { NO_PROXY: `${PRIVATE_NAME},10.0.0.0/8` };
  const { stdout, stderr } = await run(process.execPath, [sealgateProgram, "apply", ...files], { env });
  return stdout + stderr;
}

const plain = (host: string, more: object = {}): readonly object[] => [{ host, plainHTTP: true, ...more }];
const opened = { allowPrivate: true };
const answers: PrivateAnswers = {
  unlisted: await judge(PRIVATE_ADDRESS, []),
  address: await judge(registry.host, plain(registry.host)),
  addressOpened: await judge(registry.host, plain(registry.host, opened)),
  name: await judge(named, plain(named)),
  nameOpened: await judge(named, plain(named, opened)),
  metadataOpened: await judge(metadataHost, plain(metadataHost, opened)),
  metadataCalls,
};
metadata.close();
await registry.stop();
console.log(JSON.stringify(answers));
