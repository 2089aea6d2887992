import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { tinyContract, tinyInputs, tinySpec } from '../../../../test/tiny-distillation.ts';
import { distill, type DistillInputs, evaluationSet } from '../distill.ts';
import { type DistillEvent } from '../events.ts';
import { HASHES, labellingSpec, newLabelsPath, runLabelling } from '../labelling/label-rollouts.fixture.ts';
import { labelRollouts } from '../labelling/label-rollouts.ts';
import { closeObservations, openObservations } from '../observations.ts';
import { prepare } from '../prepare.ts';

/** Of 3,200 frames of 144 bytes: six blocks of ten that are trained on; and as little as there can be. */
const [SOME, LITTLE] = [300_000, 10_000];

async function run(loss: object, inputs: DistillInputs, framesBytes: number): Promise<DistillEvent[]> {
  const events: DistillEvent[] = [];
  const spec = tinySpec({ loss, batch_size: 100, steps: 12, evaluate_every: 100 });
  for await (const event of distill(spec, inputs, { framesBytes, checkpointEveryMs: 0 })) events.push(event);
  return events;
}

const find = <T extends DistillEvent['type']>(events: DistillEvent[], type: T, step?: number) =>
  events.find(
    (event) => event.type === type && (step === undefined || ('step' in event && event.step === step)),
  ) as Extract<DistillEvent, { type: T }>;

onEveryEngine((engine) => {
  test.each([
    { derivative: { kind: 'none' } },
    { derivative: { kind: 'vjp', projections: 2 } },
    { derivative: { kind: 'jvp', directions: 'frame-difference' }, augmentation: [{ kind: 'noise' }] },
  ])('a run on frames that do not fit resumes to the same student, and leaves no tensor: %j', async (loss) => {
    const inputs = await tinyInputs(80);
    const before = tf.memory().numTensors;
    const whole = await run(loss, inputs, SOME);
    expect(whole[0]).toMatchObject({ type: 'labelling', done: 2560, total: 2560, labels: { log_probs: 'recomputed' } });
    const resumed = await run(loss, { ...inputs, checkpoint: find(whole, 'checkpoint', 7).bytes }, SOME);
    expect(find(resumed, 'finished').files).toEqual(find(whole, 'finished').files);
    expect(tf.memory().numTensors).toBe(before);
    expect(find(whole, 'finished').files.student).not.toEqual(
      find(await run(loss, inputs, 2 ** 30), 'finished').files.student,
    );
  });

  test.each([SOME, LITTLE])('held-out frames are judged as if all were in memory: %d bytes', async (bytes) => {
    const inputs = await tinyInputs(80);
    const sets = [];
    for (const limit of [bytes, 2 ** 30]) {
      const observations = await openObservations(inputs.rollouts, tinyContract.stack, limit);
      const prepared = prepare(tinySpec({ evaluation_frames: 200 }), inputs, observations);
      const set = await evaluationSet(tinySpec({ evaluation_frames: 200 }), prepared);
      sets.push(set.labels.logProbs);
      await closeObservations(observations);
    }
    expect(sets[0]).toHaveLength(200 * 3);
    expect(sets[0]).toEqual(sets[1]);
  });

  test.each([
    { kind: 'none' },
    { kind: 'vjp', count: 2 },
    { kind: 'jvp', directions: 'frame-difference' },
    // Finding them takes long on a GPU in software.
    ...(engine === 'webgpu' ? [] : [{ kind: 'jvp', directions: 'principal-components', count: 2 }]),
  ])('labels of frames read block by block are those of all in memory, bit for bit: $kind', async (projections) => {
    const inputs = await tinyInputs(20);
    const [whole, streamed] = [await newLabelsPath(), await newLabelsPath()];
    await runLabelling({ projections }, inputs, whole);
    const labelling = { ...inputs, ...HASHES, path: streamed };
    for await (const event of labelRollouts(labellingSpec({ projections }), labelling, { framesBytes: LITTLE }))
      void event;
    expect((await readFile(streamed)).equals(await readFile(whole))).toBe(true);
  });
});
