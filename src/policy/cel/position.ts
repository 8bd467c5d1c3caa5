/**
 * Where in the text of an expression a part of it stands, as line and column. The parser keeps an offset for each part;
 * that of an operator is the operator's own, so a part begins at the least offset in it.
 */
import { partsOf, type Expr } from "./rewrite.ts";

/** Offsets by the id of a part, as the parser gives them. */
export type Positions = Readonly<Record<string, number>>;

/** For example "line 1, column 12". Undefined for a part that the parser did not place. */
export function positionOf(part: Expr, source: string, positions: Positions): string | undefined {
  const offset = offsetOf(part, positions);
  return offset === undefined ? undefined : lineAndColumn(source, offset);
}

/** The part with this id, where the parser placed it. */
export function positionOfId(id: bigint, source: string, positions: Positions): string | undefined {
  const offset = positions[String(id)];
  return offset === undefined ? undefined : lineAndColumn(source, offset);
}

function offsetOf(part: Expr, positions: Positions): number | undefined {
  const offsets = [positions[String(part.id)], ...partsOf(part).map((inner) => offsetOf(inner, positions))];
  const known = offsets.filter((offset) => offset !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function lineAndColumn(source: string, offset: number): string {
  const lines = source.slice(0, offset).split("\n");
  return `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}`;
}
