import { expect, test } from 'vitest';
import { computedAgain, greatestDifference } from './again.ts';
import { type Study } from './study.ts';

test.each([
  [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, 0],
  [{ a: [1, { b: 2 }] }, { a: [1, { b: 1 }] }, 0.5],
  [[1, 2], [1], 1],
  [{ a: 0 }, { a: 0, b: 'more' }, 1],
  [null, 1, 1],
])('%j and %j are %d apart', (before, now, expected) => {
  expect(greatestDifference(before, now)).toBe(expected);
});

test('of ten rows three are computed again, from the first third to the last, and each is told how far it is off', async () => {
  const study: Study<{ n: number }, number> = {
    name: 'squares',
    title: 'Squares',
    cells: () => [],
    run: ({ n }) => Promise.resolve(n * n),
    findings: () => ({ facts: [], text: '', figures: {} }),
  };
  const rows = Array.from({ length: 10 }, (_, n) => ({ cell: { n }, result: n === 5 ? 20 : n * n }));
  const lines: string[] = [];
  for await (const line of computedAgain(study, rows, 3)) lines.push(line);
  expect(lines).toEqual(['1: the same', '5: up to 20 % apart', '8: the same']);
});
