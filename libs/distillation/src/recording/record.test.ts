import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openRollouts } from '@distiller/rollouts';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { findArcadePython } from '../../../../test/python.ts';
import { ACTIONS, tinyContract, tinyTeacher, tinyWeights } from '../../../../test/tiny-distillation.ts';
import { labelAll } from '../labels.ts';
import { loadPolicy } from '../load-policy.ts';
import { record, type RecordOptions } from './record.ts';
import { type RecordEvent } from './record-event.ts';

const python = await findArcadePython();

const teacher = { observation: tinyContract, actions: ACTIONS, architecture: tinyTeacher, weights: tinyWeights() };
const options: RecordOptions = {
  name: 'tiny',
  acting: { kind: 'sampled' },
  goal: { episodes: 3 },
  numEnvs: 2,
  seed: 7,
  maxEpisodeFrames: 400,
};

const newPath = async () => join(await mkdtemp(join(tmpdir(), 'record-')), 'play.zarr.zip');

async function run(path: string, changes: Partial<RecordOptions> = {}): Promise<RecordEvent[]> {
  const events: RecordEvent[] = [];
  for await (const event of record(teacher, path, { ...options, ...changes })) events.push(event);
  return events;
}

const finished = (events: RecordEvent[]) => {
  const last = events.at(-1);
  return last?.type === 'finished' ? last.rollouts : undefined;
};

onEveryEngine((engine) => {
  // What is recorded is the emulator's and the files' matter; one engine is enough to act.
  test.runIf(python && engine === 'tensorflow')(
    'the same seed records the same file, however many games are played at once and after whatever interruption',
    async () => {
      const before = tf.memory().numTensors;
      const [alone, together, broken] = [await newPath(), await newPath(), await newPath()];
      const expected = finished(await run(alone, { numEnvs: 1 }));
      expect(expected).toMatchObject({ episodes: 3, frames: 300 });
      expect(finished(await run(together, { numEnvs: 5 }))).toEqual(expected);

      for await (const event of record(teacher, broken, options)) if (event.type === 'episode') break;
      const [opened, ...rest] = await run(broken);
      expect(opened).toMatchObject({ type: 'opened', frames: expect.any(Number) as number, damaged: [] });
      expect(opened?.type === 'opened' && opened.episodes).toBeGreaterThan(0);
      expect(finished(rest)).toEqual(expected);
      expect(await readdir(dirname(broken))).toEqual(['play.zarr.zip']);
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  test.runIf(python && engine === 'tensorflow')(
    'of many games those that are no longer wanted are given up, and the file is the same',
    async () => {
      const goal = { minFrames: 150 };
      const [few, many] = [await newPath(), await newPath()];
      const expected = finished(await run(few, { goal, numEnvs: 1 }));
      expect(expected).toMatchObject({ episodes: 2, frames: 200 });
      const events = await run(many, { goal, numEnvs: 20 });
      expect(finished(events)).toEqual(expected);
      expect(events.filter(({ type }) => type === 'episode')).toHaveLength(2);
    },
  );

  test.runIf(python && engine === 'tensorflow')('another teacher or seed does not go on with a recording', async () => {
    const path = await newPath();
    for await (const event of record(teacher, path, options)) if (event.type === 'episode') break;
    await expect(run(path, { seed: 8 })).rejects.toThrow('another recording lies there');
    const weights = new Map(
      [...teacher.weights].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.map(() => 0) }]),
    );
    const other = record({ ...teacher, weights }, path, options).next();
    await expect(other).rejects.toThrow('another recording lies there');
  });

  test.runIf(python && engine === 'tensorflow')(
    'where a student acts too, what the teacher says of every frame is kept',
    async () => {
      const path = await newPath();
      const student = {
        ...teacher,
        weights: new Map(
          [...teacher.weights].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.map((value) => -value) }]),
        ),
      };
      const events = await run(path, {
        acting: { kind: 'mixture', student, beta: 0.5, per: 'step' },
        goal: { episodes: 1 },
      });
      expect(finished(events)?.frames).toBe(100);
      const rollouts = await openRollouts(path);
      expect(rollouts.attributes).toMatchObject({ acting: 'mixture', beta: 0.5, actions: ACTIONS });
      const indices = Int32Array.from({ length: 100 }, (_, index) => index);
      const frames = await rollouts.loadFrames();
      const labels = await labelAll(loadPolicy(teacher), { frames, stack: tinyContract.stack }, indices);
      const kept = (await rollouts.loadLogProbs())!;
      kept.forEach((logProb, index) => expect(logProb).toBeCloseTo(labels.logProbs[index]!, 4));
    },
  );
});
