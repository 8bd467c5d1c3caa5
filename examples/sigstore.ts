/**
 * `npm run sigstore`: a private Sigstore of real parts on loopback (Fulcio, Rekor, a timestamp authority; an OIDC issuer and
 * a certificate transparency log of test/support) and a registry with an unsigned image, until Ctrl-C. What it prints is a
 * shell script that signs and verifies with them; the end-to-end suite runs that. Needs the programs of the testbed.
 */
import { pushImage } from "../test/support/testbed/images.ts";
import { findPrograms } from "../test/support/testbed/programs.ts";
import { startDistribution } from "../test/support/testbed/registries.ts";
import { startSigstore } from "../test/support/testbed/sigstore.ts";
import { formatScript, writeTokens } from "./sigstore/script.ts";

/** Tokens live for ten minutes. */
const RENEWAL_MS = 300_000;

async function main(): Promise<number> {
  const found = findPrograms();
  if (found.kind === "missing") {
    console.error(found.message);
    return 2;
  }
  const { programs } = found;
  const [sigstore, registry] = await Promise.all([startSigstore({ programs }), startDistribution({ programs })]);
  const { reference } = await pushImage({ registry, repository: "acme/web", tag: "1.0", seed: "web" });
  writeTokens(sigstore);
  const renewal = setInterval(() => writeTokens(sigstore), RENEWAL_MS);
  console.log(formatScript({ sigstore, programs, host: registry.host, image: reference }));
  await new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
  });
  clearInterval(renewal);
  await Promise.all([sigstore.stop(), registry.stop()]);
  return 0;
}

process.exitCode = await main();
