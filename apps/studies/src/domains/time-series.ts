import { randomStream } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { type Domain, type Examples } from './domain.ts';
import { fit } from '../fitting/fit.ts';
import { mackeyGlass } from './mackey-glass.ts';
import { mlp } from './mlp.ts';

/** Numbers that are seen, and the next that are foretold. */
const [WINDOW, HORIZON] = [32, 16];
const [TRAIN, TEST] = [10_000, 2000];
const TEACHER = { hidden: [256, 256], batch: 200, steps: 4000, learningRate: 2e-3 };

/** Forecasts of a chaotic series: a network of 256 + 256 units that learned from 10,000 windows is distilled. */
export async function timeSeries(): Promise<Domain> {
  const series = standardized(mackeyGlass(TRAIN + TEST + 2 * (WINDOW + HORIZON)));
  const train = windows(series, 0, TRAIN);
  // Nothing that stands in a window of the one is foretold in the other.
  const test = windows(series, TRAIN + WINDOW + HORIZON, TEST);
  const network = mlp(WINDOW, TEACHER.hidden, HORIZON);
  const weights = await fit(
    { network, value: { kind: 'squared-error' }, schedule: 'cosine', seed: 1, ...TEACHER },
    (step) => batchOf(train, step),
  );
  return {
    inputs: WINDOW,
    outputs: HORIZON,
    value: { kind: 'squared-error' },
    of: 'logits',
    examples: { train: train.seen, test: test.seen },
    teacher: { network, weights },
    // Of standardized numbers: a share of their variance.
    distance: meanSquare,
    loss: (outputs) => meanSquare(test.next, outputs),
  };
}

interface Windows {
  seen: Examples;
  /** [n, HORIZON] what came after. */
  next: Float32Array;
}

function windows(series: Float64Array, from: number, count: number): Windows {
  const [x, next] = [new Float32Array(count * WINDOW), new Float32Array(count * HORIZON)];
  for (let i = 0; i < count; i++) {
    x.set(series.subarray(from + i, from + i + WINDOW), i * WINDOW);
    next.set(series.subarray(from + i + WINDOW, from + i + WINDOW + HORIZON), i * HORIZON);
  }
  return { seen: { count, x }, next };
}

function batchOf({ seen, next }: Windows, step: number) {
  const random = randomStream(1, 'batch', step);
  const rows = Array.from({ length: TEACHER.batch }, () => random.below(seen.count));
  const take = (from: Float32Array, width: number) =>
    tf.tensor2d(
      rows.map((row) => Array.from(from.subarray(row * width, (row + 1) * width))),
      [rows.length, width],
    );
  return { x: take(seen.x, WINDOW), logProbs: take(next, HORIZON), derivatives: [] };
}

function standardized(series: Float64Array): Float64Array {
  const mean = series.reduce((sum, value) => sum + value, 0) / series.length;
  const variance = series.reduce((sum, value) => sum + (value - mean) ** 2, 0) / series.length;
  return series.map((value) => (value - mean) / Math.sqrt(variance));
}

function meanSquare(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0) / a.length;
}
