import {
  dense,
  forward,
  initializeWeights,
  logSoftmax,
  output,
  pullBack,
  tanh,
  type Weights,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { along, inner, normals, slope } from '../../../../test/numbers.ts';
import { atTop, tell } from './messages.ts';
import { oneHot } from './one-hot.ts';
import { splitGradients } from './split-gradients.ts';

const [BATCH, INPUTS, HIDDEN, CLASSES] = [6, 3, 4, 3];

/** Smooth networks: central differences meet no kink. */
const mlp = (name: string, inputs: number) => ({
  inputShape: [inputs],
  layers: [
    dense({ name: `${name}.1`, inputs, units: 5 }),
    tanh({ name: `${name}.2`, inputShape: [5] }),
    dense({ name: `${name}.3`, inputs: 5, units: name === 'bottom' ? HIDDEN : CLASSES }),
  ],
});
const network = { segments: [mlp('bottom', INPUTS), mlp('top', HIDDEN)], modules: [mlp('module', HIDDEN)] };
const weights = () =>
  [...network.segments, ...network.modules].flatMap((each, index) => initializeWeights(each, index + 1));
const labelled = () => ({
  x: normals([BATCH, INPUTS], 1),
  classes: oneHot([0, 1, 2, 0, 1, 2], CLASSES),
});
const numberOf = (scalar: tf.Tensor) => scalar.dataSync()[0]!;
const moved = (from: Weights, directions: readonly tf.Tensor[], h: number) =>
  from.map((weight, index) => along(weight, directions[index]!, h));
const directionsFor = (all: Weights) => all.map(({ shape }, index) => normals(shape, 50 + index));
const innerAll = (a: readonly (tf.Tensor | null)[], b: readonly tf.Tensor[]) =>
  a.reduce((sum, each, index) => sum + (each ? inner(each, b[index]!) : 0), 0);

/** The loss of the whole network, mean over the batch. */
function lossAt(all: Weights, { x, classes }: ReturnType<typeof labelled>): number {
  const h = output(forward(network.segments[0]!, all.slice(0, 4), x));
  const logits = output(forward(network.segments[1]!, all.slice(4, 8), h)) as tf.Tensor2D;
  return numberOf(tf.neg(tf.mean(tf.sum(tf.mul(logSoftmax(logits).logProbs, classes), 1))));
}

onEveryEngine(() => {
  test('backpropagation through a split is the slope of the loss in all weights', () => {
    const [all, batch] = [weights(), labelled()];
    const directions = directionsFor(all);
    const gradients = splitGradients(network, 'backpropagation', all, batch);
    const expected = slope((h) => lossAt(moved(all, directions, h), batch), 1e-2);
    expect(innerAll(gradients, directions)).toBeCloseTo(expected, 3);
  });

  test('without propagation the lower segment stands still and the upper one learns as ever', () => {
    const [all, batch] = [weights(), labelled()];
    const given = splitGradients(network, 'no-propagation', all, batch);
    const full = splitGradients(network, 'backpropagation', all, batch);
    for (const gradient of given.slice(0, 4)) expect(numberOf(tf.max(tf.abs(gradient!)))).toBe(0);
    for (let i = 4; i < 8; i++) expect(given[i]!.dataSync()).toEqual(full[i]!.dataSync());
  });

  test.each(['value-function', 'critic', 'sobolev'] as const)(
    'what a %s module tells is the slope of the loss that it predicts',
    (method) => {
      const { classes } = labelled();
      const h = normals([BATCH, HIDDEN], 2);
      const module = { network: network.modules[0]!, weights: weights().slice(8) };
      const above = { loss: tf.ones<tf.Rank.R1>([BATCH]), gradient: normals([BATCH, HIDDEN], 3) };
      const { message } = tell(method, module, { h, classes, above });
      const u = normals([BATCH, HIDDEN], 4);
      const predicted = (step: number) => {
        const logits = output(forward(module.network, module.weights, along(h, u, step))) as tf.Tensor2D;
        return numberOf(tf.sum(atTop(logits, classes).loss));
      };
      expect(inner(message.gradient, u)).toBeCloseTo(slope(predicted, 1e-2), 2);
    },
  );

  test.each(['value-function', 'critic', 'sobolev'] as const)(
    'the gradient of a %s module is the slope of its own loss, each term over its target’s mean square',
    (method) => {
      const { classes } = labelled();
      const h = normals([BATCH, HIDDEN], 2);
      const all = weights().slice(8);
      const above = { loss: tf.abs(normals([BATCH], 5)) as tf.Tensor1D, gradient: normals([BATCH, HIDDEN], 3) };
      const module = network.modules[0]!;
      const { gradients } = tell(method, { network: module, weights: all }, { h, classes, above });
      const directions = directionsFor(all);
      const loss = (step: number) => {
        const points = forward(module, moved(all, directions, step), h);
        const { loss: m } = atTop(output(points) as tf.Tensor2D, classes);
        const g = pullBack(points, tf.neg(classes));
        const share = (given: tf.Tensor, target: tf.Tensor) =>
          numberOf(tf.sum(tf.square(tf.sub(given, target)))) / numberOf(tf.sum(tf.square(target)));
        const [byValue, byDerivative] = [share(m, above.loss), share(g, above.gradient)];
        return (method === 'value-function' ? 0 : byValue) + (method === 'critic' ? 0 : byDerivative);
      };
      const expected = slope(loss, 1e-2);
      expect(Math.abs(innerAll(gradients, directions) - expected)).toBeLessThan(0.01 * Math.max(1, Math.abs(expected)));
    },
  );

  test('a direct module is trained on the squared distance of the gradient that it gives', () => {
    const { classes } = labelled();
    const h = normals([BATCH, HIDDEN], 2);
    const module = {
      inputShape: [HIDDEN + CLASSES],
      layers: [dense({ name: 'direct', inputs: HIDDEN + CLASSES, units: HIDDEN })],
    };
    const all = initializeWeights(module, 7);
    const above = { loss: tf.ones<tf.Rank.R1>([BATCH]), gradient: normals([BATCH, HIDDEN], 3) };
    const directions = directionsFor(all);
    const told = (step: number) =>
      tell('direct', { network: module, weights: moved(all, directions, step) }, { h, classes, above });
    const loss = (step: number) =>
      numberOf(tf.sum(tf.square(tf.sub(told(step).message.gradient, above.gradient)))) / BATCH;
    expect(innerAll(told(0).gradients, directions)).toBeCloseTo(slope(loss, 1e-2), 2);
  });
});
