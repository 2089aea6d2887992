import { expect, test } from 'vitest';
import { mackeyGlass } from './mackey-glass.ts';

test('the series follows its equation, and never repeats itself', () => {
  const x = mackeyGlass(3000);
  // Central differences at whole times, against the equation with x(t − 17): both are known there.
  for (let t = 100; t < 2900; t += 97) {
    const slope = (x[t - 2]! - 8 * x[t - 1]! + 8 * x[t + 1]! - x[t + 2]!) / 12;
    const before = x[t - 17]!;
    expect(slope).toBeCloseTo((0.2 * before) / (1 + before ** 10) - 0.1 * x[t]!, 2);
  }
  expect([Math.min(...x) > 0.2, Math.max(...x) < 1.4]).toEqual([true, true]);
  const same = (lag: number) => x.slice(0, 2000).every((value, t) => Math.abs(value - x[t + lag]!) < 0.02);
  expect(Array.from({ length: 900 }, (_, lag) => lag + 1).some(same)).toBe(false);
});
