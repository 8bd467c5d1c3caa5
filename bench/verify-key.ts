/**
 * Keyed verification of a legacy cosign signature beside the one OpenSSL operation in it: what our own code (annotation,
 * base64, DER, strict JSON, claims) costs on top.
 */
import { generateKeyPairSync, sign, verify as opensslVerify } from "node:crypto";
import { Bench } from "tinybench";
import { digestOf } from "../src/crypto/digest.ts";
import { parsePublicKeySpki } from "../src/crypto/public-key.ts";
import { encodeBase64 } from "../src/encoding/base64.ts";
import { encodeUtf8 } from "../src/encoding/text.ts";
import { entityFromCosignLayer } from "../src/verify/entity.ts";
import { verify } from "../src/verify/verifier.ts";

const OURS = "verify(): legacy signature, P-256";
const OPENSSL = "crypto.verify(): the same bytes";

/** Prints the medians of both and their ratio. */
export async function run(): Promise<void> {
  const bench = new Bench({ name: "keyed verification", time: 1000, warmupTime: 200 });
  addTasks(bench);
  await bench.run();
  console.table(bench.table());
  const ratio = medianOf(bench, OURS) / medianOf(bench, OPENSSL);
  console.log(`keyed verification takes ${ratio.toFixed(2)} times its one OpenSSL operation`);
}

function addTasks(bench: Bench): void {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = parsePublicKeySpki(publicKey.export({ type: "spki", format: "der" }));
  const digest = digestOf(encodeUtf8("manifest"));
  const payload = encodeUtf8(
    JSON.stringify({
      critical: {
        identity: { "docker-reference": "registry.local/acme/web" },
        image: { "docker-manifest-digest": digest },
        type: "cosign container image signature",
      },
      optional: null,
    }),
  );
  const signature = sign("sha256", payload, privateKey);
  const annotations = new Map([["dev.cosignproject.cosign/signature", encodeBase64(signature)]]);
  const requirement = { signer: { kind: "key", key }, content: { kind: "signature" } } as const;
  bench.add(OURS, () => {
    verify(entityFromCosignLayer(payload, annotations), requirement, { digest });
  });
  bench.add(OPENSSL, () => {
    if (!opensslVerify("sha256", payload, key.handle, signature)) throw new Error("the signature must verify");
  });
}

function medianOf(bench: Bench, name: string): number {
  const result = bench.getTask(name)?.result;
  if (result === undefined || !("latency" in result)) throw new Error(`no result of ${name}`);
  return result.latency.p50;
}
