import { type StoredLabels } from '@distiller/rollouts';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { tinyInputs, tinySpec } from '../../../../test/tiny-distillation.ts';
import { distill, type DistillInputs, type DistillOptions } from '../distill.ts';
import { type DistillEvent } from '../events.ts';
import { makeLabels } from '../labelling/label-rollouts.fixture.ts';
import { chooseStored } from './stored-derivatives.ts';

async function run(overrides: object, inputs: DistillInputs, options?: DistillOptions): Promise<DistillEvent[]> {
  const events: DistillEvent[] = [];
  for await (const event of distill(tinySpec({ ...overrides }), inputs, options)) events.push(event);
  return events;
}

const studentOf = (events: DistillEvent[]) => {
  const last = events.at(-1)!;
  return last.type === 'finished' ? last.files.student : undefined;
};
const planOf = ([first]: DistillEvent[]) => (first?.type === 'labelling' ? first.labels : undefined);
const told = (events: DistillEvent[], name: 'loss' | 'value_term') =>
  events.flatMap((e) => (e.type === 'step' ? e.metrics[name] : []));
const losses = (events: DistillEvent[]) => told(events, 'loss');

const VJP = { kind: 'vjp', count: 3 };
const jvp = (directions: string, count = 1) => ({ kind: 'jvp', directions, count });

onEveryEngine(() => {
  test.each([
    { projections: { kind: 'none' }, derivative: { kind: 'none' } },
    { projections: VJP, derivative: { kind: 'vjp' } },
    { projections: { ...VJP, precision: 'f16' }, derivative: { kind: 'vjp', projections: 2, norm: 'plain' } },
    { projections: jvp('frame-difference'), derivative: { kind: 'jvp' } },
    { projections: jvp('gaussian', 4), derivative: { kind: 'jvp', directions: 'gaussian', draws: 2 } },
    { projections: jvp('principal-components', 4), derivative: { kind: 'jvp', directions: 'principal-components' } },
  ])(
    'a run on stored labels goes down, leaves no tensor behind, and resumes to the same student: %j',
    async ({ projections, derivative }) => {
      const inputs = await tinyInputs();
      const labels = await makeLabels({ projections }, inputs);
      const before = tf.memory().numTensors;
      const overrides = {
        loss: { derivative },
        labels: { kind: 'stored', labels: 'tiny' },
        steps: 40,
        optimizer: { kind: 'adam', learning_rate: 0.01 },
      };
      const whole = await run(overrides, { ...inputs, labels }, { checkpointEveryMs: 0 });
      expect(tf.memory().numTensors).toBe(before);
      const derivativeFrom = derivative.kind === 'none' ? 'none' : 'stored';
      expect(planOf(whole)).toMatchObject({ log_probs: 'stored', derivative: derivativeFrom });
      // What the loss is along single directions differs from step to step by more.
      const all = told(whole, 'value_term');
      const mean = (of: number[]) => of.reduce((sum, value) => sum + value, 0) / of.length;
      expect(mean(all.slice(-10))).toBeLessThan(mean(all.slice(0, 10)));
      const checkpoint = whole.flatMap((e) => (e.type === 'checkpoint' && e.step === 23 ? [e.bytes] : []))[0];
      expect(studentOf(await run(overrides, { ...inputs, labels, checkpoint }))).toEqual(studentOf(whole));
    },
  );

  test.each([
    ['plain distillation', { kind: 'none' }, { kind: 'none' }],
    ['frame differences, which are not drawn', jvp('frame-difference'), { kind: 'jvp' }],
  ])('stored labels teach the same as the teacher itself: %s', async (_what, projections, derivative) => {
    const inputs = await tinyInputs();
    const labels = await makeLabels({ projections }, inputs);
    const stored = losses(await run({ loss: { derivative } }, { ...inputs, labels }));
    const asked = losses(await run({ loss: { derivative }, labels: { kind: 'recompute' } }, inputs));
    expect(stored.length).toBe(12);
    stored.forEach((loss, i) => expect(Math.abs(loss / asked[i]! - 1)).toBeLessThan(1e-3));
  });

  test.each([
    ['the job asks for it', { labels: { kind: 'recompute' } }],
    ['this job augments them', { loss: { derivative: { kind: 'vjp' }, augmentation: [{ kind: 'shift', pixels: 1 }] } }],
  ])('labels are not used where %s: the student has the bits of one without', async (reason, overrides) => {
    const inputs = await tinyInputs();
    const labels = await makeLabels({ projections: VJP }, inputs);
    const given = await run(overrides, { ...inputs, labels });
    expect(planOf(given)).toMatchObject({ log_probs: 'recomputed', derivative: 'recomputed' });
    expect(planOf(given)?.reason).toContain(reason);
    expect(studentOf(given)).toEqual(studentOf(await run(overrides, inputs)));
  });

  test('labels that hold no such derivative give their log-probabilities, and the teacher is asked for the rest', async () => {
    const inputs = await tinyInputs();
    const labels = await makeLabels({ projections: { kind: 'none' } }, inputs);
    const [some, none] = [await run({}, { ...inputs, labels }), await run({}, inputs)];
    expect(planOf(some)).toMatchObject({ log_probs: 'stored', derivative: 'recomputed' });
    losses(some).forEach((loss, i) => expect(Math.abs(loss / losses(none)[i]! - 1)).toBeLessThan(1e-4));
  });

  test('labels of other frames are refused, and so is a job that names labels and is given none', async () => {
    const labels: StoredLabels = await makeLabels({}, await tinyInputs(5));
    const refusal = { code: 'labels_mismatch', pointer: '/labels/labels' };
    await expect(run({}, { ...(await tinyInputs()), labels })).rejects.toMatchObject(refusal);
    const named = { labels: { kind: 'stored', labels: 'mine' } };
    await expect(run(named, await tinyInputs())).rejects.toMatchObject(refusal);
  });
});

test('an example takes different stored derivatives, each as often, by seed and step alone', () => {
  const [batchSize, stored, wanted] = [6000, 4, 2];
  const [first, second] = chooseStored(1, 7, { batchSize, stored, wanted }) as [Int32Array, Int32Array];
  expect(first.some((number, b) => number === second[b])).toBe(false);
  for (const numbers of [first, second]) {
    for (let number = 0; number < stored; number++) {
      const share = numbers.filter((own) => own === number).length / batchSize;
      expect(Math.abs(share - 1 / stored)).toBeLessThan(0.03);
    }
  }
  expect(chooseStored(1, 7, { batchSize, stored, wanted })).toEqual([first, second]);
  expect(chooseStored(1, 8, { batchSize, stored, wanted })).not.toEqual([first, second]);
});
