import * as tf from '@tensorflow/tfjs-core';
import { loadEngine } from '@distiller/compute';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { onEveryEngine } from '../../../test/engines.ts';
import { along, distance, inner, normals, slope } from '../../../test/numbers.ts';
import { initializeWeights } from './initialize.ts';
import { dense } from './layers/dense.ts';
import { relu } from './layers/relu.ts';
import { project } from './losses/vjp.ts';
import { forward, type Network, output } from './network.ts';
import { sphereDirections } from './projections/sphere.ts';
import { randomStream } from './random.ts';
import { type Batch, lossGradients } from './loss-gradients.ts';
import { initialState, stateTensors, type StepOptions, trainStep, type TrainState } from './step.ts';

const [BATCH, ACTIONS, INPUTS] = [8, 3, 6];

const network: Network = {
  inputShape: [INPUTS],
  layers: [
    dense({ name: 'dense', inputs: INPUTS, units: 16 }),
    relu({ name: 'relu', inputShape: [16] }),
    dense({ name: 'logits', inputs: 16, units: ACTIONS }),
  ],
};

const options: StepOptions = {
  network,
  value: { kind: 'kl', temperature: 1 },
  weighting: { kind: 'relative', alpha: 1 },
  optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  schedule: { kind: 'constant', learningRate: 0.01, warmupSteps: 0, finalFraction: 0, totalSteps: 1000 },
};

function batch(step: number, projections: number): Batch {
  const teacher = initializeWeights(network, 99);
  const x = normals([BATCH, INPUTS], step);
  const points = forward(network, teacher, x);
  const vs = sphereDirections(randomStream(1, 'projection', step), BATCH, ACTIONS, Math.max(1, projections))
    .slice(0, projections)
    .map((v) => tf.tensor2d(v, [BATCH, ACTIONS]));
  return {
    x,
    logProbs: tf.logSoftmax(output(points) as tf.Tensor2D),
    derivatives: vs.map((v) => project(points, v)),
  };
}

async function train(state: TrainState, { from, to, projections }: { from: number; to: number; projections: number }) {
  const losses: number[] = [];
  for (let step = from; step <= to; step++) {
    const next = await trainStep(options, state, batch(step, projections));
    state = next.state;
    losses.push(next.terms.loss);
  }
  return { state, losses };
}

