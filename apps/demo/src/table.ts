/** One distillation's outcome, on held-out frames. */
export interface Row {
  loss: 'kl' | 'sobolev';
  kl: number;
  action_error: number;
  jacobian_error: number;
  seconds: number;
  steps_per_second: number;
}

const COLUMNS = ['loss', 'kl', 'action_error', 'jacobian_error', 'seconds', 'steps_per_second'] as const;

/** The rows as a table for a terminal, numbers right-aligned. */
export function renderTable(rows: readonly Row[]): string {
  const cells = [[...COLUMNS], ...rows.map((row) => COLUMNS.map((column) => cell(row[column])))];
  const widths = COLUMNS.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  const lines = cells.map((line) =>
    line.map((text, index) => (index === 0 ? text.padEnd(widths[index]!) : text.padStart(widths[index]!))).join('  '),
  );
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function cell(value: string | number): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : value;
}
