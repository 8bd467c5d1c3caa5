/** What `npm run sigstore` prints: a shell script that signs with a private Sigstore and verifies; and the tokens for it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { claimsOf, subjectOf, type Identity } from "../../test/support/testbed/keyless.ts";
import type { Programs } from "../../test/support/testbed/programs.ts";
import { sealgateProgram } from "../../test/support/testbed/sealgate.ts";
import type { PrivateSigstore } from "../../test/support/testbed/sigstore.ts";

const DEV = { kind: "email", email: "dev@testbed.example" } as const;
const IDENTITIES: readonly Identity[] = [
  DEV,
  { kind: "github", repository: "acme/web", workflow: "release.yaml", ref: "refs/heads/main" },
  { kind: "spiffe", path: "ns/prod/sa/builder" },
];

/** A file for each identity, which Fulcio takes for ten minutes. */
export function writeTokens({ dir, oidc }: PrivateSigstore): void {
  for (const identity of IDENTITIES) {
    writeFileSync(join(dir, `${identity.kind}.token`), oidc.token(identity.kind, claimsOf(identity)), { mode: 0o600 });
  }
}

export interface SigstoreScene {
  readonly sigstore: PrivateSigstore;
  readonly programs: Programs;
  readonly host: string;
  /** By digest. */
  readonly image: string;
}

/** Everything but commands is a comment. */
export function formatScript({ sigstore, programs, host, image }: SigstoreScene): string {
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
