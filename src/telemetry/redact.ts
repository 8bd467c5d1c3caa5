/**
 * The last look at what is logged. Nothing secret is handed to a logger; should it happen all the same, as with an object of
 * a library, members by which credentials go are blotted out, and of an error's causes there is the kind alone: their messages
 * may repeat what was sent or answered. (pino's own paths name each depth and each case, and cost more than the line.)
 */
const HIDDEN: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "password",
  "passwd",
  "identitytoken",
  "registrytoken",
  "refreshtoken",
  "refresh_token",
  "accesstoken",
  "access_token",
  "secretaccesskey",
  "sessiontoken",
  "x-vault-token",
  "x-amz-security-token",
]);
const BLOT = "[redacted]";
/** What is deeper is no field of ours. */
const MAX_DEPTH = 8;

/** The same object where there is nothing to hide. */
export function redact(fields: Record<string, unknown>): Record<string, unknown> {
  return redacted(fields, MAX_DEPTH) as Record<string, unknown>;
}

/** As fields of a log line: kind, message, stack, and the kinds of causes. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const { message, stack, cause } = error;
  const code = codeOf(error);
  return {
    type: error.constructor.name,
    message,
    ...(code === undefined ? {} : { code }),
    stack,
    ...(cause === undefined ? {} : { cause: kindOf(cause) }),
  };
}

function redacted(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return describeError(value);
  if (depth === 0) return BLOT;
  if (Array.isArray(value)) {
    const members = value.map((each: unknown) => redacted(each, depth - 1));
    return members.every((each, index) => each === value[index]) ? value : members;
  }
  const entries = Object.entries(value).map(([name, member]): [string, unknown, unknown] => [
    name,
    member,
    HIDDEN.has(name.toLowerCase()) ? BLOT : redacted(member, depth - 1),
  ]);
  return entries.every(([, before, after]) => before === after)
    ? value
    : Object.fromEntries(entries.map(([name, , after]) => [name, after]));
}

function kindOf(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause;
  const code = codeOf(cause);
  return code === undefined ? cause.constructor.name : `${cause.constructor.name} (${code})`;
}

function codeOf(error: Error): string | undefined {
  const code = "code" in error ? error.code : undefined;
  return typeof code === "string" && /^[A-Za-z0-9_]{1,60}$/.test(code) ? code : undefined;
}
