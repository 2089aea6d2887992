import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { findArcadePython } from '../../../../test/python.ts';
import {
  ACTIONS,
  tinyContract,
  tinyInputs,
  tinySpec,
  tinyTeacher,
  tinyWeights,
} from '../../../../test/tiny-distillation.ts';
import { type DistillEvent } from '../events.ts';
import { type ClosedLoopInputs, distillClosedLoop, lastStepOf } from './distill-closed-loop.ts';

const python = await findArcadePython();
// The game's own actions, of which the tiny teacher knows three.
const teacher = { observation: tinyContract, actions: ACTIONS, architecture: tinyTeacher, weights: tinyWeights() };
const data = { kind: 'closed_loop', rounds: 1, frames_per_round: 100, evaluation_episodes: 1, max_episode_frames: 200 };
// On these frames the tiny teacher is flat: there is nothing that a relative weight could be relative to.
const loss = { derivative: { kind: 'vjp', weight: { kind: 'fixed' } } };
const spec = tinySpec({ rollouts: undefined, data, loss, held_out_fraction: 0.3 });

const newInputs = async (): Promise<ClosedLoopInputs> => ({
  teacher,
  directory: await mkdtemp(join(tmpdir(), 'closed-loop-')),
});

async function collect(events: AsyncIterable<DistillEvent>): Promise<DistillEvent[]> {
  const all: DistillEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

type Of<T extends DistillEvent['type']> = Extract<DistillEvent, { type: T }>;
const only = <T extends DistillEvent['type']>(events: DistillEvent[], type: T) =>
  events.filter((event): event is Of<T> => event.type === type);

test('rounds share the steps evenly, and the last ends with the last step', () => {
  const ends = [0, 1, 2, 3].map((round) => lastStepOf(round, { steps: 10, rounds: 3 }));
  expect(ends).toEqual([3, 5, 8, 10]);
});

onEveryEngine((engine) => {
  test.runIf(python && engine === 'tensorflow')(
    'the teacher plays first, then the student in every round; its return is measured at the end of each',
    async () => {
      const before = tf.memory().numTensors;
      const events = await collect(distillClosedLoop(spec, await newInputs()));
      expect(only(events, 'step').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      expect(only(events, 'round').map(({ round }) => round)).toEqual([0, 1]);
      for (const { frames } of only(events, 'round')) expect(frames).toBeGreaterThanOrEqual(100);
      const measured = only(events, 'evaluation').filter(({ metrics }) => 'teacher_return' in metrics);
      expect(measured.map(({ step }) => step)).toEqual([6, 12]);
      expect(only(events, 'finished')[0]?.metrics).toMatchObject(measured.at(-1)!.metrics);
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  test.runIf(python && engine === 'tensorflow')(
    'interrupted after the play of a round and gone on with, the loop ends in the same student, each step told once',
    async () => {
      const calm = await collect(distillClosedLoop(spec, await newInputs()));
      const inputs = await newInputs();
      const before: DistillEvent[] = [];
      for await (const event of distillClosedLoop(spec, inputs)) {
        before.push(event);
        if (event.type === 'checkpoint' && only(before, 'round').length === 2) break;
      }
      const rounds = only(before, 'round').map(({ path }) => path);
      const { bytes: checkpoint, step } = only(before, 'checkpoint').at(-1)!;
      const after = await collect(distillClosedLoop(spec, { ...inputs, rounds, checkpoint }));
      expect(only(after, 'step').map((event) => event.step)).toEqual([7, 8, 9, 10, 11, 12]);
      expect([step, only(after, 'round')]).toEqual([6, []]);
      const student = (events: DistillEvent[]) => Buffer.from(only(events, 'finished')[0]!.files.student);
      expect(student(after).equals(student(calm))).toBe(true);
    },
    120_000,
  );

  test.runIf(python && engine === 'tensorflow')('recorded play may come first', async () => {
    const { rollouts } = await tinyInputs();
    const given = tinySpec({ loss, data });
    const events = await collect(distillClosedLoop(given, { ...(await newInputs()), rollouts }));
    expect(only(events, 'round').map(({ round }) => round)).toEqual([1]);
    expect(events.at(-1)?.type).toBe('finished');
  });
});
