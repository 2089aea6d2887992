import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../../../test/engines.ts';
import { along, distance, inner, normals, slope } from '../../../../test/numbers.ts';
import { compiled } from '../compiled.ts';
import { initializeWeights } from '../initialize.ts';
import { project } from '../losses/vjp.ts';
import { forward, type Network, output } from '../network.ts';
import { sphereDirections } from '../projections/sphere.ts';
import { randomStream } from '../random.ts';
import { type Batch, lossGradients, lossGradientsAt } from '../loss-gradients.ts';
import { weightingInit } from '../weighting/weighting.ts';
import { averagePool } from './average-pool.ts';
import { conv } from './conv.ts';
import { dense } from './dense.ts';
import { elu } from './elu.ts';
import { flatten } from './flatten.ts';
import { gelu } from './gelu.ts';
import { layerNorm } from './layer-norm.ts';
import { type Layer } from './layer.ts';
import { leakyRelu } from './leaky-relu.ts';
import { maxPool } from './max-pool.ts';
import { relu } from './relu.ts';
import { residual } from './residual.ts';
import { silu } from './silu.ts';
import { softplus } from './softplus.ts';
import { tanh } from './tanh.ts';

const [BATCH, ACTIONS] = [3, 3];

type Image = [number, number, number];

function same(name: string, inputShape: Image): Layer {
  return conv({ name, inputShape, filters: inputShape[2], kernel: 3, stride: 1, padding: 1 });
}

const images = (shape: Image) => ({ name: 'image', inputShape: shape });
const vectors = (units: number) => ({ name: 'vector', inputShape: [units] });

/** Every layer, on images and then on vectors; blocks of both kinds, one of them within another. */
const network: Network = {
  inputShape: [10, 10, 1],
  layers: [
    conv({ name: 'conv', inputShape: [10, 10, 1], filters: 3, kernel: 3, stride: 2, padding: 1 }),
    silu(images([5, 5, 3])),
    layerNorm(images([5, 5, 3])),
    maxPool({ ...images([5, 5, 3]), inputShape: [5, 5, 3], size: 3, stride: 2, padding: 1 }),
    residual({
      ...images([3, 3, 3]),
      layers: [gelu(images([3, 3, 3])), same('conv1', [3, 3, 3]), tanh(images([3, 3, 3])), same('conv2', [3, 3, 3])],
    }),
    averagePool({ ...images([3, 3, 3]), inputShape: [3, 3, 3], size: 2, stride: 1 }),
    leakyRelu({ ...images([2, 2, 3]), slope: 0.3 }),
    flatten(images([2, 2, 3])),
    dense({ name: 'dense1', inputs: 12, units: 6 }),
    elu({ ...vectors(6), alpha: 1 }),
    residual({
      ...vectors(6),
      layers: [
        layerNorm(vectors(6)),
        dense({ name: 'dense2', inputs: 6, units: 5 }),
        softplus(vectors(5)),
        dense({ name: 'dense3', inputs: 5, units: 6 }),
        residual({ ...vectors(6), layers: [dense({ name: 'dense4', inputs: 6, units: 6 }), gelu(vectors(6))] }),
      ],
    }),
    relu(vectors(6)),
    dense({ name: 'logits', inputs: 6, units: ACTIONS }),
  ],
};

const options = {
  network,
  value: { kind: 'kl', temperature: 1 },
  weighting: { kind: 'fixed', alpha: 1 },
} as const;

function batch(projections: number): Batch {
  const x = normals([BATCH, ...network.inputShape], 1);
  const points = forward(network, initializeWeights(network, 99), x);
  const directions = sphereDirections(randomStream(1, 'projection'), BATCH, ACTIONS, projections);
  return {
    x,
    logProbs: tf.logSoftmax(output(points) as tf.Tensor2D),
    derivatives: directions.map((row) => project(points, tf.tensor2d(row, [BATCH, ACTIONS]))),
  };
}

onEveryEngine(() => {
  test.each([1, ACTIONS])(
    'with every layer there is, the gradient of the whole loss is its slope in every weight (%i projections)',
    (projections) => {
      const weights = initializeWeights(network, 1);
      const given = batch(projections);
      const at = (moved: readonly tf.Tensor[]) =>
        lossGradients(options, { step: 0, weights: moved, weighting: weightingInit(options.weighting) }, given);
      const loss = (moved: readonly tf.Tensor[]) => {
        const { value, derivative } = at(moved);
        return value.dataSync()[0]! + derivative.dataSync()[0]!;
      };
      const { gradients } = at(weights);
      for (const [index, weight] of weights.entries()) {
        const direction = normals(weight.shape, 40 + index);
        const expected = slope((h) => loss(weights.with(index, along(weight, direction, h))), 2e-3);
        const difference = Math.abs(inner(gradients[index]!, direction) - expected);
        expect(difference, `weight ${index}`).toBeLessThan(0.01 * Math.max(0.5, Math.abs(expected)));
      }
    },
  );

  test('with every layer there is, the loss compiled gives the gradients of the loss', () => {
    const given = {
      batch: batch(2),
      numbers: [tf.scalar(1)],
      state: { weights: initializeWeights(network, 1), weighting: [] },
    };
    const at = ({ batch, numbers, state }: typeof given) => lossGradientsAt(options, state, { batch, numbers });
    const [graph, plain] = [compiled(at)(given), at(given)];
    for (const [index, gradient] of plain.gradients.entries())
      expect(distance(graph.gradients[index]!, gradient)).toBeLessThan(1e-5);
  });
});
