import { randomStream } from '@distiller/sobolev';
import { expect, test } from 'vitest';
import { returnRatio, returnRatioOverRandom } from './returns.ts';
import { estimate, interquartileMean, mean, median } from './statistics.ts';

const of = (...values: number[]) => Float64Array.from(values);

test('the interquartile mean cuts ⌊n/4⌋ values off at either end, whatever their order', () => {
  expect(interquartileMean(of(100, 1, 2, 3, 4, 5, 6, -100))).toBe((2 + 3 + 4 + 5) / 4);
  // scipy.stats.trim_mean([1, 2, 3, 4, 5, 6, 70], 0.25) cuts one value at either end.
  expect(interquartileMean(of(70, 1, 2, 3, 4, 5, 6))).toBe(4);
  expect(interquartileMean(of(1, 2, 9))).toBe(4);
});

test('the median of an even number of values lies between the middle two; numbers are sorted as numbers', () => {
  expect(median(of(10, 9, 100, 1))).toBe(9.5);
  expect(median(of(-10, -9, 5))).toBe(-9);
});

test('an interval of the mean is as wide as the normal one, 1.96 standard errors either way', () => {
  const random = randomStream(3, 'noise');
  const values = Array.from({ length: 400 }, () => 7 + 2 * random.normal());
  const { value, low, high } = estimate([values], mean, { seed: 1 })!;
  const deviation = Math.sqrt(mean(Float64Array.from(values, (x) => (x - value) ** 2)));
  const halfWidth = (1.96 * deviation) / Math.sqrt(values.length);
  expect(value - low!).toBeCloseTo(halfWidth, 1);
  expect(high! - value).toBeCloseTo(halfWidth, 1);
});

test('intervals of 95 % cover the true mean nearly that often', () => {
  const random = randomStream(4, 'noise');
  const covers = Array.from({ length: 400 }, (_, trial) => {
    const values = Array.from({ length: 30 }, () => random.normal());
    const { low, high } = estimate([values], mean, { seed: trial, resamples: 400 })!;
    return Number(low! <= 0 && high! >= 0);
  });
  const share = mean(Float64Array.from(covers));
  // The percentile bootstrap of 30 values covers 93 %; three standard errors of this experiment are 4 %.
  expect(share).toBeGreaterThan(0.89);
  expect(share).toBeLessThan(0.98);
});

test('one seed gives one interval, and another another', () => {
  const values = [1, 5, 2, 8, 9, 4];
  const [a, b, c] = [1, 1, 2].map((seed) => estimate([values], interquartileMean, { seed, resamples: 50 }));
  expect(a).toEqual(b);
  expect(a).not.toEqual(c);
});

test('a ratio is resampled in pairs: a student that has half of each return has half of every resample', () => {
  const teacher = [10, 2, 300, 44, 5];
  const student = teacher.map((value) => value / 2);
  expect(estimate([student, teacher], returnRatio, { seed: 1 })).toEqual({ value: 0.5, low: 0.5, high: 0.5 });
});

test('over random play a student with the teacher’s returns has 1, one that plays at random 0, also below zero', () => {
  const [teacher, random] = [of(10, 14), of(-21, -19)];
  expect(returnRatioOverRandom(teacher, teacher, random)).toBe(1);
  expect(returnRatioOverRandom(random, teacher, random)).toBe(0);
  expect(returnRatioOverRandom(of(-4, -4), teacher, random)).toBe(0.5);
});

test('a teacher that never scores has no ratio, and one that scores once has no finite interval', () => {
  expect(
    estimate(
      [
        [1, 2],
        [0, 0],
      ],
      returnRatio,
      { seed: 1 },
    ),
  ).toBeNull();
  expect(
    estimate(
      [
        [1, 2],
        [0, 4],
      ],
      returnRatio,
      { seed: 1 },
    ),
  ).toMatchObject({ value: 0.75, high: null });
});
