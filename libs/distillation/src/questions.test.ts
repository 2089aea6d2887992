import { buildNetwork, loadWeights, logits, layerTable, resolveLayers } from '@distiller/policies';
import { forward, jvpTerm, noiseTable, pushForward, vjpTerm } from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../test/engines.ts';
import { distance, normals } from '../../../test/numbers.ts';
import { ACTIONS, tinyTeacher, tinyWeights } from '../../../test/tiny-distillation.ts';
import { ask, type DerivativeQuestion, type Questions } from './questions.ts';

const BATCH = 5;

onEveryEngine(() => {
  const { rows } = layerTable(resolveLayers(tinyTeacher, ACTIONS.length), [12, 12, 2], ACTIONS.length);
  const teacher = () => {
    const network = buildNetwork(rows);
    return { network, weights: loadWeights(rows, network, tinyWeights()) };
  };
  const frames = () => ({
    x: tf.sigmoid<tf.Tensor4D>(normals([BATCH, 12, 12, 2], 1) as tf.Tensor4D),
    next: tf.sigmoid<tf.Tensor4D>(normals([BATCH, 12, 12, 2], 2) as tf.Tensor4D),
  });
  const questions = (derivative: DerivativeQuestion, augmentations: Questions['augmentations'] = []): Questions => ({
    seed: 1,
    augmentations,
    derivative,
    table: noiseTable(1),
  });
  const none = { kind: 'none' } as const;

  test('without augmentation the labels are what the teacher said when it labelled', () => {
    const labels = tf.zeros<tf.Rank.R2>([BATCH, ACTIONS.length]);
    const batch = ask(teacher(), questions(none), { frames: frames(), labels, step: 1 });
    expect(batch.logProbs).toBe(labels);
  });

  test('augmented frames are shown to the teacher too, and it is asked about them and not about the recorded ones', () => {
    const [policy, recorded] = [teacher(), frames()];
    const labels = tf.logSoftmax(logits(policy, recorded.x));
    const given = questions(none, [{ kind: 'noise', std: 0.3 }]);
    const batch = ask(policy, given, { frames: recorded, labels, step: 1 });
    expect(distance(batch.x, recorded.x)).toBeGreaterThan(0.1);
    expect(distance(batch.logProbs, tf.logSoftmax(logits(policy, batch.x)))).toBeLessThan(1e-6);
    expect(distance(batch.logProbs, labels)).toBeGreaterThan(1e-2);
  });

  test('a teacher has no derivative term against its own answers, augmented or not, along either kind of direction', () => {
    const policy = teacher();
    const points = (x: tf.Tensor) => forward(policy.network, policy.weights, x);
    for (const derivative of [
      { kind: 'vjp', of: 'log-policy', k: 2, actions: ACTIONS.length },
      { kind: 'jvp', of: 'log-policy', k: 1, set: { kind: 'frame-difference' } },
    ] as const)
      for (const augmentations of [[], [{ kind: 'shift', pixels: 2 }] as const]) {
        const labels = tf.zeros<tf.Rank.R2>([BATCH, ACTIONS.length]);
        const batch = ask(policy, questions(derivative, augmentations), { frames: frames(), labels, step: 3 });
        expect(batch.derivatives).toHaveLength(derivative.k);
        for (const each of batch.derivatives) {
          const term = 'v' in each ? vjpTerm(points(batch.x), each) : jvpTerm(points(batch.x), each);
          expect(term.value.dataSync()[0]).toBeLessThan(1e-9);
        }
      }
  });

  test('along the way the screen moves, the derivative says how the policy changes to first order', () => {
    const [policy, recorded] = [teacher(), frames()];
    const near = { x: recorded.x, next: tf.add<tf.Tensor4D>(recorded.x, tf.mul(recorded.next, 1e-3)) };
    const derivative = { kind: 'jvp', of: 'log-policy', k: 1, set: { kind: 'frame-difference' } } as const;
    const labels = tf.logSoftmax(logits(policy, near.x));
    const [along] = ask(policy, questions(derivative), { frames: near, labels, step: 1 }).derivatives;
    const { u, pushed } = along as { u: tf.Tensor; pushed: tf.Tensor2D };
    const step = tf.norm(tf.reshape(tf.sub(near.next, near.x), [BATCH, -1]), 2, 1);
    const change = tf.sub(tf.logSoftmax(logits(policy, near.next)), labels);
    expect(distance(tf.div(change, tf.expandDims(step, 1)), pushed)).toBeLessThan(0.02);
    expect(distance(pushForward(forward(policy.network, policy.weights, near.x), u), pushed)).toBe(0);
  });
});
