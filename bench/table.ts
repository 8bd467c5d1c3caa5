/** What a benchmark says: figures in a table, and goals with what came of them. One form for terminal and report. */

export interface Goal {
  readonly what: string;
  readonly want: string;
  readonly actual: string;
  readonly met: boolean;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly goals?: readonly Goal[];
}

export interface Benchmark {
  readonly name: string;
  readonly describes: string;
  /** Runs only by its name. */
  readonly isLong?: boolean;
  run(): Promise<readonly Table[]>;
}

/** Markdown, aligned so that a terminal shows it well, too. */
export function formatTable({ title, columns, rows, goals = [] }: Table): string {
  const verdicts = goals.map(
    ({ what, want, actual, met }) => `- ${met ? "met" : "MISSED"}: ${what} ${actual}, want ${want}`,
  );
  return [
    `### ${title}`,
    "",
    ...formatRows([columns, ...rows]),
    ...(goals.length > 0 ? ["", ...verdicts] : []),
    "",
  ].join("\n");
}

function formatRows(cells: readonly (readonly string[])[]): readonly string[] {
  const [header = []] = cells;
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, i) => (i === 0 ? (row[i] ?? "").padEnd(width) : (row[i] ?? "").padStart(width))).join(" | ")} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return cells.flatMap((row, i) => (i === 0 ? [line(row), rule] : [line(row)]));
}

/** Three significant digits, in the unit that suits. */
export function formatTime(milliseconds: number): string {
  const units = [
    [1000, "s"],
    [1, "ms"],
    [1e-3, "µs"],
  ] as const;
  const [factor, unit] = units.find(([each]) => milliseconds >= each) ?? [1e-6, "ns"];
  return `${Number((milliseconds / factor).toPrecision(3))} ${unit}`;
}

export function formatRatio(ratio: number): string {
  return ratio >= 100 ? ratio.toFixed(0) : Number(ratio.toPrecision(2)).toString();
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(q * sorted.length), sorted.length - 1)] ?? Number.NaN;
}
