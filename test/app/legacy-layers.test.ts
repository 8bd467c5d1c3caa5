// Layers of the legacy tags: of the right media type, wanted, and each for itself.
import assert from "node:assert/strict";
import { encodeUtf8 } from "../../src/encoding/text.ts";
import { attachLayer } from "../support/registry/attach.ts";
import { signLegacy } from "../support/signer.ts";
import { countCalls, KEY, PATH, withApplication, type Bench } from "./fixtures.ts";
import { ATTESTATIONS, candidatesOf, gather, statesOf, VULN } from "./gathering.ts";
import type { Digest } from "../../src/crypto/digest.ts";

const ENVELOPE = "application/vnd.dsse.envelope.v1+json";
const envelope = JSON.stringify({
  payloadType: "application/vnd.in-toto+json",
  payload: "e30=",
  signatures: [{ keyid: "", sig: "AAAA" }],
});

async function attest({ server }: Bench, predicateType: string | undefined, mediaType = ENVELOPE): Promise<Digest> {
  const digest = await server.putImage(PATH, "1", "a");
  const annotations = {
    "dev.cosignproject.cosign/signature": "",
    ...(predicateType === undefined ? {} : { predicateType }),
  };
  const layer = { kind: "att", blob: encodeUtf8(envelope), mediaType, annotations } as const;
  await attachLayer({ registry: server, repository: PATH, digest }, layer);
  return digest;
}

describe("registry look-ups: gatherTag()", () => {
  it("takes attestations of the wanted type, and those that do not say theirs", async () => {
    for (const type of [VULN, undefined]) {
      await withApplication({}, async (bench) => {
        const evidence = await gather(bench, await attest(bench, type), ATTESTATIONS);
        assert.deepEqual(candidatesOf(evidence), ["legacy-attestation"]);
        assert.ok(statesOf(evidence).includes("read: 1 found"));
        assert.match(evidence.candidates[0]?.subject ?? "", /^attestation sha256:/);
      });
    }
  });

  it("fetches no attestation of another type, and none where signatures alone are wanted", async () => {
    await withApplication({}, async (bench) => {
      const registry = countCalls(bench.registry);
      const other = await attest(bench, "https://spdx.dev/Document");
      assert.deepEqual(candidatesOf(await gather({ ...bench, registry }, other, ATTESTATIONS)), []);
      assert.deepEqual(candidatesOf(await gather({ ...bench, registry }, await attest(bench, undefined))), []);
      assert.equal(registry.calls.blob, 0);
    });
  });

  it("fetches no signature where attestations alone are wanted", async () => {
    await withApplication({}, async (bench) => {
      const digest = await bench.server.putImage(PATH, "1", "a");
      await signLegacy(bench.server, PATH, digest, KEY);
      assert.deepEqual(candidatesOf(await gather(bench, digest, ATTESTATIONS)), []);
      assert.deepEqual(candidatesOf(await gather(bench, digest)), ["legacy-signature"]);
    });
  });

  it("passes over layers of other media types", async () => {
    await withApplication({}, async (bench) => {
      assert.deepEqual(candidatesOf(await gather(bench, await attest(bench, VULN, "text/plain"), ATTESTATIONS)), []);
    });
  });

  it("keeps an attestation that does not parse, with its reason", async () => {
    await withApplication({}, async (bench) => {
      const digest = await bench.server.putImage(PATH, "1", "a");
      const annotations = { "dev.cosignproject.cosign/signature": "" };
      const layer = { kind: "att", blob: encodeUtf8("{"), mediaType: ENVELOPE, annotations } as const;
      await attachLayer({ registry: bench.server, repository: PATH, digest }, layer);
      assert.deepEqual(candidatesOf(await gather(bench, digest, ATTESTATIONS)), ["EnvelopeMalformed"]);
    });
  });
});