onEveryEngine(() => {
  test.each([0, 1, ACTIONS])(
    'the gradient of the whole loss is its slope in every weight (%i projections)',
    (projections) => {
      const state = initialState(options, initializeWeights(network, 1));
      const given = batch(1, projections);
      const loss = (weights: readonly tf.Tensor[]) => {
        const { value, derivative } = lossGradients(options, { ...state, weights }, given);
        return value.dataSync()[0]! + derivative.dataSync()[0]!;
      };
      const { gradients } = lossGradients(options, state, given);
      for (const [index, weight] of state.weights.entries()) {
        const direction = normals(weight.shape, 40 + index);
        const expected = slope((h) => loss(state.weights.with(index, along(weight, direction, h))), 1e-3);
        expect(Math.abs(inner(gradients[index]!, direction) - expected)).toBeLessThan(
          0.02 * Math.max(1, Math.abs(expected)),
        );
      }
    },
  );

  test('relative weighting makes the derivative term 1 for a student without derivatives, whatever the scale', async () => {
    const zero = network.layers.flatMap(({ parameters }) => parameters.map(({ shape }) => tf.zeros([...shape])));
    const { terms } = await trainStep(options, initialState(options, zero), batch(1, 1));
    expect(terms.derivative_term).toBeCloseTo(1, 5);
  });

  test('the first Adam step moves every weight by the learning rate against the sign of its gradient', async () => {
    const weights = initializeWeights(network, 1);
    const state = initialState(
      options,
      weights.map((weight) => tf.clone(weight)),
    );
    const { gradients } = tf.tidy(() => ({
      gradients: lossGradients(options, state, batch(1, 1)).gradients.map((g) => tf.keep(g)),
    }));
    const { state: next } = await trainStep(options, state, batch(1, 1));
    for (const [index, gradient] of gradients.entries()) {
      const expected = tf.sub(weights[index]!, tf.mul(tf.sign(gradient), options.schedule.learningRate));
      const moved = tf.mul(
        tf.sub(next.weights[index]!, expected),
        tf.cast(tf.greater(tf.abs(gradient), 1e-4), 'float32'),
      );
      expect(tf.max(tf.abs(moved)).dataSync()[0]).toBeLessThan(1e-5);
    }
  });

  test('training lowers the loss', async () => {
    const { losses } = await train(initialState(options, initializeWeights(network, 1)), {
      from: 1,
      to: 150,
      projections: 1,
    });
    expect(losses.at(-1)!).toBeLessThan(0.3 * losses[0]!);
  });

  test('two runs from one seed end in the same bits', async () => {
    const [a, b] = await Promise.all(
      [1, 1].map((seed) =>
        train(initialState(options, initializeWeights(network, seed)), { from: 1, to: 20, projections: 2 }),
      ),
    );
    for (const [index, tensor] of stateTensors(a!.state).entries())
      expect(distance(tensor, stateTensors(b!.state)[index]!)).toBe(0);
  });

  test('a step leaves no tensor behind', async () => {
    const given = batch(1, 2);
    let { state } = await trainStep(options, initialState(options, initializeWeights(network, 1)), given);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 5; i++) ({ state } = await trainStep(options, state, given));
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe.runIf(inject('engines').includes('tensorflow'))('in one graph', () => {
  beforeAll(() => loadEngine('tensorflow'));

  const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  const decay = { kind: 'linear', finalFraction: 0.1, totalSteps: 6 } as const;
  const cases: Partial<StepOptions>[] = [
    { optimizer: { kind: 'adam', ...adam }, weighting: { kind: 'relative', alpha: 1, decay } },
    { optimizer: { kind: 'adamw', ...adam, weightDecay: 0.1 }, weighting: { kind: 'balanced', alpha: 0.3 } },
    {
      optimizer: { kind: 'rmsprop', decay: 0.9, momentum: 0.5, epsilon: 1e-8 },
      weighting: { kind: 'fixed', alpha: 1 },
    },
    { optimizer: { kind: 'sgd', momentum: 0.9 }, maxGradientNorm: 0.1, derivative: { norm: 'plain' } },
  ];

  test.each(cases)('steps are those that the operations give one by one (%j)', async (changes) => {
    const schedule = { kind: 'cosine', learningRate: 0.01, warmupSteps: 2, finalFraction: 0, totalSteps: 6 } as const;
    const graph = { ...options, schedule, ...changes };
    const sixSteps = async (given: StepOptions) => {
      let state = initialState(given, initializeWeights(network, 1));
      for (let step = 1; step <= 6; step++) ({ state } = await trainStep(given, state, batch(step, 2)));
      return stateTensors(state);
    };
    const inGraph = await sixSteps(graph);
    const oneByOne = await withoutGraphs(() => sixSteps({ ...graph }));
    for (const [index, tensor] of inGraph.entries()) expect(distance(tensor, oneByOne[index]!)).toBeLessThan(1e-5);
  });

  test('a run that goes on in another graph ends in the same bits', async () => {
    const run = async (first: StepOptions, second: StepOptions) => {
      let state = initialState(first, initializeWeights(network, 1));
      for (let step = 1; step <= 4; step++)
        ({ state } = await trainStep(step <= 2 ? first : second, state, batch(step, 1)));
      return stateTensors(state);
    };
    const [undisturbed, resumed] = [await run(options, options), await run({ ...options }, { ...options })];
    for (const [index, tensor] of undisturbed.entries()) expect(distance(tensor, resumed[index]!)).toBe(0);
  });
});

/** As on an engine that knows no graphs. */
async function withoutGraphs<T>(compute: () => Promise<T>): Promise<T> {
  const kernel = tf.getKernel('CompiledFunction', 'tensorflow');
  tf.unregisterKernel('CompiledFunction', 'tensorflow');
  try {
    return await compute();
  } finally {
    tf.registerKernel(kernel);
  }
}

test('a stream of random numbers depends on seed, purpose and step, and on nothing drawn elsewhere', () => {
  const draw = (seed: number, purpose: 'batch' | 'projection', step: number) =>
    randomStream(seed, purpose, step).uniform();
  expect(draw(1, 'batch', 1)).toBe(draw(1, 'batch', 1));
  const others = [draw(2, 'batch', 1), draw(1, 'projection', 1), draw(1, 'batch', 2)];
  expect(new Set([draw(1, 'batch', 1), ...others]).size).toBe(4);
});

test('projections are orthonormal rows for each example', () => {
  const rows = sphereDirections(randomStream(3, 'projection'), 5, 4, 4);
  for (let example = 0; example < 5; example++)
    for (const [i, a] of rows.entries())
      for (const [j, b] of rows.entries()) {
        const dot = [0, 1, 2, 3].reduce((sum, action) => sum + a[example * 4 + action]! * b[example * 4 + action]!, 0);
        expect(dot).toBeCloseTo(i === j ? 1 : 0, 5);
      }
});

test('more projections than actions are refused', () => {
  expect(() => sphereDirections(randomStream(1, 'projection'), 1, 3, 4)).toThrow(RangeError);
});
