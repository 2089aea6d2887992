import { expect, test } from 'vitest';
import { type DistillEvent } from './events.ts';
import { earned } from './min-passes.ts';
import { LossSpec } from './spec/loss.ts';

const FRAMES = 1000;
/** @param batches of 100 */
function lossAfter(batches: number, derivative?: object) {
  const loss = LossSpec.parse(derivative ? { derivative } : {});
  const told: DistillEvent[] = [];
  const asking = earned({ loss, steps: batches, batch_size: 100 }, FRAMES);
  for (;;) {
    const next = asking.next();
    if (next.done) return { derivative: next.value.loss.derivative.kind, told };
    told.push(next.value);
  }
}

test('a loss that nobody chose takes derivatives from twenty passes over the frames on', () => {
  expect(lossAfter(200)).toEqual({ derivative: 'vjp', told: [] });
  expect(lossAfter(199)).toEqual({
    derivative: 'none',
    told: [{ type: 'values_alone', passes: 19.9, minPasses: 20 }],
  });
});

test('a derivative term that was asked for is taken however few the passes, and left out where they are fewer than was said', () => {
  expect(lossAfter(1, { kind: 'vjp' })).toEqual({ derivative: 'vjp', told: [] });
  expect(lossAfter(49, { kind: 'jvp', min_passes: 5 }).derivative).toBe('none');
  expect(lossAfter(50, { kind: 'jvp', min_passes: 5 }).derivative).toBe('jvp');
});
