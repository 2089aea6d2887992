import { readFile } from 'node:fs/promises';
import { type StoredLabels } from '@distiller/rollouts';
import {
  forward,
  initializeWeights,
  lossGradients,
  project,
  pushForward,
  type Projection,
  type PushForward,
  randomStream,
  sphereDirections,
  type TeacherDerivative,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { distance } from '../../../../test/numbers.ts';
import { tinyInputs, tinySpec, tinyTeacher } from '../../../../test/tiny-distillation.ts';
import { type DistillInputs } from '../distill.ts';
import { startDraws } from '../draws.ts';
import { labelAll } from '../labels.ts';
import { prepare } from '../prepare.ts';
import { openStoredJvp } from '../stored-labels/stored-jvp.ts';
import { startStoredVjp } from '../stored-labels/stored-vjp.ts';
import { HASHES, labellingSpec, makeLabels, newLabelsPath, runLabelling } from './label-rollouts.fixture.ts';
import { labelRollouts } from './label-rollouts.ts';

const SETS = ['frame-difference', 'patch', 'principal-components', 'rademacher', 'gaussian'] as const;
const FRAMES = Int32Array.from({ length: 50 }, (_, i) => 3 * i + 1);
const options = { seed: 9, batchSize: 12, lastStep: 3, wanted: 2 };

/** Teacher and observations of the tiny job, and a draw of some of its frames. */
async function setUp(inputs: DistillInputs) {
  const observations = { frames: await inputs.rollouts.loadFrames(), stack: inputs.teacher.observation.stack };
  const prepared = prepare(tinySpec({ student: tinyTeacher }), inputs, observations);
  const draws = startDraws(prepared.observations, FRAMES, { ...options, withNext: true });
  const draw = await draws.take(1);
  const { network, weights } = prepared.teacher;
  const close = async () => {
    draw.dispose();
    await draws.close();
    tf.dispose([...weights]);
  };
  return { prepared, draw, points: forward(network, weights, draw.x), close };
}

onEveryEngine(() => {
  test('stored log-probabilities are the teacher’s, of every frame', async () => {
    const inputs = await tinyInputs();
    const labels = await makeLabels({}, inputs);
    const { prepared, close } = await setUp(inputs);
    const indices = Int32Array.from({ length: 240 }, (_, i) => i);
    const { logProbs } = await labelAll(prepared.teacher, prepared.observations, indices);
    (await labels.loadLogProbs()).forEach((value, i) => expect(Math.abs(value - logProbs[i]!)).toBeLessThan(1e-5));
    await close();
  });

  test.each([
    ['int8', 'log-policy', 0.51 / 127],
    ['f16', 'logits', 2 ** -11],
  ] as const)('a stored vjp in %s is that of the teacher along its direction', async (precision, of, tolerance) => {
    const inputs = await tinyInputs();
    const labels = await makeLabels({ of, projections: { kind: 'vjp', count: 3, precision } }, inputs);
    const { draw, points, close } = await setUp(inputs);
    const stored = startStoredVjp(labels, FRAMES, options);
    const { derivatives, dispose } = await stored.take(1, draw);
    expect(derivatives.length).toBe(2);
    for (const { v, pullBack, squaredNorms } of derivatives as Projection[]) {
      const exact = project(points, v, of);
      const most = tf.max(tf.abs(exact.pullBack), [1, 2, 3], true);
      const off = tf.div(tf.sub(pullBack, exact.pullBack), most);
      expect(distance(off, tf.zerosLike(off))).toBeLessThan(tolerance);
      expect(distance(tf.div(squaredNorms, exact.squaredNorms), tf.onesLike(squaredNorms))).toBeLessThan(0.01);
      for (const length of tf.norm(v, 2, 1).dataSync()) expect(length).toBeCloseTo(1, 5);
    }
    const [a, b] = derivatives as [Projection, Projection];
    expect(distance(tf.sum(tf.mul(a.v, b.v), 1), tf.zeros([options.batchSize]))).toBeLessThan(1e-5);
    dispose();
    await stored.close();
    await close();
  });

  test.each(SETS)('%s: directions drawn again are those along which the derivative was stored', async (kind) => {
    const inputs = await tinyInputs();
    const count = kind === 'frame-difference' ? 1 : 4;
    const labels = await makeLabels({ seed: 3, projections: { kind: 'jvp', directions: kind, count } }, inputs);
    const { draw, points, close } = await setUp(inputs);
    const wanted = Math.min(count, 2);
    const stored = await openStoredJvp(labels, FRAMES, { directions: kind, seed: 9, wanted });
    const { derivatives, dispose } = await stored.take(1, draw);
    expect(derivatives.length).toBe(wanted);
    for (const { u, pushed } of derivatives as PushForward[]) {
      const exact = pushForward(points, u);
      const scale = Math.max(...tf.abs(exact).dataSync());
      expect(distance(pushed, exact)).toBeLessThan(1e-4 * scale);
      expect(scale).toBeGreaterThan(0);
      exact.dispose();
    }
    if (wanted === 2) {
      const [a, b] = derivatives as [PushForward, PushForward];
      expect(distance(a.u, b.u)).toBeGreaterThan(0);
    }
    dispose();
    await stored.close();
    await close();
  });

  test('over a full basis the mean gradient of stored projections is the one with recomputed projections', async () => {
    const inputs = await tinyInputs();
    const labels = await makeLabels({ projections: { kind: 'vjp', count: 3, precision: 'f16' } }, inputs);
    const { prepared, draw, points, close } = await setUp(inputs);
    const { network } = prepared.student;
    const weights = initializeWeights(network, 4);
    const gradient = (derivatives: TeacherDerivative[]) => {
      const weighting = {
        kind: 'fixed' as const,
        alpha: 1,
        decay: { kind: 'constant' as const, finalFraction: 0, totalSteps: 1 },
      };
      const batch = { x: draw.x, logProbs: tf.zeros<tf.Rank.R2>([12, 3]), derivatives };
      const state = { step: 0, weights, weighting: [] };
      const loss = { network, value: { kind: 'kl' as const, temperature: 1 }, weighting };
      return lossGradients(loss, state, batch).gradients.map((each) => tf.reshape(each, [-1]));
    };
    const stored = startStoredVjp(labels, FRAMES, { ...options, wanted: 3 });
    const { derivatives, dispose } = await stored.take(1, draw);
    const each = derivatives.map((one) => tf.concat(gradient([one]) as tf.Tensor1D[]));
    const mean = tf.div(tf.addN(each), 3);
    const vs = sphereDirections(randomStream(1, 'projection', 5), 12, 3, 3);
    const asked = vs.map((v) => project(points, tf.tensor2d(v, [12, 3])));
    const exact = tf.concat(gradient(asked) as tf.Tensor1D[]);
    const size = Math.max(...tf.abs(exact).dataSync());
    expect(distance(mean, exact)).toBeLessThan(2e-3 * size);
    // One projection alone says something else: the mean is over all of them.
    expect(distance(each[0]!, exact)).toBeGreaterThan(0.02 * size);
    dispose();
    await stored.close();
    await close();
  });

  test.each([
    { kind: 'vjp', count: 2 },
    { kind: 'jvp', directions: 'principal-components', count: 2 },
    { kind: 'none' },
  ])('interrupted between two blocks and resumed, the file is the same bit for bit: $kind', async (projections) => {
    const inputs = await tinyInputs(8);
    const [whole, resumed] = [await newLabelsPath(), await newLabelsPath()];
    const events = await runLabelling({ projections }, inputs, whole);
    const abort = new AbortController();
    const labelling = labelRollouts(
      labellingSpec({ projections }),
      { ...inputs, ...HASHES, path: resumed },
      { signal: abort.signal },
    );
    for await (const event of labelling) {
      expect(event.type).toBe('progress');
      if (event.type === 'progress' && event.done > 0) abort.abort();
    }
    const later = await runLabelling({ projections }, inputs, resumed);
    expect(later.map((event) => event.type === 'progress' && event.done)).toEqual([256, 320, false]);
    expect(events.map((event) => event.type === 'progress' && event.done)).toEqual([0, 256, 320, false]);
    expect(later.at(-1)).toEqual({ ...events.at(-1), path: resumed });
    expect((await readFile(resumed)).equals(await readFile(whole))).toBe(true);
  });

  test('labelling leaves no tensor behind', async () => {
    const inputs = await tinyInputs();
    const before = tf.memory().numTensors;
    for (const directions of SETS) await makeLabels({ projections: { kind: 'jvp', directions } }, inputs);
    await makeLabels({ projections: { kind: 'vjp', count: 2 } }, inputs);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a file says whose labels it holds, and of what', async () => {
    const labels: StoredLabels = await makeLabels(
      { seed: 8, projections: { kind: 'vjp', count: 18 } },
      await tinyInputs(),
    );
    expect(labels.attributes).toMatchObject({
      teacher_sha256: HASHES.teacherSha256,
      rollouts_sha256: HASHES.rolloutsSha256,
      frames: 240,
      actions: 3,
      observation: [12, 12, 2],
      of: 'log-policy',
      // As many as there are actions.
      projections: { kind: 'vjp', count: 3, precision: 'int8' },
      seed: 8,
    });
  });
});
