/**
 * What in a policy asks for less than it could (policy-api.md §2.7, condition Relaxed): every `insecure…: true`, an Ignore, and
 * tags that are neither pinned nor refused. Read from what is written, so that a policy that does not compile is told of too.
 */
import { itemsOf, memberOf } from "./field-errors.ts";

/** Paths with their values, in the order in which they are written; `spec` may be anything. */
export function relaxationsOf(spec: unknown): readonly string[] {
  const isEnforced = (memberOf(spec, "failureAction") ?? "Enforce") === "Enforce";
  const ignores = memberOf(spec, "failurePolicy") === "Ignore" ? ["spec.failurePolicy: Ignore"] : [];
  const rules = itemsOf(memberOf(spec, "verifyImages"), "spec.verifyImages");
  return [...ignores, ...(isEnforced ? rules.flatMap(unpinned) : []), ...insecure(spec, "spec")];
}

/** Then the digest behind the tag is verified, and what runs may be another. */
function unpinned({ value, path }: { readonly value: unknown; readonly path: string }): readonly string[] {
  const isUnpinned = memberOf(value, "mutateDigest") === false && memberOf(value, "verifyDigest") === false;
  return isUnpinned ? [`${path}.mutateDigest and verifyDigest: false`] : [];
}

function insecure(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return itemsOf(value, path).flatMap((item) => insecure(item.value, item.path));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    member === true && name.startsWith("insecure") ? [`${path}.${name}: true`] : insecure(member, `${path}.${name}`),
  );
}
