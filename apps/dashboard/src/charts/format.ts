import { formatDuration } from '../shell/time.tsx';
import { type XAxis } from './line.ts';

/** Four significant digits, in scientific notation where that is shorter to read. */
export function formatValue(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' });

export function formatX(x: number, axis: XAxis): string {
  switch (axis) {
    case 'step':
      return `step ${x}`;
    case 'relative':
      return formatDuration(x);
    case 'wall':
      return clock.format(new Date(x * 1000));
  }
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${Math.ceil(bytes / 1024)} KB`;
  return `${(bytes / 1024 ** 2).toFixed(bytes < 10 * 1024 ** 2 ? 1 : 0)} MB`;
}
