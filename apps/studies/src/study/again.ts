import { type Cell, keyOf, type Row, type Study } from './study.ts';

/**
 * Computes some of a study's rows again and tells how far each is from what was published: what follows from seeds comes out the
 * same on the same kind of machine, times do not.
 * @param count how many, evenly spread over the rows
 */
export async function* computedAgain<C extends Cell, R>(
  study: Study<C, R>,
  rows: readonly Row<C, R>[],
  count: number,
): AsyncGenerator<string> {
  const many = Math.min(count, rows.length);
  for (let index = 0; index < many; index++) {
    const { cell, result } = rows[Math.floor(((index + 0.5) * rows.length) / many)]!;
    const now = await study.run(cell, false);
    const apart = greatestDifference(result, now);
    yield `${keyOf(cell)}: ${apart === 0 ? 'the same' : `up to ${(100 * apart).toPrecision(2)} % apart`}`;
  }
}

/** Of numbers at the same place, relative to the larger; 1 where one of the two has none there. */
export function greatestDifference(before: unknown, now: unknown): number {
  if (typeof before === 'number' && typeof now === 'number') {
    return before === now ? 0 : Math.abs(before - now) / Math.max(Math.abs(before), Math.abs(now));
  }
  if (typeof before !== 'object' || typeof now !== 'object' || before === null || now === null) {
    return before === now ? 0 : 1;
  }
  const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
  const at = (value: object, key: string): unknown => (value as Record<string, unknown>)[key];
  return Math.max(0, ...[...keys].map((key) => greatestDifference(at(before, key), at(now, key))));
}
