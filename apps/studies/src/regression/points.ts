import { randomStream } from '@distiller/sobolev';
import { type FunctionName, FUNCTIONS } from './functions.ts';

/**
 * n points of a function, in the coordinates that a network sees: both axes by one unit, so that the longer fills [−1, 1]; values
 * with the scale of `Scale`; gradients in both.
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

/** Half the longer side of a function's domain: 1 in the network's coordinates. */
export function unitOf(name: FunctionName): number {
  return Math.max(...FUNCTIONS[name].domain.map(([from, to]) => (to - from) / 2));
}

/** Uniform in the function's domain. @param seed other seeds give other points */
export function drawPoints(
  name: FunctionName,
  n: number,
  { seed, scale = UNSCALED }: { seed: number; scale?: Scale },
): Points {
  const { domain, at } = FUNCTIONS[name];
  const random = randomStream(seed, 'batch');
  const points = { x: new Float32Array(2 * n), values: new Float32Array(n), gradients: new Float32Array(2 * n) };
  const unit = unitOf(name);
  for (let i = 0; i < n; i++) {
    const [x, y] = domain.map(([from, to]) => from + random.uniform() * (to - from)) as [number, number];
    const seen = domain.map(([from, to], axis) => ([x, y][axis]! - (from + to) / 2) / unit);
    const { value, gradient } = at(x, y);
    points.x.set(seen, 2 * i);
    points.values[i] = (value - scale.mean) / scale.deviation;
    points.gradients.set(
      gradient.map((slope) => (slope * unit) / scale.deviation),
      2 * i,
    );
  }
  return points;
}

/** Mean and standard deviation of values. */
export function scaleOf(values: Float32Array): Scale {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}
