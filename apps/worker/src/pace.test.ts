import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

test('steps a second are those since the first count that was told', () => {
  let ms = 5000;
  const pace = createPace(() => ms);
  expect(pace(400)).toBeUndefined();
  ms += 1000;
  expect(pace(410)).toBe(10);
  ms += 3000;
  expect(pace(420)).toBe(5);
});

test('there is no pace while nothing moves', () => {
  let ms = 0;
  const pace = createPace(() => (ms += 100));
  expect([pace(7), pace(7), pace(3)]).toEqual([undefined, undefined, undefined]);
});
