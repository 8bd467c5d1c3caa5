/** `Link: <url>; rel="next"` (RFC 8288) of a referrers list: same origin and same list only (registry.md §5.3). */
import { VerificationFailure } from "../failure/failure.ts";
import type { HttpAnswer } from "./exchange.ts";

/** The next page, or undefined. A link that leaves the list is refused, not followed. */
export function nextPage(answer: HttpAnswer): URL | undefined {
  const header = answer.headers["link"];
  const link = (typeof header === "string" ? [header] : (header ?? [])).join(", ");
  const target = /<([^<>]{1,4096})>\s*;[^<>]*\brel="?next"?/i.exec(link)?.[1];
  if (target === undefined) return undefined;
  const url = URL.canParse(target, answer.url.href) ? new URL(target, answer.url) : undefined;
  const { origin, pathname, href } = answer.url;
  if (url === undefined || url.origin !== origin || url.pathname !== pathname || url.href === href) {
    const reason = `Cannot follow the next page of ${answer.place}: it leaves the list`;
    throw new VerificationFailure("RegistryAnswerUnexpected", reason);
  }
  return url;
}
