/** Rows under a heading, columns aligned; nothing but the heading where there are no rows. */
export function renderTable(heading: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A field of a spec, as a cell has it. */
export function inCell(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
