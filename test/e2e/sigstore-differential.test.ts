/**
 * `sealgate verify --trusted-root` beside both cosigns, on every image that they sign against the private Sigstore: by name
 * and by key, for the own signer and for another. What they wrote is held by `sealgate verify-bundle` too, attestations
 * among it. docs/cosign-differences.md lists what the three say otherwise.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readBundle } from "../support/testbed/evidence.ts";
import type { RunResult } from "../support/testbed/process.ts";
import { nameFlags, type CertificateIdentity } from "../support/testbed/keyless.ts";
import { verifyBundle, verifyImage } from "../support/testbed/sealgate.ts";
import { listedDifferences, ourVerdict, say } from "./differences.ts";
import {
  imageOf,
  repositoryOf,
  sigstoreCases,
  useSigstoreImages,
  type SigstoreCase,
  type SigstoreImages,
} from "./sigstore-images.ts";
import { describeOnTestbed, registryNames, type Testbed } from "./testbed.ts";

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/gu, String.raw`\$&`);

/** cosign wants a match anywhere, Sealgate of the whole: a whole name is both. */
const regexpFlags = ({ subject, issuer }: CertificateIdentity): readonly string[] => [
  `--certificate-identity-regexp=${escape(subject).replace(/^[a-z]+/u, "[a-z]+")}`,
  `--certificate-oidc-issuer-regexp=${escape(issuer).replace("http", "https?")}`,
];

/** For whom it is asked: the own signer first, others by what is wrong with them. */
type Flags = Readonly<Record<string, readonly string[]>>;

function flagsFor({ by, code }: SigstoreCase, { keys, keyless }: Testbed, format: typeof nameFlags): Flags {
  if (by === "key") return { own: ["--key", keys.acme.publicKey], another: ["--key", keys.other.publicKey] };
  const named = keyless.identityOf(by);
  if (code !== undefined) return { own: format(named) };
  return {
    own: format(named),
    another: format({ ...named, subject: "mallory@elsewhere.example" }),
    ...(format === nameFlags && { "of another issuer": format({ ...named, issuer: "https://issuer.example" }) }),
  };
}

describeOnTestbed("differences from cosign with a Sigstore", (testbed) => {
  const listed = listedDifferences();
  let images: SigstoreImages;

  before("sign with the private Sigstore", async () => {
    images = await useSigstoreImages(testbed());
  });

  async function askAll(
    image: SigstoreCase,
    { reference, host }: { readonly reference: string; readonly host: string },
    signer: readonly string[],
  ): Promise<readonly RunResult[]> {
    const { keyless, sigstore } = testbed();
    const { form } = image;
    const unlogged = form === "layer" ? ["--insecure-ignore-tlog", "--require-timestamp"] : [];
    return Promise.all([
      verifyImage(reference, ["--trusted-root", sigstore.trustedRoot, ...unlogged, ...signer], host),
      keyless.verifyWith("v2", form, signer)(reference),
      keyless.verifyWith("v3", form, signer)(reference),
    ]);
  }

  for (const registryName of registryNames) {
    const format = registryName === "distribution" ? nameFlags : regexpFlags;
    for (const image of sigstoreCases) {
      it(`says of ${image.name} on ${registryName} what cosign says, or what the page says`, async () => {
        const { reference } = imageOf(images, registryName, image);
        const { host } = testbed().registries[registryName];
        for (const [who, signer] of Object.entries(flagsFor(image, testbed(), format))) {
          const [ours, v2, v3] = (await askAll(image, { reference, host }, signer)) as [
            RunResult,
            RunResult,
            RunResult,
          ];
          const shown = `${who}\n${ours.stdout}${ours.stderr}\n${v2.stderr}\n${v3.stderr}`;
          const verdicts = [ourVerdict(ours), say(v2.code === 0), say(v3.code === 0)];
          assert.equal(verdicts[0], say(who === "own" && image.code === undefined), shown);
          const isSame = new Set(verdicts).size === 1;
          const expected = who === "own" ? listed.get(image.name) : undefined;
          assert.equal(verdicts.join(" "), expected ?? Array(3).fill(verdicts[0]).join(" "), shown);
          assert.ok(!isSame || expected === undefined, `docs/cosign-differences.md lists ${image.name}`);
        }
      });
    }
  }

  for (const image of sigstoreCases.filter(({ form, name }) => form === "bundle" && !name.includes("beside"))) {
    it(`verifies the file of ${image.name}, for its own signer alone`, async () => {
      const { tools, sigstore, registries } = testbed();
      const { digest } = imageOf(images, "distribution", image);
      const target = { registry: registries.distribution, repository: repositoryOf(image) };
      const file = join(tools.dir, `${image.name}.sigstore.json`);
      writeFileSync(file, JSON.stringify(await readBundle(target, digest)));
      for (const [who, signer] of Object.entries(flagsFor(image, testbed(), nameFlags))) {
        const { code, stderr } = await verifyBundle(file, digest, ["--trusted-root", sigstore.trustedRoot, ...signer]);
        assert.equal(code, who === "own" ? 0 : 1, `${who}: ${stderr}`);
      }
    });
  }
});
