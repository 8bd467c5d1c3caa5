/**
 * Step: when the signature was made (verification-spec §8.3 step 7; §5.6, §6, §8.2). Every proven time counts and must
 * later hold for the signer; the current time proves nothing and is used only where an entry says so. Earns VerifiedTimes.
 */
import type { Instant } from "../encoding/instant.ts";
import { VerificationFailure } from "../failure/failure.ts";
import { countAuthorities } from "../timestamp/timestamp.ts";
import { checkLogWindow, type VerifiedLogEntry } from "../transparency/log-entry.ts";
import type { ObservedTime, VerifiedEntries, VerifiedTimes, VerifiedTimestamps } from "./evidence.ts";
import type { Requirement } from "./requirement.ts";

const MAX_CLOCK_SKEW_MS = 60_000;

/** `now` in milliseconds. Fails with TimeInFuture, LogKeyOutsideWindow, TimeMissing, or the reason why a time stamp does not hold. */
export function establishTimes(
  { entries }: VerifiedEntries,
  { timestamps, refused }: VerifiedTimestamps,
  { signer, thresholds }: Requirement,
  now: Instant,
): VerifiedTimes {
  const logged = loggedTimes(entries);
  const times = [...logged.times];
  for (const { instant } of timestamps) times.push({ instant, source: "timestamp-authority" });
  for (const { instant } of times) checkPast(instant, now);
  for (const entry of entries) {
    checkLogWindow(
      entry,
      times.map(({ instant }) => instant),
    );
  }
  const observers = logged.logs + countAuthorities(timestamps);
  // A certificate without a time could have been stolen after it expired: one is needed whatever the thresholds say
  const wanted = signer.kind === "key" ? thresholds.times : Math.max(thresholds.times, 1);
  if (observers >= wanted) return earned(times);
  if (observers === 0 && signer.kind === "authority" && signer.insecureUseCurrentTime && thresholds.times === 0) {
    return earned([{ instant: now, source: "current-time" }]);
  }
  const [reason] = refused;
  if (reason !== undefined) throw reason;
  throw new VerificationFailure(
    "TimeMissing",
    `Cannot tell when the signature was made: ${observers} proven times, want ${wanted} by different observers`,
  );
}

/** The times that logs promised, and how many logs did. */
function loggedTimes(entries: readonly VerifiedLogEntry[]): { times: readonly ObservedTime[]; logs: number } {
  const times: ObservedTime[] = [];
  const logs = new Set<string>();
  for (const { logId, integratedTime } of entries) {
    if (integratedTime === undefined) continue;
    times.push({ instant: integratedTime, source: "log" });
    logs.add(logId);
  }
  return { times, logs: logs.size };
}

function earned(times: readonly ObservedTime[]): VerifiedTimes {
  return { times } as VerifiedTimes;
}

function checkPast(instant: Instant, now: Instant): void {
  if (instant <= now + MAX_CLOCK_SKEW_MS) return;
  throw new VerificationFailure(
    "TimeInFuture",
    `Cannot accept a signature of ${new Date(instant).toISOString()}, which is in the future`,
  );
}
