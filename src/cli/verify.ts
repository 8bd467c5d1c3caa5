/**
 * `sealgate verify IMAGE`: one image against one signer, through the same compiler, core and explanation as the webhook.
 * What cosign asks for by default is asked for: the log, and of a certificate the promise of certificate transparency.
 */
import { explainImage } from "../admission/explain.ts";
import type { ImageVerifier, VerifiedImage } from "../app/verify-image.ts";
import { attempt } from "../failure/attempt.ts";
import { parseImageReference } from "../oci/reference.ts";
import { compilePolicy, type CompiledRule } from "../policy/compile.ts";
import type { TrustRoots } from "../policy/trust-root.ts";
import type { EntrySpec, PolicyResource } from "../policy/types.ts";
import { validatePolicy } from "../policy/validate.ts";
import type { ImageVerdict, RuleVerdict } from "../policy/verdict.ts";
import type { Keychains } from "../ports/credentials.ts";
import { UsageError, type CommandIo, type ExitCode } from "./io.ts";
import { registryUser, shownFirst } from "./registry-user.ts";
import { readTrustedRoot } from "./trusted-root.ts";
import { entryOf, flagOf, type VerifyFlags } from "./verify-flags.ts";
import { asCosignPrints, asText } from "./verify-output.ts";

export interface VerifyContext {
  readonly verifier: ImageVerifier;
  /** By the configuration; --trusted-root replaces them. */
  readonly trustRoots: TrustRoots;
  /** What the user is logged in with; --registry-username comes before. */
  readonly keychains: Keychains;
}

/** Prints the result; exit 0 verified, 1 denied, 2 could not determine. Throws UsageError for what cannot be asked. */
export async function runVerify(
  image: string,
  flags: VerifyFlags,
  { verifier, trustRoots, keychains }: VerifyContext,
  io: CommandIo,
): Promise<ExitCode> {
  const reference = attempt(() => parseImageReference(image));
  if (!reference.ok) throw new UsageError(`${reference.failure.message}\nhint: ${reference.failure.hint}`);
  const rule = ruleOf(entryOf(flags, io), rootsOf(flags, trustRoots, io));
  const user = registryUser(flags, io);
  const kept = keychains.keychain({ secrets: [], isOperators: true });
  const keychain = user === undefined ? kept : shownFirst(user, reference.value.repository.host, kept);
  const verified = await verifier.verify(reference.value, [rule], AbortSignal.timeout(30_000), {
    keychains: { image: keychain, rules: [keychain] },
  });
  const [verdict] = verified.verdicts;
  if (verdict === undefined) throw new Error("one rule was asked and none was judged");
  if (verdict.outcome !== "Pass") {
    io.err(`${explainImage(imageVerdict(verified, verdict))}\n`);
    return verdict.outcome === "Fail" ? 1 : 2;
  }
  io.out(flags.output === "json" ? asCosignPrints(reference.value, verdict) : asText(verified, verdict, rule, flags));
  return 0;
}

function rootsOf({ trustedRoot }: VerifyFlags, trustRoots: TrustRoots, io: CommandIo): TrustRoots {
  if (trustedRoot === undefined) return trustRoots;
  const root = readTrustedRoot(trustedRoot, io);
  return () => root;
}

function ruleOf(entry: EntrySpec, trustRoots: TrustRoots): CompiledRule {
  const resource: PolicyResource = {
    apiVersion: "sealgate.dev/v1alpha1",
    kind: "ClusterImageVerifyPolicy",
    metadata: { name: "command-line" },
    spec: {
      failureAction: "Enforce",
      verifyImages: [
        {
          name: "signed",
          imageReferences: ["*"],
          mutateDigest: false,
          verifyDigest: false,
          attestors: [{ entries: [entry] }],
        },
      ],
    },
  };
  const [problem] = validatePolicy(resource);
  if (problem !== undefined) throw new UsageError(`${flagOf(problem.path)} ${problem.message}`);
  const [rule] = compilePolicy(resource, trustRoots).rules;
  if (rule === undefined) throw new Error("the policy of the command line has no rule");
  return rule;
}

function imageVerdict(verified: VerifiedImage, verdict: RuleVerdict): ImageVerdict {
  return {
    image: verified.image,
    fields: [],
    ...(verified.digest === undefined ? {} : { digest: verified.digest }),
    places: verified.places,
    results: [
      {
        policy: { kind: "ClusterImageVerifyPolicy", name: "command-line" },
        failureAction: "Enforce",
        failurePolicy: "Fail",
        verdict,
      },
    ],
  };
}
