/** How the tables of a second run stand to those of a first. */
export interface Comparison {
  /** That are no mere names of rows: those with an interval, and those that changed. */
  numbers: number;
  /** Those whose intervals do not overlap, and what they were and are. */
  apart: string[];
}

/**
 * Compares the tables of two runs number by number. A number without an interval has to be the same.
 * @param before text of a study's findings
 * @param now of another run of it
 * @throws Error when the tables have other rows or columns
 */
export function tablesAgainst(before: string, now: string): Comparison {
  const [first, second] = [linesOf(before), linesOf(now)];
  const comparison: Comparison = { numbers: 0, apart: [] };
  if (first.length !== second.length) throw new Error(`tables of ${first.length} and ${second.length} lines`);
  for (const [line, cells] of first.entries()) {
    const [name] = cells;
    for (const [column, was] of cells.entries()) {
      const is = second[line]?.[column];
      const [a, b] = [shownBy(was), shownBy(is)];
      if (!a || !b) {
        if (was !== is) throw new Error(`tables of other things: ${was} and ${is ?? 'nothing'}`);
        continue;
      }
      if (was === is && !was.includes('(')) continue;
      comparison.numbers++;
      if (a.low > b.high || b.low > a.high) comparison.apart.push(`${name}, column ${column + 1}: ${was} → ${is}`);
    }
  }
  return comparison;
}

/** The cells of all lines of tables. */
const linesOf = (text: string): string[][] =>
  text.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    return line.startsWith('|') && !cells[1]!.startsWith('---') ? [cells.slice(1, -1)] : [];
  });

/** As `showInterval` writes it. */
const SHOWN = /^(-?[\d.e+-]+)(?: \((-?[\d.e+-]+)–(-?[\d.e+-]+)\))?$/;

function shownBy(cell = ''): { low: number; high: number } | undefined {
  const [, value, low = value, high = value] = SHOWN.exec(cell) ?? [];
  return value === undefined ? undefined : { low: Number(low), high: Number(high) };
}
