import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { along, distance, inner, normals, slope } from '../../../../test/numbers.ts';
import { initializeWeights } from '../initialize.ts';
import { logPolicyJacobian } from '../jacobian.ts';
import { conv } from '../layers/conv.ts';
import { dense } from '../layers/dense.ts';
import { flatten } from '../layers/flatten.ts';
import { relu } from '../layers/relu.ts';
import { forward, gradients, type Network, output, type Weights } from '../network.ts';
import { sphereDirections } from '../projections/sphere.ts';
import { randomStream } from '../random.ts';
import { klTerm } from './kl.ts';
import { pullBack, vjpTerm } from './vjp.ts';

const [BATCH, ACTIONS] = [4, 3];

const linear: Network = { block: 1, inputShape: [5], layers: [dense({ name: 'logits', inputs: 5, units: ACTIONS })] };

const convolutional: Network = {
  block: 2,
  inputShape: [4, 4, 4],
  layers: [
    conv({ name: 'conv1', inputShape: [8, 8, 1], filters: 4, kernel: 4, stride: 2, blockedInput: true }),
    relu({ name: 'relu1', inputShape: [3, 3, 4] }),
    flatten({ name: 'flatten', inputShape: [3, 3, 4] }),
    dense({ name: 'dense', inputs: 36, units: 8 }),
    relu({ name: 'relu2', inputShape: [8] }),
    dense({ name: 'logits', inputs: 8, units: ACTIONS }),
  ],
};

const directions = (k: number, seed = 5) =>
  sphereDirections(randomStream(seed, 'projection'), BATCH, ACTIONS, k).map((v) => tf.tensor2d(v, [BATCH, ACTIONS]));

const logitsOf = (network: Network, weights: Weights, x: tf.Tensor) =>
  output(forward(network, weights, x)) as tf.Tensor2D;

