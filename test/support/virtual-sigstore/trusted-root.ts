/** trusted_root.json of the virtual instance (verification-spec §7.2). */
import { createPublicKey, type KeyObject } from "node:crypto";
import type { Interval } from "../../../src/encoding/interval.ts";
import type { TestTimestampAuthority } from "../timestamp/authority.ts";
import type { TestLog } from "../transparency/log.ts";
import type { TestCertificate } from "../x509/certificate.ts";
import type { TestCtLog } from "../x509/ct-log.ts";
import { spkiOf } from "../x509/key.ts";
import type { Members } from "./evidence.ts";
import { base64 } from "./statement.ts";

interface Instance {
  readonly chain: readonly TestCertificate[];
  readonly ctLogs: readonly TestCtLog[];
  readonly logs: readonly TestLog[];
  readonly authorities: readonly TestTimestampAuthority[];
}

export function trustedRootOf({ chain, ctLogs, logs, authorities }: Instance): Members {
  return {
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: logs.map(({ privateKey, keyId, host, trusted }) =>
      logOf(`https://${host}`, privateKey, keyId, trusted.validFor),
    ),
    certificateAuthorities: [
      authorityOf("https://fulcio.example", chain, { start: chain.at(0)?.parsed.notBefore ?? 0 }),
    ],
    ctlogs: ctLogs.map(({ privateKey, keyId, trusted }, i) =>
      logOf(`https://ct-${i}.example`, privateKey, keyId, trusted.validFor),
    ),
    timestampAuthorities: authorities.map(({ signer, intermediate, root, trusted }) =>
      authorityOf(trusted.uri ?? "", [signer, intermediate, root], trusted.validFor),
    ),
  };
}

function logOf(baseUrl: string, privateKey: KeyObject, keyId: Uint8Array, validFor: Interval): Members {
  return {
    baseUrl,
    hashAlgorithm: "SHA2_256",
    publicKey: {
      rawBytes: base64(spkiOf(privateKey)),
      keyDetails: keyDetailsOf(privateKey),
      validFor: windowOf(validFor),
    },
    logId: { keyId: base64(keyId) },
  };
}

function authorityOf(uri: string, chain: readonly TestCertificate[], validFor: Interval): Members {
  return {
    subject: { organization: "sigstore.example", commonName: "virtual" },
    uri,
    certChain: { certificates: chain.map(({ der }) => ({ rawBytes: base64(der) })) },
    validFor: windowOf(validFor),
  };
}

function windowOf({ start, end }: Interval): Members {
  return {
    ...(start !== undefined && { start: new Date(start).toISOString() }),
    ...(end !== undefined && { end: new Date(end).toISOString() }),
  };
}

function keyDetailsOf(privateKey: KeyObject): string {
  const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(privateKey);
  if (asymmetricKeyType === "ed25519") return "PKIX_ED25519";
  if (asymmetricKeyType === "rsa") return `PKIX_RSA_PKCS1V15_${asymmetricKeyDetails?.modulusLength}_SHA256`;
  return asymmetricKeyDetails?.namedCurve === "secp384r1" ? "PKIX_ECDSA_P384_SHA_384" : "PKIX_ECDSA_P256_SHA_256";
}
