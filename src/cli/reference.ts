/**
 * `sealgate reference REF [-p POLICY…]`: the one name by which an image is known to policies and configuration, and the
 * rules that would cover it. Nothing is contacted.
 */
import { attempt } from "../failure/attempt.ts";
import { formatReference, parseImageReference, shortNameWarning, type ImageReference } from "../oci/reference.ts";
import type { CompiledPolicy, CompiledRule } from "../policy/compile.ts";
import type { CommandIo, ExitCode } from "./io.ts";

/** Exit 1 for what is no reference, since every policy denies it. `policies` undefined: none were asked about. */
export function runReference(text: string, policies: readonly CompiledPolicy[] | undefined, io: CommandIo): ExitCode {
  const parsed = attempt(() => parseImageReference(text));
  if (!parsed.ok) {
    const { code, message, hint } = parsed.failure;
    io.err(`${code}: ${message}\nhint: ${hint}\n`);
    return 1;
  }
  const warning = shortNameWarning(parsed.value);
  if (warning !== undefined) io.err(`warning: ${warning}\n`);
  io.out(
    [...describe(parsed.value), ...(policies === undefined ? [] : covering(policies, parsed.value)), ""].join("\n"),
  );
  return 0;
}

function describe(reference: ImageReference): readonly string[] {
  const { repository, tag, digest } = reference;
  const proven = digest === undefined ? "" : " (unproven text beside a digest)";
  return [
    formatReference(reference),
    `  host    ${repository.host}`,
    `  path    ${repository.path}`,
    ...(tag === undefined ? [] : [`  tag     ${tag}${proven}`]),
    ...(digest === undefined ? [] : [`  digest  ${digest}`]),
  ];
}

function covering(policies: readonly CompiledPolicy[], reference: ImageReference): readonly string[] {
  const rows = policies.flatMap((policy) =>
    policy.rules.filter((rule) => rule.covers(reference)).map((rule) => rowOf(policy, rule)),
  );
  return rows.length === 0 ? ["covered by no rule"] : ["covered by", ...rows];
}

function rowOf({ id }: CompiledPolicy, rule: CompiledRule): string {
  const name = id.namespace === undefined ? id.name : `${id.namespace}/${id.name}`;
  const broken = rule.errors.length === 0 ? "" : ", which does not compile";
  return `  ${id.kind} "${name}", rule "${rule.name}"${broken}`;
}
