/** `verify` and `verify-bundle` as they are typed: cosign's flags, and the protocol of Sigstore's conformance suite. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { config, output, subcommand } from "./commands.ts";
import { allowPrivate, plainHttp } from "./registry-flags.ts";
import { registryPasswordStdin, registryUsername } from "./registry-user.ts";
import type { VerifyBundleFlags } from "./verify-bundle.ts";
import type { VerifyFlags } from "./verify-flags.ts";

const KEY =
  'public key: a file, PEM "PUBLIC KEY" (cosign.pub), k8s://NAMESPACE/SECRET[/MEMBER] by KUBECONFIG, or the URI of a KMS (docs/keys.md)';

const VERIFY_HELP = `
Who must have signed is said in one of two ways:
  --key                                             by a key; a certificate beside its signature is not looked at
  --certificate-identity with
  --certificate-oidc-issuer                         by name, with a certificate of the trust root; of each of the two
                                                    there is a form with a regular expression (RE2) instead. It must
                                                    match the whole text, where cosign takes a match anywhere in it

A signature must have an entry in a transparency log, and its certificate the promise of a certificate transparency log.
  --insecure-ignore-tlog   drops the first; with a certificate it needs --require-timestamp, since something must prove
                           when the certificate signed (cosign takes the current time then)
  --insecure-ignore-sct    drops the second
What a root given by --trusted-root cannot prove is not asked for: without logs, a time stamp is asked instead.

A private registry is read with --registry-username, else with what docker or podman is logged in with.

Exit status: 0 verified, 1 denied, 2 usage or could not determine.

Examples:
  sealgate verify ghcr.io/acme/web:1.0 --key cosign.pub --insecure-ignore-tlog
  sealgate verify ghcr.io/acme/web:1.0 --certificate-oidc-issuer https://token.actions.githubusercontent.com \\
    --certificate-identity-regexp 'https://github\\.com/acme/web/\\.github/workflows/release\\.yml@refs/tags/v.*'
`;

export function addVerify(program: Command, run: (image: string, flags: VerifyFlags) => Promise<void>): void {
  subcommand(program, "verify")
    .description("Verify the signature of one image, as the webhook does.")
    .argument("<image>", "reference by tag or digest")
    .option("--key <key>", KEY)
    .option("--certificate-identity <name>", "subject alternative name of the signer's certificate")
    .option("--certificate-identity-regexp <expression>", "expression that the whole name must match")
    .option("--certificate-oidc-issuer <url>", "issuer that knew the signer")
    .option("--certificate-oidc-issuer-regexp <expression>", "expression that the whole issuer must match")
    .option("--trusted-root <file>", "trusted_root.json of the instance (default: sigstore-public-good)")
    .option("--insecure-ignore-tlog", "ask for no entry of a transparency log", false)
    .option("--insecure-ignore-sct", "ask for no promise of certificate transparency", false)
    .option("--require-timestamp", "ask for a time stamp of an authority, beside what else is asked for", false)
    .addOption(new Option("--use-signed-timestamps", "cosign's name of --require-timestamp").default(false))
    .addOption(annotations())
    .addOption(output("text, or json as cosign v2 prints it", ["text", "json"]))
    .addOption(config())
    .addOption(plainHttp())
    .addOption(allowPrivate())
    .addOption(registryUsername())
    .addOption(registryPasswordStdin())
    .addHelpText("after", VERIFY_HELP)
    .action(run);
}

function annotations(): Option {
  return new Option("-a, --annotations <key=value>", "the signed payload must say this; may be given again")
    .argParser((text: string, known: Readonly<Record<string, string>>) => {
      const split = text.indexOf("=");
      if (split <= 0) throw new InvalidArgumentError("want KEY=VALUE");
      return { ...known, [text.slice(0, split)]: text.slice(split + 1) };
    })
    .default({});
}

const BUNDLE_HELP = `
Who must have signed is said in one of two ways:
  --certificate-identity with --certificate-oidc-issuer   by name, exactly, with a certificate of the instance
  --key                                                    by this key; the bundle need not know it

The bundle must hold an entry of a transparency log; with a certificate also a proven time and a promise of a certificate
transparency log. Of a root given by --trusted-root that lists no logs, a time stamp of its authorities is asked instead.

Exit status: 0 verified, 1 not verified, 2 usage.

Examples:
  sealgate verify-bundle --bundle app.sigstore.json --certificate-identity dev@example.com \\
    --certificate-oidc-issuer https://accounts.google.com app.tar.gz
  sealgate verify-bundle --bundle app.sigstore.json --key release.pub sha256:<64 hex digits>
`;

export function addVerifyBundle(
  program: Command,
  run: (target: string, flags: VerifyBundleFlags) => Promise<void>,
): void {
  subcommand(program, "verify-bundle")
    .description("Verify a Sigstore bundle about one file.")
    .argument("<file-or-digest>", "the file that was signed, or sha256:<hex> (sha384, sha512) if no file has that name")
    .requiredOption("--bundle <file>", "the bundle, JSON, version 0.1 to 0.3")
    .option("--certificate-identity <name>", "subject alternative name of the signer's certificate")
    .option("--certificate-oidc-issuer <url>", "issuer that knew the signer")
    .option("--key <key>", KEY)
    .option("--trusted-root <file>", "trusted_root.json of the instance (default: Sigstore's public good)")
    .option("--staging", "use the root of Sigstore's staging instance, unless --trusted-root is given", false)
    .addHelpText("after", BUNDLE_HELP)
    .action(run);
}
