import { expect, test } from 'vitest';
import { preferredWait } from './wait.ts';

test.each<[string | undefined, number | undefined]>([
  ['wait=5', 5],
  ['respond-async, wait=10', 10],
  ['handling=lenient; wait = "7"', 7],
  ['Wait=3', 3],
  ['wait=600', 60],
  ['wait=', undefined],
  ['wait=-1', undefined],
  ['await=5', undefined],
  [undefined, undefined],
])('%s is a wish to wait %s seconds', (header, seconds) => {
  expect(preferredWait(header)).toBe(seconds);
});
