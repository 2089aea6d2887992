import { randomStream } from '@distiller/sobolev';
import { describe, expect, test } from 'vitest';
import { slope } from '../../../../test/numbers.ts';
import { FUNCTION_NAMES, FUNCTIONS } from './functions.ts';

const MINIMA = {
  ackley: [0, 0, 0],
  beale: [3, 0.5, 0],
  booth: [1, 3, 0],
  bukin: [-10, 1, 0],
  mccormick: [-0.54719, -1.54719, -1.9133],
  rosenbrock: [1, 1, 0],
  'styblinski-tang': [-2.903534, -2.903534, -78.33198],
} as const;

describe.each(FUNCTION_NAMES)('%s', (name) => {
  const { domain, at } = FUNCTIONS[name];

  test('has its known minimum', () => {
    const [x, y, least] = MINIMA[name];
    expect(at(x, y).value).toBeCloseTo(least, 3);
  });

  test('has the gradient that central differences find', () => {
    const random = randomStream(1, 'batch');
    for (let i = 0; i < 20; i++) {
      const [x, y] = domain.map(([from, to]) => from + (to - from) * random.uniform()) as [number, number];
      const [dx, dy] = at(x, y).gradient;
      const expected = [slope((h) => at(x + h, y).value, 1e-5), slope((h) => at(x, y + h).value, 1e-5)];
      for (const [index, given] of [dx, dy].entries())
        expect(Math.abs(given - expected[index]!)).toBeLessThan(1e-4 * Math.max(1, Math.abs(given)));
    }
  });
});
