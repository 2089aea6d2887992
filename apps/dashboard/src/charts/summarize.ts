import { formatValue, formatX } from './format.ts';
import { type Line, type XAxis } from './line.ts';

const SAID = 4;

/** A chart in words: where each line is lowest and highest, and where it stands. */
export function summarize(lines: readonly Line[], axis: XAxis): string {
  const told = lines.slice(0, SAID).map((line) => sentence(line, axis));
  const more = lines.length > SAID ? ` ${lines.length - SAID} more lines are in the table.` : '';
  return told.join(' ') + more;
}

function sentence({ label, xs, ys }: Line, axis: XAxis): string {
  let [low, high, last] = [-1, -1, -1];
  ys.forEach((y, index) => {
    if (y === null) return;
    if (low === -1 || y < (ys[low] ?? 0)) low = index;
    if (high === -1 || y > (ys[high] ?? 0)) high = index;
    last = index;
  });
  if (last === -1) return `${label} has no values.`;
  const at = (index: number) => `${formatValue(ys[index])} at ${formatX(xs[index] ?? 0, axis)}`;
  if (low === high) return `${label} is ${at(last)}.`;
  return `${label} is ${at(last)}, between ${at(low)} and ${at(high)}.`;
}