onEveryEngine(() => {
  test('the log-policy Jacobian of a linear policy is W − 1 (W π)ᵀ', () => {
    const [weight, bias, x] = [normals([5, ACTIONS], 1), normals([ACTIONS], 2), normals([BATCH, 5], 3)];
    const jacobian = logPolicyJacobian(linear, [weight, bias], x);
    const probs = tf.softmax(logitsOf(linear, [weight, bias], x));
    const mean = tf.matMul(probs, tf.transpose(weight as tf.Tensor2D));
    for (const [action, gradient] of jacobian.entries()) {
      const column = tf.reshape(tf.slice(weight, [0, action], [5, 1]), [1, 5]);
      expect(distance(gradient, tf.sub(column, mean))).toBeLessThan(1e-6);
    }
  });

  test('the pull-back of v is the central difference of ⟨log π, v⟩ in the pixels', () => {
    const weights = initializeWeights(convolutional, 1);
    const [x, change] = [normals([BATCH, 4, 4, 4], 2), normals([BATCH, 4, 4, 4], 3)];
    const [v] = directions(1) as [tf.Tensor2D];
    const value = (h: number) => inner(v, tf.logSoftmax(logitsOf(convolutional, weights, along(x, change, h))));
    expect(inner(pullBack(forward(convolutional, weights, x), v), change)).toBeCloseTo(slope(value, 1e-3), 2);
  });

  test.each([
    ['linear', linear],
    ['convolutional', convolutional],
  ])('all gradients of the vjp term together are its slope in every weight (%s policy)', (_title, network) => {
    const x = normals([BATCH, ...network.inputShape], 2);
    const [v] = directions(1) as [tf.Tensor2D];
    const teacher = pullBack(forward(network, initializeWeights(network, 9), x), v);
    const weights = initializeWeights(network, 1);
    const points = forward(network, weights, x);
    const term = vjpTerm(points, { v, pullBack: teacher });
    const ordinary = gradients(points, term.logitsGradient, term.curvatures);
    for (const [index, weight] of weights.entries()) {
      const direction = normals(weight.shape, 30 + index);
      const value = (h: number) => {
        const moved = weights.with(index, along(weight, direction, h));
        return vjpTerm(forward(network, moved, x), { v, pullBack: teacher }).value.dataSync()[0]!;
      };
      const twin = term.twinGradients[index];
      const own = inner(ordinary[index]!, direction) + (twin ? inner(twin, direction) : 0);
      const expected = slope(value, 1e-3);
      expect(Math.abs(own - expected)).toBeLessThan(0.02 * Math.max(1, Math.abs(expected)));
    }
  });

  test('the term and all its gradients vanish when the student is the teacher', () => {
    const weights = initializeWeights(convolutional, 1);
    const x = normals([BATCH, 4, 4, 4], 2);
    const [v] = directions(1) as [tf.Tensor2D];
    const points = forward(convolutional, weights, x);
    const term = vjpTerm(points, { v, pullBack: pullBack(points, v) });
    expect(term.value.dataSync()[0]).toBe(0);
    for (const gradient of [...term.twinGradients, term.logitsGradient]) {
      expect(gradient ? tf.max(tf.abs(gradient)).dataSync()[0] : 0).toBe(0);
    }
  });

  test('a full basis of directions gives ‖J_s − J_t‖² / A exactly', () => {
    const [student, teacher] = [initializeWeights(convolutional, 1), initializeWeights(convolutional, 9)];
    const x = normals([BATCH, 4, 4, 4], 2);
    const [points, teacherPoints] = [forward(convolutional, student, x), forward(convolutional, teacher, x)];
    const terms = directions(ACTIONS).map(
      (v) => vjpTerm(points, { v, pullBack: pullBack(teacherPoints, v) }).value.dataSync()[0]!,
    );
    const [s, t] = [logPolicyJacobian(convolutional, student, x), logPolicyJacobian(convolutional, teacher, x)];
    const exact = s.reduce((sum, gradient, a) => sum + inner(tf.sub(gradient, t[a]!), tf.sub(gradient, t[a]!)), 0);
    expect(terms.reduce((sum, term) => sum + term, 0) / ACTIONS).toBeCloseTo(exact / BATCH / ACTIONS, 4);
  });

  test('one random direction is an unbiased estimate of the full basis', () => {
    const [student, teacher] = [initializeWeights(linear, 1), initializeWeights(linear, 9)];
    const x = normals([BATCH, 5], 2);
    const [points, teacherPoints] = [forward(linear, student, x), forward(linear, teacher, x)];
    const value = (v: tf.Tensor2D) =>
      tf.tidy(() => vjpTerm(points, { v, pullBack: pullBack(teacherPoints, v) }).value.dataSync()[0]!);
    const exact = directions(ACTIONS).reduce((sum, v) => sum + value(v), 0) / ACTIONS;
    const draws = Array.from({ length: 1500 }, (_, seed) => value(directions(1, seed)[0]!));
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    expect(Math.abs(mean / exact - 1)).toBeLessThan(0.05);
  });

  test('the KL term is zero only when matched, and its gradient is its slope in the logits', () => {
    const [teacher, student, direction] = [
      normals([BATCH, ACTIONS], 1),
      normals([BATCH, ACTIONS], 2),
      normals([BATCH, ACTIONS], 3),
    ] as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    for (const temperature of [1, 0.5, 4]) {
      expect(klTerm(teacher, teacher, temperature).value.dataSync()[0]).toBeCloseTo(0, 6);
      const value = (h: number) =>
        klTerm(teacher, along(student, direction, h) as tf.Tensor2D, temperature).value.dataSync()[0]!;
      expect(value(0)).toBeGreaterThan(0);
      expect(inner(klTerm(teacher, student, temperature).gradient, direction)).toBeCloseTo(slope(value, 1e-2), 3);
    }
  });

  test('KL(teacher ‖ student) is not taken the other way round', () => {
    const teacher = tf.log<tf.Tensor2D>(tf.tensor2d([[0.5, 0.25, 0.25]]));
    const student = tf.log<tf.Tensor2D>(tf.tensor2d([[0.8, 0.1, 0.1]]));
    const expected = 0.5 * Math.log(0.5 / 0.8) + 0.5 * Math.log(0.25 / 0.1);
    expect(klTerm(teacher, student, 1).value.dataSync()[0]).toBeCloseTo(expected, 5);
  });
});
