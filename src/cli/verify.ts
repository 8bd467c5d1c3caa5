/**
 * `sealgate verify IMAGE --key FILE`: one image against one key, through the same compiler, core and explanation as the
 * webhook. `--output json` prints what cosign v2 prints: a list of the signed payloads.
 */
import { explainImage } from "../admission/explain.ts";
import type { ImageVerifier, VerifiedImage } from "../app/verify-image.ts";
import { toPlain } from "../encoding/json.ts";
import { attempt } from "../failure/attempt.ts";
import { parseImageReference, type ImageReference } from "../oci/reference.ts";
import { compilePolicy, type CompiledRule } from "../policy/compile.ts";
import type { TrustRoots } from "../policy/trust-root.ts";
import type { PolicyResource } from "../policy/types.ts";
import { validatePolicy } from "../policy/validate.ts";
import type { ImageVerdict, RuleVerdict } from "../policy/verdict.ts";
import { UsageError, type CommandIo, type ExitCode } from "./io.ts";

export interface VerifyFlags {
  readonly key: string;
  readonly output: "text" | "json";
  readonly plainHttp: readonly string[];
}

/** Prints the result; exit 0 verified, 1 denied, 2 could not determine. Throws UsageError for a bad reference or key. */
export async function runVerify(
  image: string,
  options: VerifyFlags,
  verifier: ImageVerifier,
  io: CommandIo,
): Promise<ExitCode> {
  const reference = attempt(() => parseImageReference(image));
  if (!reference.ok) throw new UsageError(`${reference.failure.message}\nhint: ${reference.failure.hint}`);
  const rule = ruleForKey(io.readText(options.key), options.key);
  const verified = await verifier.verify(reference.value, [rule], AbortSignal.timeout(30_000));
  const [verdict] = verified.verdicts;
  if (verdict === undefined) throw new Error("one rule was asked and none was judged");
  if (verdict.outcome !== "Pass") {
    io.err(`${explainImage(imageVerdict(verified, verdict))}\n`);
    return verdict.outcome === "Fail" ? 1 : 2;
  }
  io.out(options.output === "json" ? asCosignPrints(reference.value, verdict) : asText(verified, verdict, options.key));
  return 0;
}

/** By key alone no trust root is asked for. */
const noTrustRoots: TrustRoots = () => undefined;

function ruleForKey(publicKeys: string, file: string): CompiledRule {
  const resource: PolicyResource = {
    apiVersion: "sealgate.dev/v1alpha1",
    kind: "ClusterImageVerifyPolicy",
    metadata: { name: "command-line" },
    spec: {
      failureAction: "Enforce",
      verifyImages: [
        {
          name: "key",
          imageReferences: ["*"],
          mutateDigest: false,
          verifyDigest: false,
          attestors: [{ entries: [{ name: "key", keys: { publicKeys }, insecureIgnoreTlog: true }] }],
        },
      ],
    },
  };
  const [problem] = validatePolicy(resource);
  if (problem !== undefined) throw new UsageError(`Cannot use ${file} as a public key: ${problem.message}`);
  const [rule] = compilePolicy(resource, noTrustRoots).rules;
  if (rule === undefined) throw new Error("the policy for one key has no rule");
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

function asText(verified: VerifiedImage, verdict: RuleVerdict, keyFile: string): string {
  const keys = verdict.evidence.flatMap(({ principal }) => (principal.kind === "key" ? [principal.keyId] : []));
  return [
    `Verified ${verified.image}`,
    "These checks were made on each signature:",
    "  - the digest is our own hash of the manifest's bytes",
    `  - the signature was made by the key in ${keyFile} (SHA-256 of its SPKI: ${[...new Set(keys)].join(", ")})`,
    "  - the signed payload names this digest and is an image signature",
    "  - a transparency log was not asked",
    `looked in: ${verified.places.map(({ place, detail }) => `${place} (${detail})`).join(", ")}`,
    "",
  ].join("\n");
}

/** cosign v2: one simple-signing payload a signature. */
function asCosignPrints(reference: ImageReference, verdict: RuleVerdict): string {
  const payloads = verdict.evidence.map(({ claims: { digest, annotations, dockerReference } }) => ({
    critical: {
      identity: {
        "docker-reference": dockerReference ?? `${reference.repository.host}/${reference.repository.path}`,
      },
      image: { "docker-manifest-digest": digest },
      type: "cosign container image signature",
    },
    optional: annotations.size === 0 ? null : toPlain(annotations),
  }));
  return `${JSON.stringify(payloads)}\n`;
}
