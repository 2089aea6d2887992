// A process for each problem, so that its memory is its own: measure.ts MEASURED. Prints the cost as its last line.
import { loadEngine } from '@distiller/compute';
import { buildNetwork, layerTable } from '@distiller/policies';
import {
  type Batch,
  compiled,
  forward,
  initializeWeights,
  initialState,
  output,
  project,
  type StepOptions,
  tidy,
  trainStep,
} from '@distiller/sobolev';
import * as tf from '@tensorflow/tfjs-core';
import { ACTIONS, type Cost, floorFlops, layersOf, type Measured } from './problem.ts';

/** The first steps compile. */
const [WARM, LEAST, MOST_MS] = [3, 5, 4000];

await loadEngine('auto');
const problem = JSON.parse(process.argv[2]!) as Measured;
const shape = [problem.input, problem.input, 4];
const { rows } = layerTable(layersOf(problem), shape, ACTIONS);
const network = buildNetwork(rows);
const gemm = await gemmRate();
const cost: Cost = {
  ms: await median(problem.term.startsWith('teacher') ? asking() : training()),
  peak_mb: process.resourceUsage().maxRSS / 1024,
  floor_gflop:
    floorFlops(
      problem,
      rows.map(({ flops }) => flops),
    ) / 1e9,
  gemm_gflops: gemm,
};
process.stdout.write(`${JSON.stringify(cost)}\n`);

function training(): () => Promise<void> {
  const options: StepOptions = {
    network,
    value: { kind: 'kl', temperature: 1 },
    weighting: { kind: 'relative', alpha: 1 },
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    schedule: { kind: 'constant', learningRate: 1e-3, warmupSteps: 0, finalFraction: 1, totalSteps: 1e6 },
  };
  const batch = tidy(randomBatch);
  let state = initialState(options, initializeWeights(network, 1));
  return async () => {
    ({ state } = await trainStep(options, state, batch));
  };
}

function randomBatch(): Batch {
  const { batch, projections, term } = problem;
  const normal = (width: number) => tf.randomNormal<tf.Rank.R2>([batch, width]);
  const image = () => tf.randomNormal([batch, ...shape]);
  const along = { plain: () => [], vjp: vjps, jvp: jvps, 'teacher values': () => [], 'teacher vjp': () => [] };
  const each = Array.from({ length: projections });
  function vjps() {
    return each.map(() => {
      const g = image();
      return { v: normal(ACTIONS), pullBack: g, squaredNorms: tf.sum<tf.Tensor1D>(tf.square(g), [1, 2, 3]) };
    });
  }
  function jvps() {
    return each.map(() => ({ u: image(), pushed: normal(ACTIONS) }));
  }
  return {
    x: tf.randomUniform([batch, ...shape]),
    logProbs: tf.logSoftmax(normal(ACTIONS)),
    derivatives: along[term](),
  };
}

/** What labels of a batch take where they are not stored. */
function asking(): () => Promise<void> {
  const { batch, projections, term } = problem;
  const x = tf.randomUniform([batch, ...shape]);
  const weights = initializeWeights(network, 1);
  const directions = Array.from({ length: projections }, () => tf.randomNormal<tf.Rank.R2>([batch, ACTIONS]));
  const ask = compiled((given: { x: tf.Tensor; weights: tf.Tensor[]; v: tf.Tensor2D[] }) => {
    const points = forward(network, given.weights, given.x);
    const values = output(points);
    return [values, ...given.v.map((v) => project(points, v).pullBack)];
  });
  return async () => {
    const answers = tidy(() => ask({ x, weights, v: term === 'teacher vjp' ? directions : [] }));
    await Promise.all(answers.map((answer) => answer.data()));
    tf.dispose(answers);
  };
}

async function median(step: () => Promise<void>): Promise<number> {
  for (let i = 0; i < WARM; i++) await step();
  const times: number[] = [];
  const startedAt = performance.now();
  while (times.length < LEAST || performance.now() - startedAt < MOST_MS / 4) {
    const before = performance.now();
    await step();
    times.push(performance.now() - before);
    if (performance.now() - startedAt > MOST_MS && times.length >= LEAST) break;
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

async function gemmRate(): Promise<number> {
  const a = tf.randomNormal<tf.Rank.R2>([1024, 1024]);
  const multiply = async () => {
    const product = tf.matMul(a, a);
    await product.data();
    product.dispose();
  };
  return (2 * 1024 ** 3) / 1e6 / (await median(multiply));
}
