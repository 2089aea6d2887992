import { randomStream } from '@distiller/sobolev';
import { type FunctionName, FUNCTIONS } from './functions.ts';

/**
 * n points of a function, in the coordinates that a network sees: x in [−1, 1]², values with the scale of `Scale`, gradients in
 * both.
 */
export interface Points {
  /** [n, 2] */
  x: Float32Array;
  /** [n] */
  values: Float32Array;
  /** [n, 2] */
  gradients: Float32Array;
}

/** Values are shown as (value − mean) / deviation. */
export interface Scale {
  mean: number;
  deviation: number;
}

const UNSCALED: Scale = { mean: 0, deviation: 1 };

/** Uniform in the function's domain. @param seed other seeds give other points */
export function drawPoints(
  name: FunctionName,
  n: number,
  { seed, scale = UNSCALED }: { seed: number; scale?: Scale },
): Points {
  const { domain, at } = FUNCTIONS[name];
  const random = randomStream(seed, 'batch');
  const points = { x: new Float32Array(2 * n), values: new Float32Array(n), gradients: new Float32Array(2 * n) };
  for (let i = 0; i < n; i++) {
    const seen = [2 * random.uniform() - 1, 2 * random.uniform() - 1] as const;
    const halves = domain.map(([from, to]) => (to - from) / 2) as [number, number];
    const [x, y] = domain.map(([from], axis) => from + (seen[axis]! + 1) * halves[axis]!) as [number, number];
    const { value, gradient } = at(x, y);
    points.x.set(seen, 2 * i);
    points.values[i] = (value - scale.mean) / scale.deviation;
    for (const axis of [0, 1] as const)
      points.gradients[2 * i + axis] = (gradient[axis] * halves[axis]) / scale.deviation;
  }
  return points;
}

/** Mean and standard deviation of values. */
export function scaleOf(values: Float32Array): Scale {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}
