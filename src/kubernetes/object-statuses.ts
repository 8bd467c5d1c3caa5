/** What the status of each object of ours should say, by what was compiled of it. */
import type { Instant } from "../encoding/instant.ts";
import type { CompiledPolicy } from "../policy/compile.ts";
import { policyIndex } from "../policy/match.ts";
import {
  exceptionStatus,
  policyStatus,
  trustRootStatus,
  type StatusContent,
  type Surroundings,
} from "../policy/status.ts";
import type { PolicySnapshot } from "../ports/policies.ts";
import type { ObjectState } from "./object-state.ts";

export interface WantedStatus {
  readonly state: ObjectState;
  readonly content: StatusContent;
}

/** Of the objects whose generation is in the snapshot. */
export function wantedStatuses(
  objects: readonly ObjectState[],
  snapshot: PolicySnapshot,
  { now, ...around }: { readonly now: Instant } & Omit<Surroundings, "isTooMany">,
): readonly WantedStatus[] {
  const policies = new Map(snapshot.policies.map((policy) => [idOf(policy.id), policy]));
  const exceptions = new Map(snapshot.exceptions.map((exception) => [exception.name, exception]));
  const trustRoots = new Map(snapshot.trustRoots.map((root) => [root.name, root]));
  const tooMany = tooManyOf(snapshot);
  const contentOf = (state: ObjectState): StatusContent | undefined => {
    const { kind, name, written } = state;
    if (kind === "TrustRoot") {
      const root = trustRoots.get(name);
      return root && trustRootStatus(root, written);
    }
    if (kind === "ImageVerifyException") {
      const exception = exceptions.get(name);
      return exception && exceptionStatus(exception, written, snapshot.policies, now);
    }
    const policy = policies.get(idOf(state));
    if (policy?.generation !== state.generation) return undefined;
    return policy && policyStatus(policy, written, { isTooMany: tooMany.has(idOf(state)), ...around });
  };
  return objects.flatMap((state) => {
    const content = contentOf(state);
    return content === undefined ? [] : [{ state, content }];
  });
}

function idOf({
  kind,
  namespace = "",
  name,
}: Pick<ObjectState, "namespace" | "name"> & { readonly kind: string }): string {
  return `${kind} ${namespace}/${name}`;
}

/** Policies some rules of which are more than their namespace may have. */
function tooManyOf({ policies }: PolicySnapshot): ReadonlySet<string> {
  const sections = [...policyIndex(policies).namespaces.values()];
  const isTooMany = ({ rules }: CompiledPolicy): boolean => rules.some((rule) => rule.isTooMany === true);
  return new Set(sections.flatMap((section) => section.policies.filter(isTooMany).map(({ id }) => idOf(id))));
}
