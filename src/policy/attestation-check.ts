/**
 * What no schema says of attestations[] and validations[] (policy-api.md §2.5, §2.6): names that CEL can write, expressions
 * that compile, and no age of what nobody dates.
 */
import { checkConditions } from "./condition.ts";
import { duplicateNames, itemsOf, memberOf, type FieldError } from "./field-errors.ts";

const RESERVED =
  /^(?:as|break|const|continue|else|false|for|function|if|import|in|let|loop|namespace|null|package|return|true|var|void|while)$/;

/** `checkSet` holds a set of attestors, as those of signatures. */
export function checkAttestations(
  rule: unknown,
  path: string,
  checkSet: (set: unknown, path: string) => readonly FieldError[],
): readonly FieldError[] {
  const list = memberOf(rule, "attestations");
  return [
    ...duplicateNames(list, `${path}.attestations`),
    ...itemsOf(list, `${path}.attestations`).flatMap((item) => [
      ...checkName(memberOf(item.value, "name"), `${item.path}.name`),
      ...itemsOf(memberOf(item.value, "attestors"), `${item.path}.attestors`).flatMap((set) =>
        checkSet(set.value, set.path),
      ),
      ...checkDated(item.value, item.path),
      ...checkConditions(memberOf(item.value, "conditions"), `${item.path}.conditions`, "condition"),
    ]),
    ...checkConditions(memberOf(rule, "validations"), `${path}.validations`, "validation"),
  ];
}

function checkName(name: unknown, path: string): readonly FieldError[] {
  const isReserved = typeof name === "string" && RESERVED.test(name);
  return isReserved ? [{ path, message: "must not be a word that CEL keeps for itself" }] : [];
}

/** Whoever copies a signature by a key can have it logged or stamped anew: only a certificate of Fulcio's says when. */
function checkDated(attestation: unknown, path: string): readonly FieldError[] {
  if (memberOf(attestation, "maxAge") === undefined && memberOf(attestation, "match") !== "Latest") return [];
  const entries = itemsOf(memberOf(attestation, "attestors"), "").flatMap(({ value }) =>
    itemsOf(memberOf(value, "entries"), ""),
  );
  const undated = entries.some(
    ({ value }) => memberOf(value, "keys") !== undefined || memberOf(value, "certificates") !== undefined,
  );
  const message =
    "must not have keys or certificates beside maxAge or match: Latest: only Fulcio's certificates say when a statement was signed; compare a time of the predicate with now instead";
  return undated ? [{ path: `${path}.attestors`, message }] : [];
}
