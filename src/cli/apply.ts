/**
 * `sealgate apply -p POLICY… -r RESOURCE…`: the verdict that the webhook would give, as a table or as data. Pods are
 * pinned first, as /mutate would, and judged then; templates of controllers are judged as they are.
 */
import { AdmissionError } from "../admission/error.ts";
import { explainImage, UNMATCHED } from "../admission/explain.ts";
import type { AdmissionRequest } from "../admission/request.ts";
import { deadlineIn } from "../app/deadline.ts";
import type { Review, Reviewer } from "../app/reviewer.ts";
import { isJsonObject } from "../encoding/guard.ts";
import type { JsonObject, JsonValue } from "../encoding/json.ts";
import type { ExceptionUse } from "../policy/exception.ts";
import { effectOf, unmatchedEffect, type ImageVerdict, type Outcome, type RuleResult } from "../policy/verdict.ts";
import { quoted } from "../failure/failure.ts";
import { UsageError, type CommandIo, type ExitCode } from "./io.ts";
import { formatTable } from "./table.ts";

/** A pod of a resource file, or a controller with the template of one. */
export interface AppliedPod {
  /** For messages: file and line. */
  readonly origin: string;
  /** Pod, or one of the seven controllers. */
  readonly kind: string;
  readonly group: string;
  /** For example pods. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly object: JsonObject;
}

export interface ApplyOptions {
  /** How the rows are printed; `data` for json and yaml. */
  readonly print: { readonly kind: "table" } | { readonly kind: "data"; format(rows: readonly ApplyRow[]): string };
}

export interface ApplyRow {
  readonly resource: string;
  readonly image: string;
  readonly policy: string;
  readonly rule: string;
  /** Skip: an exception takes the rule off the image, and nobody asked it. */
  readonly verdict: Outcome | "Skip";
  readonly effect: "admit" | "warn" | "deny";
  readonly reason: string;
  /** The text that the webhook would give; only where the verdict is no Pass. */
  readonly explanation?: string;
}

/** As long as a webhook may take. */
const TIMEOUT_MS = 30_000;

/**
 * Exit 0: every pod would be admitted; 1: some would be denied; 2: some denied only because it could not be determined.
 * Throws UsageError for a pod that cannot be read.
 */
export async function runApply(
  pods: readonly AppliedPod[],
  options: ApplyOptions,
  reviewer: Reviewer,
  io: CommandIo,
): Promise<ExitCode> {
  const rows: ApplyRow[] = [];
  for (const pod of pods) {
    const { verdicts, exceptions } = await judge(pod, reviewer);
    for (const verdict of verdicts) {
      rows.push(...verdict.results.map((result) => rowOf(pod, verdict, result)), ...unmatchedRows(pod, verdict));
    }
    rows.push(...exceptions.map((use) => skippedRow(pod, use)));
  }
  io.out(options.print.kind === "data" ? options.print.format(rows) : tableAndReasons(rows, pods.length));
  return exitCode(rows);
}

/** Of what makes no pod by itself; nothing where nothing was passed over. `kinds` are by how many objects of each there are. */
export function formatPassedOver(kinds: ReadonlyMap<string, number>): readonly string[] {
  if (kinds.size === 0) return [];
  const counted = [...kinds].map(
    ([kind, count]) => `${count} ${/^[A-Za-z0-9]{1,63}$/.test(kind) ? kind : quoted(kind)}`,
  );
  return [`passed over: ${counted.join(", ")} (pods that such objects make are judged when they are made)`];
}

async function judge(pod: AppliedPod, reviewer: Reviewer): Promise<Review> {
  try {
    return await pinAndValidate(pod, reviewer);
  } catch (error) {
    if (error instanceof AdmissionError) throw new UsageError(`${pod.origin}: ${error.message}`);
    throw error;
  }
}

async function pinAndValidate(pod: AppliedPod, reviewer: Reviewer): Promise<Review> {
  const signal = deadlineIn(TIMEOUT_MS);
  const { pins } = await reviewer.pin(requestFor(pod, pod.object), signal);
  const pinned = pins.reduce<JsonValue>(
    (object, { field, value }) => replaceAt(object, field.split("/").slice(1), value),
    pod.object,
  );
  if (!isJsonObject(pinned)) throw new Error("a pod stays an object when its images are pinned");
  return await reviewer.validate(requestFor(pod, pinned), signal);
}

