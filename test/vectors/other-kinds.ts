/** Vectors that hold no whole signature: certificate chains, promises, trust roots, key lists, inclusion proofs. */
import { parsePublicKeySpki } from "../../src/crypto/public-key.ts";
import { decodeBase64 } from "../../src/encoding/base64.ts";
import { VerificationFailure } from "../../src/failure/failure.ts";
import { parseSignatureLayer } from "../../src/sigstore/cosign.ts";
import { parseTrustedRoot } from "../../src/sigstore/trusted-root.ts";
import { rootFromInclusionProof } from "../../src/transparency/inclusion-proof.ts";
import { verifySignedEntryTimestamp } from "../../src/transparency/signed-entry-timestamp.ts";
import { matchSubject } from "../../src/verify/identity.ts";
import { buildAuthorities } from "../../src/x509/authority.ts";
import { verifyChain } from "../../src/x509/chain.ts";
import { subjectAlternativeNames } from "../../src/x509/subject-alternative-name.ts";
import { certificatesOf, exactly, trustOf } from "./requirements.ts";
import { readVectorBytes, readVectorFile, type Vector } from "./vector.ts";

/** Inside the validity of the private PKI. */
const PKI_TIME = Date.UTC(2025, 0, 1);

/** Throws what the verifier throws. */
export function checkOther(vector: Vector): void {
  switch (vector.kind) {
    case "certificate-chain":
      return checkChain(vector);
    case "rekor-set":
      return checkPromise(vector);
    case "trusted-root":
      return void parseTrustedRoot(readVectorFile(vector.path), { isBuiltIn: false });
    case "key-list":
      return checkKeys(vector);
    case "merkle-inclusion":
      return checkInclusion(vector);
    default:
      throw new Error(`vectors of kind ${vector.kind} are not known`);
  }
}

function checkChain({ files, caRoots, caIntermediates, identity }: Vector): void {
  const [leaf] = certificatesOf(files?.certificate);
  if (leaf === undefined) throw new Error("the vector has no certificate");
  const authorities = buildAuthorities(certificatesOf(caRoots), certificatesOf(caIntermediates));
  verifyChain(leaf, authorities, [PKI_TIME], "privateSigning");
  matchSubject(subjectAlternativeNames(leaf), exactly(identity ?? ""));
}

/** A promise without the signature that it is about. */
function checkPromise(vector: Vector): void {
  const { logEntry } = parseSignatureLayer(
    new Map([
      ["dev.cosignproject.cosign/signature", "AA=="],
      ["dev.sigstore.cosign/bundle", Buffer.from(readVectorBytes(vector)).toString("utf8")],
    ]),
  );
  if (logEntry?.signedEntryTimestamp === undefined) throw new Error("the vector has no promise");
  const log = trustOf(vector.trustedRoot ?? "").logs.find(({ keyId }) =>
    Buffer.from(keyId).equals(Buffer.from(logEntry.keyId)),
  );
  if (log === undefined) throw new VerificationFailure("LogUnknown", "Cannot find the log in the trust root");
  verifySignedEntryTimestamp(logEntry, logEntry.signedEntryTimestamp, log);
}

function checkKeys({ path }: Vector): void {
  const { keys } = JSON.parse(readVectorFile(path).toString("utf8")) as {
    keys: readonly { publicKey: { rawBytes: string } }[];
  };
  if (keys.length === 0) throw new Error("the list is empty");
  for (const { publicKey } of keys) parsePublicKeySpki(decodeBase64(publicKey.rawBytes));
}

function checkInclusion({ path }: Vector): void {
  const probe = JSON.parse(readVectorFile(path).toString("utf8")) as {
    leafIdx: number;
    treeSize: number;
    root: string;
    leafHash: string;
    proof: readonly string[] | null;
  };
  const root = rootFromInclusionProof(Buffer.from(probe.leafHash, "base64"), {
    index: BigInt(probe.leafIdx),
    size: BigInt(probe.treeSize),
    hashes: (probe.proof ?? []).map((hash) => Buffer.from(hash, "base64")),
  });
  if (Buffer.from(root).equals(Buffer.from(probe.root, "base64"))) return;
  throw new VerificationFailure("LogProofRootMismatch", "Cannot use an inclusion proof that leads to another root");
}
