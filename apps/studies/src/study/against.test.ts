import { expect, test } from 'vitest';
import { tablesAgainst } from './against.ts';
import { table } from './markdown.ts';

const page = (...rows: string[][]) => `Found:\n\n${table(['function', 'at', 'error'], rows)}\n\nand so on`;

test('numbers whose intervals overlap come again, others are told with their place', () => {
  const before = page(['ackley', '20', '0.5 (0.4–0.6)'], ['booth', '20', '1e-7 (9e-8–1.2e-7)'], ['beale', '20', '–']);
  const now = page(['ackley', '20', '0.7 (0.6–0.8)'], ['booth', '20', '2e-7 (1.3e-7–3e-7)'], ['beale', '20', '–']);
  expect(tablesAgainst(before, now)).toEqual({
    numbers: 2,
    apart: ['booth, column 3: 1e-7 (9e-8–1.2e-7) → 2e-7 (1.3e-7–3e-7)'],
  });
});

test('a number without an interval has to be the same', () => {
  expect(tablesAgainst(page(['a', '1', '2']), page(['a', '1', '3'])).apart).toEqual(['a, column 3: 2 → 3']);
});

test.each([
  [page(['a', '1', '2']), page(['b', '1', '2'])],
  [page(['a', '1', '2'], ['b', '1', '2']), page(['a', '1', '2'])],
  [page(['a', '1', '2']), page(['a', '1', '2'], ['b', '1', '2'])],
  [page(['a', '1', '2']), page(['a', '1', '–'])],
])('tables of other things are not compared: %#', (before, now) => {
  expect(() => tablesAgainst(before, now)).toThrow('tables of');
});