/** A CREATE without a user. */
function requestFor(pod: AppliedPod, object: JsonObject): AdmissionRequest {
  const { kind, group, resource } = pod;
  const members: [string, JsonValue][] = [
    ["operation", "CREATE"],
    ["namespace", pod.namespace],
    ["name", pod.name],
  ];
  return {
    uid: pod.origin,
    operation: "CREATE",
    kind: { group, version: "v1", kind },
    resource,
    namespace: pod.namespace,
    name: pod.name,
    user: { username: "", groups: [] },
    dryRun: true,
    object,
    members: new Map(members),
  };
}

/** A copy of `value` with the member at the path replaced. */
function replaceAt(value: JsonValue, path: readonly string[], replacement: string): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return replacement;
  if (Array.isArray(value)) {
    return value.map((item: JsonValue, index) => (index === Number(step) ? replaceAt(item, rest, replacement) : item));
  }
  if (!(value instanceof Map)) return value;
  const copy = new Map<string, JsonValue>(value as JsonObject);
  const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
  return copy.set(name, replaceAt(copy.get(name) ?? null, rest, replacement));
}

function rowOf(pod: AppliedPod, verdict: ImageVerdict, result: RuleResult): ApplyRow {
  const { policy } = result;
  const { unmatched: _another, ...rest } = verdict;
  const explanation = explainImage({ ...rest, results: [result] });
  return {
    resource: titleOf(pod),
    image: verdict.image,
    policy: policyName(policy),
    rule: result.verdict.rule,
    verdict: result.verdict.outcome,
    effect: effectOf(result),
    reason: result.verdict.summary,
    ...(explanation === "" ? {} : { explanation }),
  };
}

/** What the configuration says is no policy's. */
function unmatchedRows(pod: AppliedPod, verdict: ImageVerdict): readonly ApplyRow[] {
  if (verdict.unmatched === undefined) return [];
  const row = {
    resource: titleOf(pod),
    image: verdict.image,
    policy: "(configuration)",
    rule: "unmatchedImages",
    verdict: "Fail" as const,
    effect: unmatchedEffect(verdict),
    reason: UNMATCHED,
    explanation: explainImage({ ...verdict, results: [] }),
  };
  return [row];
}

function skippedRow(pod: AppliedPod, { exception, reason, until, policy, rule, image }: ExceptionUse): ApplyRow {
  return {
    resource: titleOf(pod),
    image,
    policy: policyName(policy),
    rule,
    verdict: "Skip",
    effect: "admit",
    reason: `excepted by ${quoted(exception)} until ${new Date(until).toISOString()}: ${quoted(reason)}`,
  };
}

/** Of a template it is said whose it is: its pods will be judged by themselves. */
function titleOf({ kind, namespace, name }: AppliedPod): string {
  return kind === "Pod" ? `${namespace}/${name}` : `${kind} ${namespace}/${name}`;
}

function policyName({ namespace, name }: RuleResult["policy"]): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Audit is silent here as well; its rows say that it failed. */
function tableAndReasons(rows: readonly ApplyRow[], pods: number): string {
  const told = rows.filter(({ effect }) => effect !== "admit");
  return [table(rows, pods), ...new Set(told.map(({ explanation }) => `${explanation ?? ""}\n`))].join("\n");
}

function table(rows: readonly ApplyRow[], pods: number): string {
  if (rows.length === 0) return `No rule covers an image of ${pods === 1 ? "this pod" : `these ${pods} pods`}.\n`;
  const header = ["RESOURCE", "IMAGE", "POLICY", "RULE", "VERDICT", "REASON"];
  return formatTable([header, ...rows.map((r) => [r.resource, r.image, r.policy, r.rule, r.verdict, r.reason])]);
}

function exitCode(rows: readonly ApplyRow[]): ExitCode {
  const denied = rows.filter(({ effect }) => effect === "deny");
  if (denied.some(({ verdict }) => verdict === "Fail")) return 1;
  return denied.length > 0 ? 2 : 0;
}
