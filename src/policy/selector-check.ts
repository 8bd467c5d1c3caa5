/** Label selectors as operators write them: what no schema can say about one (policy-api.md §2.2). */
import { itemsOf, memberOf, type FieldError } from "./field-errors.ts";

const LABEL_KEY = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;

/** `selector` is any value, `path` where it stands. */
export function checkSelector(selector: unknown, path: string): readonly FieldError[] {
  const labels = memberOf(selector, "matchLabels");
  const keys = typeof labels === "object" && labels !== null ? Object.keys(labels) : [];
  const badKeys = keys.filter((key) => key.length > 317 || !LABEL_KEY.test(key));
  return [
    ...badKeys.map((key) => ({
      path: `${path}.matchLabels`,
      message: `has the key ${JSON.stringify(key.slice(0, 64))}, want label names`,
    })),
    ...itemsOf(memberOf(selector, "matchExpressions"), `${path}.matchExpressions`).flatMap(checkExpression),
  ];
}

function checkExpression(item: { value: unknown; path: string }): readonly FieldError[] {
  const operator = memberOf(item.value, "operator");
  const values = memberOf(item.value, "values");
  const wantsValues = operator === "In" || operator === "NotIn";
  const hasValues = Array.isArray(values) && values.length > 0;
  if (operator === undefined || wantsValues === hasValues) return [];
  const message = "must be written with In and NotIn, and must not be with Exists and DoesNotExist";
  return [{ path: `${item.path}.values`, message }];
}
