import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { type NoiseTable, noiseTable } from '../noise/noise.ts';
import { randomStream } from '../random.ts';
import { type Augmentation, augment } from './augmentation.ts';
import { symmetricBeta } from './symmetric-beta.ts';

const [BATCH, HEIGHT, WIDTH, STACK] = [7, 6, 5, 2];
const SHAPE: [number, number, number, number] = [BATCH, HEIGHT, WIDTH, STACK];
const SIZE = BATCH * HEIGHT * WIDTH * STACK;

/** Every pixel another number in [0, 1), so that each tells where it came from. */
const frames = () =>
  tf.tensor4d(
    Float32Array.from({ length: SIZE }, (_, index) => index / SIZE),
    SHAPE,
  );
const at = (b: number, y: number, x: number, c: number) => (((b * HEIGHT + y) * WIDTH + x) * STACK + c) / SIZE;

onEveryEngine(() => {
  let table: NoiseTable;
  beforeAll(() => {
    table = noiseTable(1);
  });
  const run = (list: readonly Augmentation[], step = 1, x = frames()) =>
    augment(list, x, { table, random: randomStream(1, 'augmentation', step) });

  test('noise is added with its standard deviation, and goes below 0 and above 1', () => {
    const [black, white] = [0, 1].map((value) =>
      run([{ kind: 'noise', std: 0.5 }], 1, tf.fill(SHAPE, value)).dataSync(),
    );
    const { mean, variance } = tf.moments(tf.tensor1d(black!));
    expect(Math.abs(mean.dataSync()[0]!)).toBeLessThan((4 * 0.5) / Math.sqrt(SIZE));
    expect(Math.sqrt(variance.dataSync()[0]!)).toBeCloseTo(0.5, 1);
    expect(Math.min(...black!)).toBeLessThan(0);
    expect(Math.max(...white!)).toBeGreaterThan(1);
  });

  test('every shifted frame is the old one moved as a whole by up to n pixels, its edge repeated', () => {
    const pixels = 3;
    const shifted = run([{ kind: 'shift', pixels }]).arraySync();
    const clamp = (index: number, length: number) => Math.min(length - 1, Math.max(0, index));
    const moves = shifted.map((example, b) => {
      for (let down = -pixels; down <= pixels; down++)
        for (let right = -pixels; right <= pixels; right++) {
          const isMove = example.every((row, y) =>
            row.every((pixel, x) =>
              pixel.every(
                (value, c) => value === Math.fround(at(b, clamp(y - down, HEIGHT), clamp(x - right, WIDTH), c)),
              ),
            ),
          );
          if (isMove) return `${down} ${right}`;
        }
      return 'no move';
    });
    expect(moves).not.toContain('no move');
    expect(new Set(moves).size).toBeGreaterThan(BATCH / 2);
  });

  test('shifts reach every offset from −n to n both ways, each as often', () => {
    const places = Array.from({ length: 25 }, (_, place) => place);
    const x = tf.tensor4d(places, [1, 5, 5, 1]);
    const steps = 800;
    const counts = { rows: [0, 0, 0, 0, 0], columns: [0, 0, 0, 0, 0] };
    for (let step = 0; step < steps; step++) {
      const middle = tf.tidy(() => run([{ kind: 'shift', pixels: 2 }], step, x).dataSync()[12]!);
      counts.rows[Math.floor(middle / 5)]! += 1;
      counts.columns[middle % 5]! += 1;
    }
    for (const count of [...counts.rows, ...counts.columns]) expect(Math.abs(count - steps / 5)).toBeLessThan(50);
  });

  test('every mixed frame lies on the line between two frames of the batch, each the partner of one', () => {
    // One pixel a frame, the frame's own axis: the mixed batch is the matrix of shares.
    const x = tf.tensor4d(tf.eye(BATCH).dataSync(), [BATCH, BATCH, 1, 1]);
    const shares = tf.reshape(run([{ kind: 'mixup', alpha: 1 }], 1, x), [BATCH, BATCH]).arraySync() as number[][];
    const partners = shares.map((row, i) => {
      expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
      expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
      const others = row.flatMap((share, j) => (j !== i && share > 0 ? [j] : []));
      expect(others.length).toBeLessThanOrEqual(1);
      return others[0] ?? i;
    });
    expect(new Set(partners).size).toBe(BATCH);
    expect(partners).not.toEqual(shares.map((_, i) => i));
    expect(new Set(shares.map((row, i) => row[i]!.toFixed(6))).size).toBeGreaterThan(BATCH / 2);
  });

  test('augmentations are done in the order of the list, each on the last one’s frames', () => {
    const [noise, move] = [
      { kind: 'noise', std: 0.1 },
      { kind: 'shift', pixels: 2 },
    ] as const;
    const random = randomStream(1, 'augmentation', 1);
    const byHand = augment([move], augment([noise], frames(), { table, random }), { table, random });
    expect(run([noise, move]).dataSync()).toEqual(byHand.dataSync());
  });

  test.each<Augmentation>([
    { kind: 'noise', std: 0.1 },
    { kind: 'mixup', alpha: 0.5 },
    { kind: 'shift', pixels: 2 },
  ])('$kind is the same again at the same step, another at the next, and leaves nothing behind', (augmentation) => {
    const x = frames();
    const before = tf.memory().numTensors;
    const [once, again, next] = [1, 1, 2].map((step) => run([augmentation], step, x));
    expect(once!.shape).toEqual(SHAPE);
    expect(once!.dataSync()).toEqual(again!.dataSync());
    expect(once!.dataSync()).not.toEqual(next!.dataSync());
    tf.dispose([once!, again!, next!]);
    expect(tf.memory().numTensors).toBe(before);
    expect(x.dataSync()).toEqual(frames().dataSync());
  });

  test('no augmentations change nothing', () => {
    const x = frames();
    expect(run([], 1, x)).toBe(x);
  });
});

test.each([0.1, 0.4, 1, 2, 8])('Beta(a, a) at a = %d has mean 1/2 and variance 1 / (8a + 4)', (a) => {
  const random = randomStream(1, 'augmentation');
  const count = 20_000;
  const draws = Array.from({ length: count }, () => symmetricBeta(a, random));
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / count;
  const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / count;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.015);
  expect(Math.abs(variance * (8 * a + 4) - 1)).toBeLessThan(0.05);
  expect(draws.every((draw) => draw >= 0 && draw <= 1)).toBe(true);
});

test('Beta(a, a) at a tiny a is 0 or 1 and never not a number', () => {
  const random = randomStream(1, 'augmentation');
  const draws = Array.from({ length: 200 }, () => symmetricBeta(1e-4, random));
  expect(draws.filter((draw) => draw > 0.5).length).toBeGreaterThan(60);
  expect(draws.every((draw) => draw < 0.01 || draw > 0.99)).toBe(true);
});
