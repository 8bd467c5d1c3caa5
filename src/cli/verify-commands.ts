/** `verify` and `verify-bundle` as they are typed: cosign's flags, and the protocol of Sigstore's conformance suite. */
import { Option, type Command } from "commander";
import { plainHttp, subcommand } from "./commands.ts";
import type { VerifyBundleFlags } from "./verify-bundle.ts";
import type { VerifyFlags } from "./verify.ts";

export function addVerify(program: Command, run: (image: string, flags: VerifyFlags) => Promise<void>): void {
  subcommand(program, "verify")
    .description("Verify one image against a public key. Exit 0 verified, 1 denied, 2 could not determine.")
    .argument("<image>", "reference by tag or digest")
    .requiredOption("--key <file>", 'public key, PEM "PUBLIC KEY" (cosign.pub)')
    .addOption(
      new Option("--output <form>", "text, or json as cosign v2 prints it").choices(["text", "json"]).default("text"),
    )
    .addOption(plainHttp())
    .action(run);
}

const BUNDLE_HELP = `
Who must have signed is said in one of two ways:
  --certificate-identity with --certificate-oidc-issuer   by name, exactly, with a certificate of the instance
  --key                                                    by this key; the bundle need not know it

The bundle must hold an entry of a transparency log; with a certificate also a proven time and a promise of a certificate
transparency log. Of a root given by --trusted-root that lists no logs, a time stamp of its authorities is asked instead.

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
    .description("Verify a Sigstore bundle about one file. Exit 0 verified, 1 not verified, 2 usage.")
    .argument("<file-or-digest>", "the file that was signed, or sha256:<hex> (sha384, sha512) if no file has that name")
    .requiredOption("--bundle <file>", "the bundle, JSON, version 0.1 to 0.3")
    .option("--certificate-identity <name>", "subject alternative name of the signer's certificate")
    .option("--certificate-oidc-issuer <url>", "issuer that knew the signer")
    .option("--key <file>", 'public key, PEM "PUBLIC KEY"')
    .option("--trusted-root <file>", "trusted_root.json of the instance (default: Sigstore's public good)")
    .option("--staging", "use the root of Sigstore's staging instance, unless --trusted-root is given", false)
    .addHelpText("after", BUNDLE_HELP)
    .action(run);
}
