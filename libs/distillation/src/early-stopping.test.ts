import * as tf from '@tensorflow/tfjs-core';
import { loadEngine } from '@distiller/compute';
import { readSafetensors } from '@distiller/policies';
import { beforeAll, expect, test } from 'vitest';
import { tinyInputs, tinySpec } from '../../../test/tiny-distillation.ts';
import { distill, type DistillInputs, type DistillOptions } from './distill.ts';
import { type DistillEvent } from './events.ts';

beforeAll(() => loadEngine('wasm'));

type Of<T extends DistillEvent['type']> = Extract<DistillEvent, { type: T }>;
const all = <T extends DistillEvent['type']>(events: DistillEvent[], type: T) =>
  events.filter((event): event is Of<T> => event.type === type);

async function run(overrides: object, inputs: DistillInputs, options?: DistillOptions): Promise<DistillEvent[]> {
  const events: DistillEvent[] = [];
  const spec = tinySpec({ steps: 40, evaluate_every: 4, ...overrides });
  for await (const event of distill(spec, inputs, options)) events.push(event);
  return events;
}

/** So fast that it soon gets worse. */
const optimizer = { kind: 'sgd', learning_rate: 1, momentum: 0.9 };
const loss = { derivative: { kind: 'none' } };

test('training stops when its patience is over, says so after its last checkpoint, and ends with a student', async () => {
  const events = await run({ early_stopping: { patience: 1, min_delta: 100 } }, await tinyInputs());
  expect(all(events, 'step')).toHaveLength(8);
  expect(all(events, 'stopped_early')).toMatchObject([{ step: 8, watch: { stopped: 'patience', best: { step: 4 } } }]);
  expect(events.slice(-3).map(({ type }) => type)).toEqual(['checkpoint', 'stopped_early', 'finished']);
  expect(all(events, 'finished')[0]).toMatchObject({ step: 8 });
});

test('training stops at the first evaluation that reaches its target', async () => {
  const events = await run({ early_stopping: { target: { metric: 'kl', at_most: 1000 } } }, await tinyInputs());
  expect(all(events, 'stopped_early')).toMatchObject([{ step: 4, watch: { stopped: 'target' } }]);
});

test('the student that is kept is the best one, with its metrics, and its checkpoint is marked', async () => {
  const inputs = await tinyInputs();
  await run({}, inputs);
  const before = tf.memory().numTensors;
  const events = await run({ keep: 'best', optimizer, loss }, inputs);
  const evaluations = all(events, 'evaluation').map(({ step, metrics }) => ({ step, kl: metrics.kl! }));
  const best = evaluations.reduce((a, b) => (b.kl < a.kl ? b : a));
  expect(best.step).toBeLessThan(40);
  expect(all(events, 'finished')[0]).toMatchObject({ step: best.step, metrics: { kl: best.kl } });
  const marked = all(events, 'checkpoint').filter(({ isBest }) => isBest);
  expect(marked.at(-1)?.step).toBe(best.step);
  expect(marked.at(-1)?.policy).toEqual(all(events, 'finished')[0]!.files.student);
  expect(tf.memory().numTensors).toBe(before);
});

test('a run resumed from any checkpoint stops at the same step, with the same student, as an undisturbed one', async () => {
  const inputs = await tinyInputs();
  const rules = { keep: 'best', optimizer, loss, early_stopping: { patience: 4 } };
  const whole = await run(rules, inputs, { checkpointEveryMs: 0 });
  const [stop] = all(whole, 'stopped_early');
  expect(stop).toBeDefined();
  for (const { step, bytes: checkpoint } of all(whole, 'checkpoint')) {
    if (step % 5 !== 0 && step !== stop!.step) continue;
    const resumed = await run(rules, { ...inputs, checkpoint });
    expect(all(resumed, 'stopped_early')[0]?.watch).toEqual(stop!.watch);
    expect(all(resumed, 'finished')[0]!.files.student).toEqual(all(whole, 'finished')[0]!.files.student);
  }
});

test('a checkpoint is told at every so many steps, and each holds its policy', async () => {
  const events = await run({ steps: 12, checkpoints: { every: 5, keep: 3 } }, await tinyInputs());
  const told = all(events, 'checkpoint');
  expect(told.map(({ step, keepPeriodic }) => [step, keepPeriodic])).toEqual([
    [5, 3],
    [10, 3],
    [12, undefined],
  ]);
  expect(told.at(-1)!.policy).toEqual(all(events, 'finished')[0]!.files.student);
  expect(readSafetensors(told[0]!.policy).metadata['layers']).toContain('conv');
});

test.each<[string, object, string]>([
  ['neither patience nor target', { early_stopping: { min_delta: 1 } }, 'never stop'],
  [
    'early stopping of a closed loop',
    { data: { kind: 'closed_loop' }, early_stopping: { patience: 1 } },
    'all of its rounds',
  ],
  ['the best of a closed loop', { data: { kind: 'closed_loop' }, keep: 'best' }, 'last student'],
])('%s is refused', (_what, overrides, message) => {
  expect(() => tinySpec(overrides as Record<string, unknown>)).toThrow(message);
});
