import { type Drawing, type Line, type XAxis } from './line.ts';

/** Every point that the chart has, as recorded. */
export function toCsv(lines: readonly Line[], { xs, raw }: Drawing, axis: XAxis): string {
  const head = [axis === 'step' ? 'step' : 'seconds', ...lines.map(({ label }) => label)];
  const body = xs.map((x, index) => [x, ...raw.map((ys) => ys[index] ?? '')]);
  return [head, ...body].map((row) => row.map(field).join(',')).join('\r\n') + '\r\n';
}

/** RFC 4180. */
function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function downloadCsv(title: string, lines: readonly Line[], drawing: Drawing, axis: XAxis): void {
  download(`${title.replaceAll(/[^\w-]+/g, '-')}.csv`, toCsv(lines, drawing, axis), 'text/csv');
}

function download(filename: string, text: string, type: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
