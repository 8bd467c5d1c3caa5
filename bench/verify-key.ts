/**
 * Keyed verification of a legacy cosign signature beside the one OpenSSL operation in it: what our own code (annotation,
 * base64, DER, strict JSON, claims) costs on top.
 */
import { generateKeyPairSync, sign, verify as opensslVerify } from "node:crypto";
import { digestOf } from "../src/crypto/digest.ts";
import { parsePublicKeySpki } from "../src/crypto/public-key.ts";
import { encodeBase64 } from "../src/encoding/base64.ts";
import { encodeUtf8 } from "../src/encoding/text.ts";
import { entityFromCosignLayer } from "../src/verify/entity.ts";
import { verify } from "../src/verify/verifier.ts";
import { measure, type Operations } from "./micro.ts";
import { formatRatio, formatTime, type Benchmark } from "./table.ts";

const OURS = "verify(): legacy signature, P-256";
const OPENSSL = "crypto.verify(): the same bytes";

export const keyVerification: Benchmark = {
  name: "verify-key",
  describes: "verify a signature by a key, beside its one OpenSSL operation",
  run: async () => {
    const medians = await measure(operations());
    const of = (name: string): number => medians.get(name) ?? Number.NaN;
    const rows = [OURS, OPENSSL].map((name) => [name, formatTime(of(name)), formatRatio(of(name) / of(OPENSSL))]);
    return [{ title: "Keyed verification", columns: ["operation", "median", "ratio"], rows }];
  },
};

function operations(): Operations {
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
  const thresholds = { logs: 0, certificateLogs: 0, times: 0, timestamps: 0 };
  const requirement = { signer: { kind: "key", key }, content: { kind: "signature" }, thresholds } as const;
  return {
    [OURS]: () => void verify(entityFromCosignLayer(payload, annotations), requirement, { digest }, 0),
    [OPENSSL]: () => {
      if (!opensslVerify("sha256", payload, key.handle, signature)) throw new Error("the signature must verify");
    },
  };
}
