/** `sealgate apply -p POLICY…` without resources: what stands in the files, and whether it could be in force as it is written. */
import type { Instant } from "../encoding/instant.ts";
import { exceptionStatus, policyStatus, type Condition } from "../policy/status.ts";
import type { PolicySnapshot } from "../ports/policies.ts";
import { formatTable } from "./table.ts";

const NOTHING = { droppedFields: [], relaxations: [] } as const;
const NO_BOUNDS = { isTooMany: false, longestMs: Number.POSITIVE_INFINITY, areTemplatesSent: true } as const;

/** A table of the policies and exceptions with the words of their status. What they miss may be in the cluster. */
export function formatPolicies({ policies, exceptions }: PolicySnapshot, now: Instant): string {
  const rows = [
    ...policies.map((policy) => ({ ...policy.id, ready: policyStatus(policy, NOTHING, NO_BOUNDS).conditions[0] })),
    ...exceptions.map((exception) => ({
      kind: "ImageVerifyException",
      name: exception.name,
      namespace: undefined,
      ready: exceptionStatus(exception, NOTHING, policies, now).conditions[0],
    })),
  ];
  return formatTable([
    ["KIND", "NAME", "READY", "REASON"],
    ...rows.map(({ kind, namespace, name, ready }) => [
      kind,
      namespace === undefined ? name : `${namespace}/${name}`,
      ...cellsOf(ready),
    ]),
  ]);
}

function cellsOf(ready: Condition | undefined): readonly [string, string] {
  return ready === undefined ? ["", ""] : [ready.status, `${ready.reason}: ${ready.message}`];
}
