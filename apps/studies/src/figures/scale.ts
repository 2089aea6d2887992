import { type Axis } from './figure.ts';

/** Where a value stands on an axis, as a share of its length, and where it has ticks. */
export interface Scale {
  place: (value: number | string) => number;
  ticks: { at: number; text: string }[];
}

/** Free space at either end. */
const MARGIN = 0.06;

export function scaleOf(axis: Axis, values: readonly (number | string)[]): Scale {
  if (axis.scale === 'names') return ofNames(axis.names);
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
  return axis.scale === 'log' ? logarithmic(numbers) : linear(numbers);
}

function ofNames(names: readonly string[]): Scale {
  const place = (value: number | string) => (names.indexOf(String(value)) + 0.5) / names.length;
  return { place, ticks: names.map((text) => ({ at: place(text), text })) };
}

function linear(values: readonly number[]): Scale {
  const [least, most] = [Math.min(0, ...values), Math.max(...values)];
  const step = niceStep((most - least) / 5);
  const [from, to] = [least < 0 ? least - MARGIN * (most - least) : 0, most + MARGIN * (most - least || 1)];
  const place = (value: number | string) => (Number(value) - from) / (to - from);
  const count = Math.floor(most / step) - Math.ceil(least / step) + 1;
  const at = Array.from({ length: count }, (_, index) => (Math.ceil(least / step) + index) * step);
  return { place, ticks: at.map((value) => ({ at: place(value), text: short(value) })) };
}

function logarithmic(values: readonly number[]): Scale {
  const logs = values.map((value) => Math.log10(value));
  const [least, most] = [Math.min(...logs), Math.max(...logs)];
  const room = Math.max(0.1, MARGIN * (most - least));
  const [from, to] = [least - room, most + room];
  const place = (value: number | string) => (Math.log10(Number(value)) - from) / (to - from);
  const within = (value: number) => Math.log10(value) >= from && Math.log10(value) <= to;
  const powers = Array.from({ length: Math.ceil(to) - Math.floor(from) + 1 }, (_, index) => Math.floor(from) + index);
  const sparse = Math.max(1, Math.ceil((to - from) / 6));
  const factors = to - from < 1.5 ? [1, 2, 5] : [1];
  const at = powers.filter((power) => power % sparse === 0).flatMap((power) => factors.map((f) => f * 10 ** power));
  return { place, ticks: at.filter(within).map((value) => ({ at: place(value), text: short(value) })) };
}

/** 1, 2 or 5 times a power of ten, at least as large as asked. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough || 1));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.999)!;
}

function short(value: number): string {
  const plain = Number(value.toPrecision(6));
  const small = plain !== 0 && (Math.abs(plain) < 1e-3 || Math.abs(plain) >= 1e5);
  return small ? plain.toExponential().replace('e+', 'e') : String(plain);
}
