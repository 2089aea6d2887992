/** One line of the report. */
export interface Verdict {
  what: string;
  measured: number;
  unit: string;
  /** The same of the bare server, where it is measured beside it. */
  bare?: number;
  ratio?: number;
  aim: string;
  met: boolean;
  /** What else was seen. */
  note?: string;
}

export function atLeast(what: string, measured: number, { aim, unit, note }: Aim): Verdict {
  return { what, measured, unit, aim: `≥ ${aim} ${unit}`, met: measured >= aim, ...(note !== undefined && { note }) };
}

export function atMost(what: string, measured: number, { aim, unit, note }: Aim): Verdict {
  return { what, measured, unit, aim: `≤ ${aim} ${unit}`, met: measured <= aim, ...(note !== undefined && { note }) };
}

interface Aim {
  aim: number;
  unit: string;
  note?: string;
}

/** Beside the bare server: at most, or at least, so many times what that one has. */
export function beside(
  what: string,
  { ours, bare, unit }: { ours: number; bare: number; unit: string },
  { most, least, note }: { most?: number; least?: number; note?: string },
): Verdict {
  const ratio = ours / bare;
  const aim = most === undefined ? `≥ ${least} × bare` : `≤ ${most} × bare`;
  const met = ratio <= (most ?? Infinity) && ratio >= (least ?? 0);
  return { what, measured: ours, unit, bare, ratio, aim, met, ...(note !== undefined && { note }) };
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  const cells = verdicts.map(({ what, measured, unit, bare, ratio, aim, met, note }) => [
    what,
    `${round(measured)} ${unit}`,
    bare === undefined ? '' : `${round(bare)} ${unit}`,
    ratio === undefined ? '' : ratio.toFixed(2),
    aim,
    met ? 'met' : 'NOT met',
    note ?? '',
  ]);
  const rows = [['what', 'measured', 'bare', 'ratio', 'aim', '', 'note'], ...cells];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
