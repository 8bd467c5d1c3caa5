/**
 * `npm run sigstore`: a private Sigstore of real parts on loopback (Fulcio, Rekor, a timestamp authority; an OIDC issuer and
 * a certificate transparency log of test/support) and a registry with an unsigned image, until Ctrl-C. What it prints is a
 * shell script that signs and verifies with them; the end-to-end suite runs it. Needs the programs of the testbed.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pushImage } from "../test/support/testbed/images.ts";
import { claimsOf, subjectOf, type Identity } from "../test/support/testbed/keyless.ts";
import { findPrograms, type Programs } from "../test/support/testbed/programs.ts";
import { startDistribution } from "../test/support/testbed/registries.ts";
import { sealgateProgram } from "../test/support/testbed/sealgate.ts";
import { startSigstore, type PrivateSigstore } from "../test/support/testbed/sigstore.ts";

const DEV = { kind: "email", email: "dev@testbed.example" } as const;
const IDENTITIES: readonly Identity[] = [
  DEV,
  { kind: "github", repository: "acme/web", workflow: "release.yaml", ref: "refs/heads/main" },
  { kind: "spiffe", path: "ns/prod/sa/builder" },
];
/** Fulcio takes a token for ten minutes. */
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
  console.log(script({ sigstore, programs, host: registry.host, image: reference }));
  await new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
  });
  clearInterval(renewal);
  await Promise.all([sigstore.stop(), registry.stop()]);
  return 0;
}

function writeTokens({ dir, oidc }: PrivateSigstore): void {
  for (const identity of IDENTITIES) {
    writeFileSync(join(dir, `${identity.kind}.token`), oidc.token(identity.kind, claimsOf(identity)), { mode: 0o600 });
  }
}

interface Scene {
  readonly sigstore: PrivateSigstore;
  readonly programs: Programs;
  readonly host: string;
  /** By digest. */
  readonly image: string;
}

function script({ sigstore, programs, host, image }: Scene): string {
  const { dir, oidc, fulcioUrl, rekorUrl, timestampUrl } = sigstore;
  const who = IDENTITIES.map((each) => `#   ${each.kind}.token: ${subjectOf(each)} of ${oidc.issuers[each.kind]}`);
  const services = '--signing-config "$DIR/signing_config.json" --trusted-root "$DIR/trusted_root.json"';
  const name = `--certificate-identity ${subjectOf(DEV)} --certificate-oidc-issuer ${oidc.issuers.email}`;
  const trusted = '--trusted-root "$DIR/trusted_root.json"';
  const registry = `--plain-http ${host} --allow-private ${host}`;
  const ours = `"$NODE" "$SEALGATE" verify "$IMAGE" ${registry} ${trusted}`;
  return `# A private Sigstore on loopback, until Ctrl-C. All of this can be pasted into another shell.
#   Fulcio ${fulcioUrl}
#   Rekor ${rekorUrl}
#   timestamp authority ${timestampUrl}
# Tokens of its issuers, written anew every five minutes:
${who.join("\n")}

DIR=${dir}
COSIGN=${programs.cosignV3}
COSIGN2=${programs.cosignV2}
NODE=${process.execPath}
SEALGATE=${sealgateProgram}
IMAGE=${image}

# 1. cosign 3 signs without a key (another token: another signer), and attests
"$COSIGN" sign --yes --identity-token "$DIR/email.token" ${services} "$IMAGE"
echo '{"answer": 42}' > "$DIR/answer.json"
"$COSIGN" attest --yes --identity-token "$DIR/email.token" ${services} \\
  --type https://testbed.example/predicate/v1 --predicate "$DIR/answer.json" "$IMAGE"

# 2. cosign and Sealgate verify it by name
"$COSIGN" verify ${trusted} \\
  ${name} "$IMAGE"
${ours} \\
  ${name}

# 3. The same by cosign 2: its older layout, a time stamp in place of the log
export SIGSTORE_CT_LOG_PUBLIC_KEY_FILE="$DIR/ct-log.pub"
"$COSIGN2" sign --yes --identity-token "$DIR/spiffe.token" --fulcio-url ${fulcioUrl} \\
  --tlog-upload=false --timestamp-server-url ${timestampUrl} --insecure-skip-verify "$IMAGE"
${ours} \\
  --insecure-ignore-tlog --require-timestamp \\
  --certificate-identity-regexp 'spiffe://testbed\\.example/.+' --certificate-oidc-issuer ${oidc.issuers.spiffe}

# In a policy: "trustRoot: testbed", and for sealgate serve, verify and apply --config with
#   trustRoots: {testbed: {file: ${sigstore.trustedRoot}}}
`;
}

process.exitCode = await main();
