import { expect, test } from 'vitest';
import { windowPlan } from './window-plan.ts';

const OPTIONS = { seed: 1, batchSize: 20, rows: 10_000, blockLength: 64, slots: 12 };
const range = (length: number) => Array.from({ length }, (_, index) => index);

test('blocks cover every row once, and their lengths differ by one at most', () => {
  const plan = windowPlan(OPTIONS);
  const blocks = range(157).map((number) => plan.block(number));
  const sorted = blocks.toSorted((a, b) => a.start - b.start);
  expect(sorted.map(({ start }) => start)).toEqual([0, ...sorted.slice(0, -1).map(({ end }) => end)]);
  expect(sorted.at(-1)!.end).toBe(10_000);
  expect(new Set(blocks.map(({ start, end }) => end - start))).toEqual(new Set([63, 64]));
  expect(blocks).not.toEqual(sorted);
  expect(plan.block(157)).toEqual(plan.block(0));
});

test('over an epoch every block is in the window at as many steps as any other, from any step on', () => {
  const plan = windowPlan(OPTIONS);
  // n / B steps.
  for (const from of [1, 1234]) {
    const steps = new Map<number, number>();
    for (let step = from; step < from + 500; step++) {
      for (let number = plan.position(step); number < plan.position(step) + plan.width; number++) {
        const { start } = plan.block(number);
        steps.set(start, (steps.get(start) ?? 0) + 1);
      }
    }
    expect(steps.size).toBe(157);
    // W · n / (B · N) but for rounding at each end.
    const expected = (plan.width * 500) / 157;
    for (const count of steps.values()) expect(Math.abs(count - expected)).toBeLessThanOrEqual(4);
  }
});

test('over many epochs every row is drawn about as often as any other', () => {
  const plan = windowPlan({ ...OPTIONS, rows: 1000, blockLength: 10 });
  const drawn = new Float64Array(1000);
  for (let step = 1; step <= 20_000; step++) for (const row of plan.draw(step).rows) drawn[row]! += 1;
  // Poisson of mean 400.
  expect(Math.min(...drawn)).toBeGreaterThan(400 - 6 * 20);
  expect(Math.max(...drawn)).toBeLessThan(400 + 6 * 20);
});

test('rows are drawn from blocks in the window, and from all of them', () => {
  const plan = windowPlan(OPTIONS);
  for (const step of [1, 2, 77, 4000]) {
    const { rows, numbers } = plan.draw(step);
    for (const [example, number] of numbers.entries()) {
      expect(number).toBeGreaterThanOrEqual(plan.position(step));
      expect(number).toBeLessThan(plan.position(step) + plan.width);
      const { start, end } = plan.block(number);
      expect(rows[example]).toBeGreaterThanOrEqual(start);
      expect(rows[example]).toBeLessThan(end);
    }
  }
  const seen = new Set(range(20).flatMap((i) => [...plan.draw(1 + i).numbers].map((n) => n - plan.position(1 + i))));
  expect(seen.size).toBe(plan.width);
});

test('a draw follows from seed and step alone', () => {
  const [a, b, c] = [1, 1, 2].map((seed) => windowPlan({ ...OPTIONS, seed }));
  a!.draw(1);
  expect(a!.draw(500)).toEqual(b!.draw(500));
  expect(a!.draw(500).rows).not.toEqual(c!.draw(500).rows);
  expect(a!.draw(500).rows).not.toEqual(a!.draw(501).rows);
});

test.each([1, 3, 20, 200, 1000])('slots of the steps ahead are none that is drawn from: batches of %d', (batchSize) => {
  const plan = windowPlan({ ...OPTIONS, batchSize });
  expect(plan.width).toBeGreaterThan(0);
  for (let step = 1; step < 300; step++) {
    // What is read while this step's batch is taken is enough for the next two, and stays clear of this one's slots.
    expect(plan.position(step + 2) + plan.width).toBeLessThanOrEqual(plan.position(step) + plan.slots);
  }
});

test('blocks that all fit are all drawn from, and stay', () => {
  const plan = windowPlan({ ...OPTIONS, slots: 157 });
  expect([plan.width, plan.slots, plan.position(1), plan.position(99_999)]).toEqual([157, 157, 0, 0]);
});
