import { expect, test } from 'vitest';
import { FUNCTION_NAMES, FUNCTIONS } from './functions.ts';
import { weightingOf } from './methods.ts';
import { drawPoints, scaleOf, unitOf } from './points.ts';

const N = 200;

test.each(FUNCTION_NAMES)(
  '%s: the longer side of the domain fills [−1, 1], and both sides are shown by one unit',
  (name) => {
    const { x } = drawPoints(name, N, { seed: 1 });
    const sides = FUNCTIONS[name].domain.map(([from, to]) => (to - from) / 2 / unitOf(name));
    expect(Math.max(...sides)).toBe(1);
    for (const [axis, side] of sides.entries()) {
      const seen = x.filter((_, index) => index % 2 === axis).map(Math.abs);
      expect(Math.max(...seen)).toBeLessThanOrEqual(side);
      expect(Math.max(...seen)).toBeGreaterThan(0.9 * side);
    }
  },
);

test.each(FUNCTION_NAMES)(
  '%s: one to one is Σ (f − m)² + ‖∇f − ∇m‖² in its own coordinates, up to the scale of the values',
  (name) => {
    const scale = scaleOf(drawPoints(name, N, { seed: 1 }).values);
    const { x, values, gradients } = drawPoints(name, N, { seed: 1, scale });
    const weighting = weightingOf('sobolev', { alpha: 1, unit: unitOf(name), steps: 1 });
    const alpha = weighting?.kind === 'fixed' ? weighting.alpha : NaN;
    const middle = FUNCTIONS[name].domain.map(([from, to]) => (from + to) / 2);
    for (let i = 0; i < N; i++) {
      const [a, b] = middle.map((at, axis) => at + x[2 * i + axis]! * unitOf(name)) as [number, number];
      const { value, gradient } = FUNCTIONS[name].at(a, b);
      const own = (value - scale.mean) ** 2 + gradient[0] ** 2 + gradient[1] ** 2;
      const seen = values[i]! ** 2 + alpha * (gradients[2 * i]! ** 2 + gradients[2 * i + 1]! ** 2);
      // Single precision, and Bukin's gradient has no bound.
      expect((seen * scale.deviation ** 2) / own).toBeCloseTo(1, name === 'bukin' ? 1 : 3);
    }
  },
);
