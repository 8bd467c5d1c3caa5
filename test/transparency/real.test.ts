/** The real signatures of the public logs, and of a private one, as far as their log entries go (verification-spec §9.4). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeBase64 } from "../../src/encoding/base64.ts";
import { encodeHex } from "../../src/encoding/hex.ts";
import { parsePem } from "../../src/encoding/pem.ts";
import { parsePublicKeyPem } from "../../src/crypto/public-key.ts";
import type { LoggedContent, LoggedSignature } from "../../src/transparency/entry.ts";
import { leafHash } from "../../src/transparency/inclusion-proof.ts";
import { requireLogs, verifyLogEntries } from "../../src/transparency/log-entries.ts";
import { verifyLogEntry } from "../../src/transparency/log-entry.ts";
import { parseCertificate } from "../../src/x509/certificate.ts";
import { failsWith } from "../support/failures.ts";
import { readVectors, VECTORS_ROOT, type Vector } from "../vectors/check.ts";
import { annotationEntry, bundleEntries, imageLayer, logsOf, type PlainBundle } from "./real-entries.ts";

type Signer = LoggedSignature["signer"];

const VECTORS = readVectors();

function read(path: string): string {
  return readFileSync(join(VECTORS_ROOT, path), "utf8");
}

function certificateSigner(der: Uint8Array): Signer {
  return { kind: "certificate", der, spki: parseCertificate(der).spki };
}

function keySigner(path: string): Signer {
  return { kind: "key", spki: parsePublicKeyPem(read(path)).spki };
}

/** What the entry of a bundle must be about. */
function bundleSignature(bundle: PlainBundle, { key = "" }: Vector): LoggedSignature {
  const { verificationMaterial, dsseEnvelope, messageSignature } = bundle;
  const { certificate, x509CertificateChain } = verificationMaterial;
  const der = (certificate ?? x509CertificateChain?.certificates[0])?.rawBytes;
  const signer = der === undefined ? keySigner(key) : certificateSigner(decodeBase64(der));
  const signature = decodeBase64(dsseEnvelope?.signatures[0]?.sig ?? messageSignature?.signature ?? "");
  return { signature, signer, content: contentOf({ dsseEnvelope, messageSignature }) };
}

function contentOf({
  dsseEnvelope,
  messageSignature,
}: {
  dsseEnvelope: PlainBundle["dsseEnvelope"];
  messageSignature: PlainBundle["messageSignature"];
}): LoggedContent {
  if (dsseEnvelope !== undefined) {
    const { payload, payloadType } = dsseEnvelope;
    return { kind: "dsse", payloadType, payload: decodeBase64(payload) };
  }
  const digest = messageSignature?.messageDigest.digest ?? "";
  return { kind: "digest", algorithm: "sha256", digest: decodeBase64(digest) };
}

describe("the log entries of real bundles", () => {
  const own = VECTORS.filter(({ kind, path, expect, id }) => {
    const isPlain = kind === "bundle" && !path.endsWith(".jsonl") && !id.includes("--");
    return isPlain && expect !== "reject";
  });

  it("are those of 19 bundles at least", () => assert.ok(own.length >= 19, `${own.length}`));

  for (const vector of own) {
    it(`verify in ${vector.id}`, () => {
      const json = read(vector.path);
      const bundle = JSON.parse(json) as PlainBundle;
      const evidence = bundle.mediaType.endsWith("version=0.1") ? "promise" : "proof";
      const entries = bundleEntries(json);
      const logged = bundleSignature(bundle, vector);
      const found = verifyLogEntries(entries, logsOf(vector), logged, evidence);
      assert.equal(found.verified.length, entries.length);
      for (const { integratedTime } of found.verified) assert.ok(integratedTime !== undefined);
      if (vector.requires !== undefined) requireLogs(found, vector.requires.tlog);
    });
  }

  it("do not verify for the signature of another bundle", () => {
    const [one, two] = ["sigstore-js/bundleV03-dsse", "sigstore-js/bundleV03-intoto"].map(
      (id) => VECTORS.find((vector) => vector.id === id) ?? assert.fail(),
    );
    const logged = bundleSignature(JSON.parse(read(one?.path ?? "")) as PlainBundle, one ?? assert.fail());
    const [entry = assert.fail()] = bundleEntries(read(two?.path ?? ""));
    failsWith("LogSignatureMismatch", () => verifyLogEntry(entry, logsOf(two ?? assert.fail()), logged, "proof"));
  });

  it("have the known leaf, tree and root in kubewarden's", () => {
    const [{ body, inclusionProof } = assert.fail()] = bundleEntries(read("sigstore-rs/bundle_v03/bundle_v03.json"));
    assert.equal(inclusionProof?.logIndex, 1_139_201_545n);
    assert.equal(inclusionProof.treeSize, 1_139_201_557n);
    assert.match(encodeHex(inclusionProof.rootHash), /^e532f433.*449d7b$/);
    assert.equal(leafHash(body).length, 32);
  });
});

describe("the promises of real cosign annotations", () => {
  const ids = [
    "containers-image/dir-img-cosign-fulcio-rekor-valid",
    "containers-image/dir-img-cosign-key-rekor-valid",
    "sigstore-rs/legacy-keyless-2021",
  ];
  const vectors = VECTORS.filter(({ id }) => ids.includes(id));

  it("are three", () => assert.equal(vectors.length, ids.length));

  for (const vector of vectors) {
    it(`verify in ${vector.id}, and not for another payload, signature or signer`, () => {
      const { payload, annotations } = layerOf(vector);
      const certificate = annotations["dev.sigstore.cosign/certificate"];
      const logged: LoggedSignature = {
        signature: decodeBase64(annotations["dev.cosignproject.cosign/signature"] ?? ""),
        signer: certificate === undefined ? keySigner(vector.key ?? "") : certificateSigner(parsePem(certificate).der),
        content: { kind: "message", message: payload, algorithm: "sha256" },
      };
      const entry = annotationEntry(annotations["dev.sigstore.cosign/bundle"] ?? "");
      const verify = (change: Partial<LoggedSignature>): unknown =>
        verifyLogEntry(entry, logsOf(vector), { ...logged, ...change }, "promise");
      verify({});
      failsWith("LogDigestMismatch", () => verify({ content: { kind: "message", message: Buffer.from("other") } }));
      failsWith("LogSignatureMismatch", () => verify({ signature: Buffer.from("other") }));
      failsWith("LogSignerMismatch", () => verify({ signer: { kind: "key", spki: Buffer.from("other") } }));
    });
  }
});

function layerOf({ files }: Vector): { payload: Buffer; annotations: Readonly<Record<string, string>> } {
  const [signature] = files?.signatures ?? [];
  if (signature !== undefined) return imageLayer(signature);
  const annotations = JSON.parse(read(files?.annotations ?? "")) as Record<string, string>;
  return { payload: readFileSync(join(VECTORS_ROOT, files?.payload ?? "")), annotations };
}
