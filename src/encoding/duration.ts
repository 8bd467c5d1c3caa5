/** Durations as policies write them (policy-api.md §2): one integer and a unit, for example 90s, 10m, 168h or 7d. */
import { EncodingError } from "../failure/encoding-error.ts";

const UNITS: ReadonlyMap<string, number> = new Map([
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);
const DURATION = /^([1-9][0-9]{0,6})([smhd])$/;

/** In milliseconds. Throws EncodingError. */
export function parseDuration(text: string): number {
  const [, count, unit = ""] = DURATION.exec(text) ?? [];
  const milliseconds = UNITS.get(unit);
  if (count === undefined || milliseconds === undefined) throw new EncodingError("not an integer and s, m, h or d");
  return Number(count) * milliseconds;
}
