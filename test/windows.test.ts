import { expect, test } from 'vitest';
import { measurePeak } from './bench/windows.ts';

test('a distillation of twenty times as many frames takes no more memory than what it is told to hold', async () => {
  const [few, many] = [2_000, 40_000];
  const options = { limitMb: 12, steps: 40 };
  const [small, large] = [
    await measurePeak({ ...options, frames: few }),
    await measurePeak({ ...options, frames: many }),
  ];
  // All of them would be 270 MiB.
  expect(large - small).toBeLessThan(100);
}, 120_000);
